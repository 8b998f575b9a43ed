import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { Post } from "../api/types";
import { changePost, mapPosts } from "./caches";
import { reacted } from "./posts";

const post = (id: string, likes = 0) =>
  ({
    id,
    anchoring: { state: "saved" },
    counts: { likes, comments: 0, reposts: 0, quotes: 0 },
    viewer: { liked: false, reposted: false, following: false, muted: false },
  }) as unknown as Post;

describe("changePost", () => {
  it("changes a post in every list that holds it, and back", () => {
    const queries = new QueryClient();
    const feed = { pages: [{ items: [post("a"), post("b")] }, { items: [post("c")] }], pageParams: [""] };
    queries.setQueryData(["feed", "me"], feed);
    queries.setQueryData(["post", "a"], post("a"));
    queries.setQueryData(["thread", "x"], {
      pages: [{ ancestors: [post("a")], post: post("x"), items: [] }],
    });
    queries.setQueryData(["me"], { profile: { id: "a" } });
    const liked = changePost(queries, "a", (one) => reacted(one, "like", true));
    expect(liked).toBe(3);
    expect(queries.getQueryData<Post>(["post", "a"])?.viewer?.liked).toBe(true);
    expect(queries.getQueryData<typeof feed>(["feed", "me"])?.pages[0]?.items[0]?.counts.likes).toBe(1);
    changePost(queries, "a", (one) => reacted(one, "like", false));
    expect(queries.getQueryData(["feed", "me"])).toEqual(feed);
  });

  it("leaves what it does not concern the very same object", () => {
    const data = { pages: [{ items: [post("b")] }] };
    expect(mapPosts(data, "a", () => post("z"))).toBe(data);
    for (const plain of [null, undefined, 7, "a"]) expect(mapPosts(plain, "a", () => post("z"))).toBe(plain);
  });
});

describe("reacted", () => {
  it("counts once, whatever is tapped twice", () => {
    const liked = reacted(post("a", 3), "like", true);
    expect(liked.counts.likes).toBe(4);
    expect(reacted(liked, "like", true)).toBe(liked);
    expect(reacted(liked, "like", false).counts.likes).toBe(3);
    expect(reacted(post("a", 0), "repost", false).counts.reposts).toBe(0);
  });
});
