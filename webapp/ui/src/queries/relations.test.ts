import { MutationObserver, QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { changeRelation, related } from "./relations";

const NOBODY = { following: false, followed_by: true, muted: false, blocking: false };
const follow = { kind: "follow", on: true } as const;

function filled(): QueryClient {
  const queries = new QueryClient();
  const counts = { followers: 4, following: 1, posts: 2 };
  queries.setQueryData(["person", "@ada"], { id: "ada", viewer: NOBODY, counts });
  queries.setQueryData(["search", "people", "a"], {
    pages: [
      {
        items: [
          { account: "ada", followers: 4, viewer: NOBODY },
          { account: "bob", followers: 0, viewer: NOBODY },
        ],
      },
    ],
  });
  // A post's viewer says other things, and its account is the same.
  const post = { id: "p", account: "ada", viewer: { liked: true, following: false, muted: false } };
  queries.setQueryData(["post", "p"], post);
  return queries;
}

describe("related", () => {
  it("ends following both ways by a block, and brings neither back after it", () => {
    const blocked = related({ ...NOBODY, following: true }, { kind: "block", on: true });
    expect(blocked).toEqual({ following: false, followed_by: false, muted: false, blocking: true });
    expect(related(blocked, { kind: "block", on: false }).following).toBe(false);
  });

  it("mutes without touching the rest", () => {
    expect(related(NOBODY, { kind: "mute", on: true })).toEqual({ ...NOBODY, muted: true });
  });
});

describe("changeRelation", () => {
  it("changes a person wherever they lie, with the count, and nobody else", () => {
    const queries = filled();
    changeRelation(queries, "ada", (viewer) => related(viewer, follow));
    expect(queries.getQueryData(["person", "@ada"])).toMatchObject({
      viewer: { following: true, followed_by: true },
      counts: { followers: 5, posts: 2 },
    });
    expect(queries.getQueryData(["search", "people", "a"])).toMatchObject({
      pages: [
        {
          items: [
            { followers: 5, viewer: { following: true } },
            { followers: 0, viewer: NOBODY },
          ],
        },
      ],
    });
    expect(queries.getQueryData(["post", "p"])).toMatchObject({ viewer: { following: false, liked: true } });
  });

  it("counts nothing twice", () => {
    const queries = filled();
    changeRelation(queries, "ada", (viewer) => related(viewer, follow));
    changeRelation(queries, "ada", (viewer) => related(viewer, follow));
    expect(queries.getQueryData(["person", "@ada"])).toMatchObject({ counts: { followers: 5 } });
  });

  it("is rolled back where the server refuses", async () => {
    const queries = filled();
    const seen: unknown[] = [];
    const followed = () => (queries.getQueryData(["person", "@ada"]) as { viewer: object }).viewer;
    const act = new MutationObserver(queries, {
      mutationFn: () => {
        seen.push(followed());
        return Promise.reject(new Error("no"));
      },
      onMutate: () => changeRelation(queries, "ada", (viewer) => related(viewer, follow)),
      onError: (_error, _wish, before) => before && changeRelation(queries, "ada", () => before),
    });
    await expect(act.mutate()).rejects.toThrow("no");
    expect(seen).toEqual([{ ...NOBODY, following: true }]);
    expect(followed()).toEqual(NOBODY);
    expect(queries.getQueryData(["search", "people", "a"])).toMatchObject({
      pages: [{ items: [{ followers: 4 }, {}] }],
    });
  });
});
