import { beforeEach, describe, expect, it, vi } from "vitest";
import { dropDraft, keepDraft, newDraft, readDraft } from "./drafts";

const DAY = 86_400_000;
const image = { id: "m", digest: "0x00", mime: "image/png", width: 1, height: 1, alt: "" };

describe("drafts", () => {
  beforeEach(() => localStorage.clear());

  it("keeps a text per account and place, under the same id", () => {
    const draft = { ...newDraft(), text: "half a thought" };
    keepDraft("alice", "new", draft);
    expect(readDraft("alice", "new")).toMatchObject({ id: draft.id, text: "half a thought" });
    expect(readDraft("alice", "reply:1")).toBeNull();
    expect(readDraft("bob", "new")).toBeNull();
  });

  it("keeps a token alone, and reads drafts of before there were any", () => {
    const token = { asset: "eip155:1/erc721:0xa1/7", digest: "0x00", name: "Seven", image: null };
    keepDraft("alice", "new", { ...newDraft(), tokens: [token] });
    expect(readDraft("alice", "new")?.tokens).toEqual([token]);
    const { tokens: _, ...old } = { ...newDraft(), text: "of old" };
    localStorage.setItem("troth.draft.alice.new", JSON.stringify(old));
    expect(readDraft("alice", "new")).toMatchObject({ text: "of old", tokens: [] });
  });

  it("drops what is empty or was published", () => {
    keepDraft("alice", "new", { ...newDraft(), text: "x" });
    keepDraft("alice", "new", { ...newDraft(), text: "  \n" });
    expect(readDraft("alice", "new")).toBeNull();
    const draft = { ...newDraft(), text: "x" };
    keepDraft("alice", "new", draft);
    dropDraft("alice", "new", "that of another tab");
    expect(readDraft("alice", "new")?.text).toBe("x");
    dropDraft("alice", "new", draft.id);
    expect(readDraft("alice", "new")).toBeNull();
  });

  it("keeps what was sent without words, under the same id and for the same people", () => {
    const draft = { ...newDraft(), audience: "followers" as const, sent: true };
    keepDraft("alice", "quote:1", draft);
    expect(readDraft("alice", "quote:1")).toMatchObject({ id: draft.id, audience: "followers" });
    dropDraft("alice", "quote:1", draft.id);
    expect(readDraft("alice", "quote:1")).toBeNull();
  });

  it("lets go of uploads that the server has removed, and of drafts of last month", () => {
    keepDraft("alice", "new", { ...newDraft(), text: "with a picture", media: [image] });
    expect(readDraft("alice", "new")?.media).toHaveLength(1);
    expect(readDraft("alice", "new", Date.now() + DAY)).toMatchObject({ text: "with a picture", media: [] });
    expect(readDraft("alice", "new", Date.now() + 31 * DAY)).toBeNull();
  });

  it("reads nothing from what is no draft", () => {
    for (const junk of [
      "",
      "{",
      "null",
      "7",
      '{"text":7}',
      '{"id":"a","text":"b","savedAt":1,"media":{},"audience":"x"}',
    ]) {
      localStorage.setItem("troth.draft.alice.new", junk);
      expect(readDraft("alice", "new")).toBeNull();
    }
  });

  it("says so where nothing can be kept, and keeps it until the page goes", () => {
    const none = { getItem: () => null, removeItem() {} };
    vi.stubGlobal("localStorage", {
      ...none,
      setItem() {
        throw new DOMException("full", "QuotaExceededError");
      },
    });
    const draft = { ...newDraft(), text: "x" };
    expect(keepDraft("alice", "new", draft)).toBe(false);
    expect(readDraft("alice", "new")?.text).toBe("x");
    dropDraft("alice", "new", draft.id);
    expect(readDraft("alice", "new")).toBeNull();
    vi.unstubAllGlobals();
  });
});
