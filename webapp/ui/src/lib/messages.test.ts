import { describe, expect, it } from "vitest";
import type { Message, Talk } from "../queries/messages";
import type { Outgoing } from "../queries/outbox";
import { changedText, firstUnread, linesOf, titleOf, withNewer } from "./messages";

const message = (id: string, account = "ada", minute = Number(id)): Message => ({
  id,
  conversation: "c",
  account,
  profile: null,
  text: `text ${id}`,
  created_at: `2026-03-02T10:${String(minute).padStart(2, "0")}:00Z`,
  deleted_at: null,
});

const talk = (...pages: string[][]): Talk => ({
  pages: pages.map((ids, at) => ({
    items: ids.map((id) => message(id)),
    next: null,
    newest: at === 0 ? "n1" : "old",
  })),
  pageParams: pages.map(() => ""),
});

const ids = ({ pages }: Talk) => pages.map((page) => page.items.map((item) => item.id));

describe("withNewer", () => {
  it("puts what is new on top, each once, in order", () => {
    const merged = withNewer(talk(["3", "2"], ["1"]), {
      items: [message("5"), message("4"), message("3"), message("1")],
      newest: "n5",
    });
    expect(ids(merged)).toEqual([["5", "4", "3", "2"], ["1"]]);
    expect(merged.pages.map((page) => page.newest)).toEqual(["n5", "old"]);
  });

  it("puts one's own message, answered late, where its time is", () => {
    const merged = withNewer(talk(["4", "2"]), { items: [message("3")] });
    expect(ids(merged)).toEqual([["4", "3", "2"]]);
    expect(merged.pages[0]?.newest).toBe("n1");
  });

  it("is the very same where nothing is new", () => {
    const before = talk(["2", "1"]);
    expect(withNewer(before, { items: [message("2")], newest: "n1" })).toBe(before);
  });
});

describe("changedText", () => {
  it("changes one message on whatever page, and gives it back", () => {
    const before = talk(["3", "2"], ["1"]);
    const gone = { ...message("1"), text: null };
    expect(changedText(before, gone).pages[1]?.items[0]?.text).toBeNull();
    expect(changedText(changedText(before, gone), message("1"))).toEqual(before);
  });
});

describe("linesOf", () => {
  const outgoing = (id: string): Outgoing => ({
    id,
    account: "me",
    conversation: "c",
    text: "hi",
    at: Date.parse("2026-03-02T10:30:00Z"),
    state: "sending",
    problem: null,
  });

  it("is oldest first, and shows what arrived once", () => {
    const lines = linesOf([message("2", "me"), message("1")], [outgoing("2"), outgoing("9")], "me", null);
    expect(lines.map(({ id, message: one }) => [id, one !== null])).toEqual([
      ["1", true],
      ["2", true],
      ["9", false],
    ]);
  });

  it("makes rows of what one person says within five minutes, and begins one at what is new", () => {
    const items = [message("9"), message("8"), message("3"), message("2", "me"), message("1")];
    const rows = linesOf(items, [], "me", "9").map(({ id, begins, ends, firstNew }) => [
      id,
      begins,
      ends,
      firstNew,
    ]);
    expect(rows).toEqual([
      ["1", true, true, false],
      ["2", true, true, false],
      ["3", true, true, false],
      ["8", true, true, false],
      ["9", true, true, true],
    ]);
    expect(
      linesOf([message("9"), message("8")], [], "me", null).map(({ begins, ends }) => [begins, ends]),
    ).toEqual([
      [true, false],
      [false, true],
    ]);
  });
});

describe("firstUnread", () => {
  it("counts only what others wrote", () => {
    const items = [message("5"), message("4", "me"), message("3"), message("2")];
    expect(firstUnread(items, 2, "me")).toBe("3");
    expect(firstUnread(items, 0, "me")).toBeNull();
    expect(firstUnread(items, 50, "me")).toBe("2");
    expect(firstUnread([], 2, "me")).toBeNull();
  });
});

describe("titleOf", () => {
  it("names a person, a group, or says that nobody is left", () => {
    const name = (card: { name: string | null }) => card.name ?? "?";
    const group = { kind: "group", title: null, other: null, member_count: 3 } as const;
    expect(titleOf(group, name)).toBe("Group of 3");
    expect(titleOf({ ...group, title: "Engine" }, name)).toBe("Engine");
    expect(titleOf({ ...group, kind: "direct" }, name)).toBe("Somebody who is gone");
  });
});
