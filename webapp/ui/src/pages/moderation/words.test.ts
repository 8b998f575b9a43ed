import { describe, expect, it } from "vitest";
import type { Reported } from "../../queries/moderation";
import { actText, byWords, choicesFor, doneWords, endOf, mineWords, readRow } from "./words";

function reported(change: Partial<Reported>): Reported {
  return {
    type: "post",
    subject: "p",
    account: "a",
    profile: { id: "a", handle: "ada", name: null, avatar: null },
    suspended_at: null,
    post: { text: "t", media: [], audience: "public", created_at: null, deleted_at: null, hidden_at: null },
    message: null,
    asset: null,
    open: 1,
    total: 1,
    reasons: { spam: 1 },
    first_at: null,
    last_at: null,
    reports: [],
    ...change,
  };
}

const acts = (change: Partial<Reported>) =>
  choicesFor(reported(change)).map(({ act, type }) => `${act} ${type}`);
const post = reported({}).post as NonNullable<Reported["post"]>;

describe("choicesFor", () => {
  it("offers what the subject's state is open to", () => {
    expect(acts({})).toEqual(["dismiss post", "hide post", "suspend account"]);
    expect(acts({ open: 0, post: { ...post, hidden_at: "t" } })).toEqual(["show post", "suspend account"]);
    expect(acts({ post: { ...post, deleted_at: "t" } })).toEqual(["dismiss post", "suspend account"]);
    expect(acts({ type: "account", subject: "a", post: null, suspended_at: "t" })).toEqual([
      "dismiss account",
      "restore account",
    ]);
  });

  it("hides a token as it hides a post, and calls it one", () => {
    const asset = { token_id: "7", creator: "0xa1", owner: "0xb2", metadata: null, hidden_at: null };
    const token = { type: "asset", post: null, open: 0 };
    expect(acts({ ...token, asset })).toEqual(["hide asset", "suspend account"]);
    expect(acts({ ...token, asset: { ...asset, hidden_at: "t" } })).toEqual([
      "show asset",
      "suspend account",
    ]);
    expect([actText("hide", "asset"), actText("hide", "post")]).toEqual(["Hide the token", "Hide the post"]);
    expect([doneWords("hide", "asset"), mineWords("show", "asset")]).toEqual([
      "A token was hidden",
      "Your token is shown again",
    ]);
  });

  it("lets a message be read on purpose, unless it is gone, and acts on its sender", () => {
    const message = { created_at: "t", deleted_at: null };
    expect(acts({ type: "message", post: null, message })).toEqual([
      "read message",
      "dismiss message",
      "suspend account",
    ]);
    expect(acts({ type: "message", post: null, message: { ...message, deleted_at: "t" } })).toEqual([
      "dismiss message",
      "suspend account",
    ]);
    expect(choicesFor(reported({})).at(-1)?.subject).toBe("a");
  });
});

describe("endOf", () => {
  it("counts days from now, or says no end", () => {
    expect(endOf(7, Date.parse("2026-03-01T00:00:00Z"))).toBe("2026-03-08T00:00:00.000Z");
    expect(endOf(null, 0)).toBeUndefined();
  });
});

describe("readRow", () => {
  it("reads a document, and nothing that is none", () => {
    expect(readRow('{"act":"hide","at":"2026-03-01T00:00:00Z"}')?.act).toBe("hide");
    expect(readRow("{")).toBeNull();
    expect(readRow("null")).toBeNull();
    expect(readRow('{"act":1}')).toBeNull();
  });
});

describe("byWords", () => {
  it("takes nobody who is none for a moderator", () => {
    expect(["moderator", "operator", "time", "reporter", "appellant"].map(byWords)).toEqual([
      "by a moderator",
      "by an operator",
      "by its own end",
      "by somebody",
      "by whom it was about",
    ]);
    expect(["report", "appeal"].map((act) => doneWords(act))).toEqual([
      "Something was reported",
      "Somebody appealed",
    ]);
  });
});
