import { InfiniteQueryObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
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

  it("counts an answer once that a list read meanwhile holds already", () => {
    const { queries } = filled();
    const answer = post("a2", { parent: "a", root: "a", quoted: "a" });
    const read = post("a", { counts: { ...answer.counts, comments: 1, quotes: 1 } });
    queries.setQueryData(["thread", "a"], thread(read, [answer]));
    showPublished(queries, answer, "me");
    expect(queries.getQueryData(["thread", "a"])).toMatchObject({
      pages: [{ post: { counts: { comments: 1, quotes: 1 } } }],
    });
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

  it("reads a list anew that was in its first read, which may be of before the post", async () => {
    const { queries, ids } = filled();
    const answers: ((data: unknown) => void)[] = [];
    const queryFn = () => new Promise((done) => answers.push(done));
    for (const queryKey of [
      ["feed", "me"],
      ["thread", "a"],
    ]) {
      queries.removeQueries({ queryKey });
      new QueryObserver(queries, { queryKey, queryFn }).subscribe(() => {});
    }
    showPublished(queries, post("new", { parent: "a" }), "me");
    await vi.waitFor(() => expect(answers).toHaveLength(4));
    for (const [index, answer] of answers.entries())
      answer(index < 2 ? list([post("old")]) : list([post("new"), post("old")]));
    await vi.waitFor(() => expect(ids("feed", "me")).toEqual([["new", "old"]]));
    await vi.waitFor(() => expect(ids("thread", "a")).toEqual([["new", "old"]]));
  });

  it("leaves a list where it is whose next page is being read", async () => {
    const queries = new QueryClient();
    const first = { items: [post("a")], next: "b" };
    const read = vi.fn((page: string) =>
      page ? new Promise<typeof first>(() => {}) : Promise.resolve(first),
    );
    const observer = new InfiniteQueryObserver(queries, {
      queryKey: ["feed", "me"],
      queryFn: ({ pageParam }) => read(pageParam),
      initialPageParam: "",
      getNextPageParam: (page) => page.next,
    });
    observer.subscribe(() => {});
    await vi.waitFor(() => expect(observer.getCurrentResult().hasNextPage).toBe(true));
    void observer.fetchNextPage();
    showPublished(queries, post("new"), "me");
    await vi.waitFor(() => expect(observer.getCurrentResult().isFetching).toBe(false));
    await new Promise((done) => setTimeout(done));
    const shown = observer.getCurrentResult().data?.pages.flatMap(({ items }) => items.map(({ id }) => id));
    expect(shown).toEqual(["new", "a"]);
    expect(read).toHaveBeenCalledTimes(2);
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
