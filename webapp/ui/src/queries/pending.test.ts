import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Me, Post } from "../api/types";
import { keepDraft, newDraft, readDraft } from "../lib/drafts";
import { ME } from "../session/session";
import { WalletStoppedError } from "../wallet/asking";
import type { Stage } from "../wallet/signing";
import { newOnes, Pending } from "./pending";
import { ArrivedBeforeError, type Wish } from "./publish";

const me = { profile: { id: "me", authors: [] } } as unknown as Me;
const post = (id: string, more: object = {}): Post =>
  ({
    id,
    version: 1,
    parent: null,
    quoted: null,
    anchoring: {},
    counts: {},
    deleted_at: null,
    ...more,
  }) as Post;
const wish = (id: string, text: string, more: Partial<Wish> = {}): Wish => {
  const draft = { ...newDraft(), id, text };
  return { draft, replyTo: null, quotes: null, edits: null, ...more };
};
const settled = () => new Promise((done) => setTimeout(done));

/** A server and a wallet whose answers one gives by hand. */
function slow() {
  const acts: { tell: (stage: Stage) => void; ok: (post: Post) => void; no: (error: Error) => void }[] = [];
  const act = (tell: (stage: Stage) => void = () => {}) =>
    new Promise<Post>((ok, no) => acts.push({ tell, ok, no }));
  const pending = new Pending({
    publish: (_me, _wish, tell) => act(tell),
    erase: async (_me, _post, tell) => void (await act(tell)),
  });
  const queries = new QueryClient();
  queries.setQueryData(ME, me);
  queries.setQueryData(["feed", "me"], { pages: [{ items: [post("old")] }], pageParams: [""] });
  const feed = () =>
    queries
      .getQueryData<{ pages: { items: Post[] }[] }>(["feed", "me"])
      ?.pages.flatMap(({ items }) => items.map((one) => one.id));
  const going = () => pending.state().posts.map((one) => [one.draft.text, one.stage]);
  return { pending, queries, acts, feed, going };
}

describe("a post on its way", () => {
  beforeEach(() => localStorage.clear());

  it("is there before the answer, and gives way to the real one in the same step", async () => {
    const { pending, queries, acts, feed, going } = slow();
    const ends: string[] = [];
    pending.onSent((account, place) => ends.push(`${account} ${place}`));
    const said = wish("p", "said");
    keepDraft("me", "new", said.draft);
    const sent = pending.post(queries, me, "new", said);
    expect(going()).toEqual([["said", "sending"]]);
    expect(readDraft("me", "new")?.text).toBe("said");
    acts[0]?.ok(post("p"));
    await sent;
    expect([going().length, ends, feed()]).toEqual([1, [], ["p", "old"]]);
    await settled();
    expect([going().length, ends]).toEqual([0, ["me new"]]);
    expect(pending.state().fresh).toEqual([{ id: "p", account: "me", parent: null }]);
    expect(readDraft("me", "new")).toBeNull();
  });

  it("goes away where it failed, and the draft stays", async () => {
    const { pending, queries, acts, feed, going } = slow();
    const said = wish("p", "said");
    keepDraft("me", "new", said.draft);
    const sent = pending.post(queries, me, "new", said);
    acts[0]?.tell("wallet");
    expect(going()).toEqual([["said", "wallet"]]);
    acts[0]?.no(new WalletStoppedError());
    await expect(sent).rejects.toBeInstanceOf(WalletStoppedError);
    expect([going(), feed(), pending.state().fresh]).toEqual([[], ["old"], []]);
    expect(readDraft("me", "new")?.text).toBe("said");
  });

  it("knows what it answers and quotes, and of an edit the post that it changes", () => {
    const { pending, queries } = slow();
    const quoted = post("q", { content: "0x1" });
    void pending.post(queries, me, "reply:a", wish("p", "one", { replyTo: post("a"), quotes: quoted }));
    const edits = post("e", { quoted: "q", quotes: "0x2" });
    void pending.post(queries, me, "edit:e", wish("d", "two", { edits }));
    expect(pending.state().posts).toMatchObject([
      { id: "e", edits: true, parent: null, quotes: { id: "q", content: "0x2" } },
      { id: "p", edits: false, parent: "a", quotes: { id: "q", content: "0x1" } },
    ]);
  });

  it("is shown by nobody else's list, by none that has it already, and an edit by none", () => {
    const { pending, queries } = slow();
    void pending.post(queries, me, "edit:e", wish("d", "two", { edits: post("e") }));
    void pending.post(queries, me, "new", wish("p", "one"));
    const { posts } = pending.state();
    expect(newOnes(posts, "me", [{ id: "other" }]).map(({ id }) => id)).toEqual(["p"]);
    expect(newOnes(posts, "me", [{ id: "p" }])).toEqual([]);
    expect(newOnes(posts, "you", [])).toEqual([]);
    expect(newOnes(posts, undefined, [])).toEqual([]);
  });
});

