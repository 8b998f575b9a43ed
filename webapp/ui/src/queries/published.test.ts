import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { Post } from "../api/types";
import { showPublished } from "./published";

const post = (id: string, more: Partial<Post> = {}): Post =>
  ({
    id,
    version: 1,
    parent: null,
    quoted: null,
    anchoring: { state: "saved" },
    counts: { likes: 0, comments: 0, reposts: 0, quotes: 0 },
    ...more,
  }) as unknown as Post;

const list = (...pages: Post[][]) => ({ pages: pages.map((items) => ({ items })), pageParams: [""] });
const thread = (of: Post, ...pages: Post[][]) => ({
  pages: pages.map((items) => ({ ancestors: [], post: of, items })),
  pageParams: [""],
});

function filled() {
  const queries = new QueryClient();
  const ids = (...key: string[]) =>
    queries
      .getQueryData<{ pages: { items: Post[] }[] }>(key)
      ?.pages.map(({ items }) => items.map(({ id }) => id));
  queries.setQueryData(["feed", "me"], list([post("a")], [post("b")]));
  queries.setQueryData(["person", "me", "posts"], list([post("a")]));
  queries.setQueryData(["person", "me", "answers"], list([post("a")]));
  queries.setQueryData(["thread", "a"], thread(post("a"), [post("a1", { parent: "a" })], []));
  queries.setQueryData(["thread", "z"], thread(post("z"), [post("z1", { parent: "z" })]));
  return { queries, ids };
}

describe("showPublished", () => {
  it("puts a new post on top of one's own lists, and its own page is there at once", () => {
    const { queries, ids } = filled();
    showPublished(queries, post("new"), "me");
    expect(ids("feed", "me")).toEqual([["new", "a"], ["b"]]);
    expect(ids("person", "me", "posts")).toEqual([["new", "a"]]);
    expect(ids("person", "me", "answers")).toEqual([["new", "a"]]);
    expect(queries.getQueryData(["thread", "new"])).toMatchObject({ pages: [{ post: { id: "new" } }] });
    expect(queries.getQueryState(["thread", "new"])?.dataUpdatedAt).toBe(0);
  });

  it("shows once what was there first", () => {
    const { queries, ids } = filled();
    queries.setQueryData(["feed", "me"], list([post("a")], [post("new")]));
    showPublished(queries, post("new"), "me");
    showPublished(queries, post("new"), "me");
    expect(ids("feed", "me")).toEqual([["a"], ["new"]]);
    expect(ids("person", "me", "posts")).toEqual([["new", "a"]]);
  });

  it("puts an answer into the threads that show what it answers, and counts it", () => {
    const { queries, ids } = filled();
    showPublished(queries, post("a2", { parent: "a1", root: "a" }), "me");
    expect(ids("thread", "a")).toEqual([["a1"], ["a2"]]);
    expect(ids("thread", "z")).toEqual([["z1"]]);
    expect(ids("person", "me", "posts")).toEqual([["a"]]);
    expect(queries.getQueryData(["thread", "a"])).toMatchObject({
      pages: [{ items: [{ counts: { comments: 1 } }] }, {}],
    });
  });

  it("is not undone by a look at the thread that began before", async () => {
    const { queries, ids } = filled();
    let answer = (_: unknown) => {};
    const reading = queries
      .fetchQuery({ queryKey: ["thread", "a"], queryFn: () => new Promise((done) => (answer = done)) })
      .catch(() => undefined);
    showPublished(queries, post("a2", { parent: "a" }), "me");
    answer(thread(post("a"), [post("a1", { parent: "a" })]));
    await reading;
    expect(ids("thread", "a")?.flat()).toEqual(["a1", "a2"]);
  });

  it("changes an edited post where it lies, and puts it nowhere anew", () => {
    const { queries, ids } = filled();
    queries.setQueryData(["feed", "me"], list([{ ...post("b"), reposted_by: { id: "bob" } } as Post]));
    showPublished(queries, post("b", { version: 2, text: "better" }), "me");
    expect(ids("person", "me", "posts")).toEqual([["a"]]);
    expect(queries.getQueryData(["feed", "me"])).toMatchObject({
      pages: [{ items: [{ text: "better", reposted_by: { id: "bob" } }] }],
    });
  });
});