describe("the draft of another tab", () => {
  it("stays where it was kept while a post was on its way from the same place", async () => {
    const { pending, queries, acts } = slow();
    const sent = pending.post(queries, me, "new", wish("p", "said"));
    keepDraft("me", "new", { ...newDraft(), text: "written elsewhere" });
    acts[0]?.ok(post("p"));
    await sent;
    await settled();
    expect(readDraft("me", "new")?.text).toBe("written elsewhere");
  });
});

describe("a post whose words changed after it had arrived", () => {
  it("is shown as it arrived, and the new words become the draft of its edit", async () => {
    const { pending, queries, acts, feed, going } = slow();
    const ends: string[] = [];
    pending.onSent((account, place) => ends.push(`${account} ${place}`));
    const said = wish("p", "changed");
    keepDraft("me", "new", said.draft);
    const sent = pending.post(queries, me, "new", said);
    acts[0]?.no(new ArrivedBeforeError(post("p", { content: "0x1" })));
    await expect(sent).rejects.toBeInstanceOf(ArrivedBeforeError);
    await settled();
    expect([going(), feed(), ends]).toEqual([[], ["p", "old"], ["me new"]]);
    expect(readDraft("me", "new")).toBeNull();
    expect(readDraft("me", "edit:p")).toMatchObject({ text: "changed", sent: false, base: "0x1" });
  });
});

describe("what ends after somebody else signed in", () => {
  it("goes away, forgets its draft, and is put into none of their lists", async () => {
    const { pending, queries, acts, feed, going } = slow();
    const said = wish("p", "said");
    keepDraft("me", "new", said.draft);
    const sent = pending.post(queries, me, "new", said);
    queries.setQueryData(ME, { profile: { id: "you" } });
    acts[0]?.ok(post("p"));
    await sent;
    await settled();
    expect([going(), feed(), pending.state().fresh]).toEqual([[], ["old"], []]);
    expect(queries.getQueryData(["post", "p"])).toBeUndefined();
    expect(readDraft("me", "new")).toBeNull();
  });
});

describe("how a post will stand", () => {
  const own = (...addresses: string[]) => {
    const authors = addresses.map((address) => ({ address, signs: true }));
    return { profile: { id: "me", authors } } as unknown as Me;
  };

  it("is said while it is on its way: since when, and whether it is signed", () => {
    const { pending, queries } = slow();
    const edits = post("e", { author: "0x1", created_at: "2026-03-01T12:00:00Z" });
    void pending.post(queries, me, "new", wish("a", "one"));
    void pending.post(queries, own("0x1"), "new", wish("b", "two"));
    void pending.post(queries, own("0x1"), "edit:e", wish("c", "three", { edits }));
    void pending.post(queries, own("0x2"), "edit:e", wish("d", "four", { edits }));
    const [edit, ...rest] = pending.state().posts;
    expect(edit).toMatchObject({ signed: false, at: "2026-03-01T12:00:00Z" });
    expect(rest.map(({ signed }) => signed)).toEqual([true, false]);
    for (const { at } of rest) expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
  });
});

describe("a deletion on its way", () => {
  it("shows from the signature on, and not while a wallet is asked", async () => {
    const { pending, queries, acts } = slow();
    const gone = pending.erase(queries, me, post("old"));
    expect(pending.state().erased).toEqual([]);
    acts[0]?.tell("sending");
    expect(pending.state().erased).toEqual([{ id: "old", account: "me" }]);
    acts[0]?.tell("wallet");
    expect(pending.state().erased).toEqual([]);
    acts[0]?.tell("sending");
    acts[0]?.ok(post("old"));
    await gone;
    expect(pending.state().erased).toEqual([{ id: "old", account: "me" }]);
    await settled();
    expect(pending.state().erased).toEqual([]);
    expect(queries.getQueryData(["feed", "me"])).toMatchObject({
      pages: [{ items: [{ text: null, deleted_at: expect.any(String) }] }],
    });
  });

  it("is taken back where it failed, and the lists are untouched", async () => {
    const { pending, queries, acts } = slow();
    const before = queries.getQueryData(["feed", "me"]);
    const gone = pending.erase(queries, me, post("old"));
    acts[0]?.tell("sending");
    acts[0]?.no(new Error("away"));
    await expect(gone).rejects.toThrow("away");
    expect(pending.state().erased).toEqual([]);
    expect(queries.getQueryData(["feed", "me"])).toBe(before);
  });

  it("is not undone by a look that began before", async () => {
    const { pending, queries, acts } = slow();
    const old = { pages: [{ items: [post("old", { text: "still here" })] }], pageParams: [""] };
    let answer = (_: unknown) => {};
    const queryFn = () => new Promise((done) => (answer = done));
    const reading = queries.fetchQuery({ queryKey: ["feed", "me"], queryFn }).catch(() => undefined);
    const gone = pending.erase(queries, me, post("old"));
    acts[0]?.ok(post("old"));
    await gone;
    answer(old);
    await reading;
    expect(queries.getQueryData(["feed", "me"])).toMatchObject({ pages: [{ items: [{ text: null }] }] });
    await vi.waitFor(() => expect(queries.getQueryState(["feed", "me"])?.isInvalidated).toBe(true));
  });
});
