import { describe, expect, it } from "vitest";
import { completed, wantedAt } from "./completing";

describe("wantedAt", () => {
  it.each([
    ["hello @al", 9, { kind: "mention", begun: "al", from: 6 }],
    ["#tro", 4, { kind: "tag", begun: "tro", from: 0 }],
    ["#日", 2, { kind: "tag", begun: "日", from: 0 }],
    ["me@example", 10, null],
    ["see /#x", 7, null],
    ["@al done", 8, null],
    ["hello @", 7, null],
    ["@alice here", 3, { kind: "mention", begun: "al", from: 0 }],
  ])("finds in %j at %i", (text, caret, found) => {
    expect(wantedAt(text, caret)).toEqual(found);
  });
});

describe("completed", () => {
  it("puts the word in, and the caret behind it", () => {
    const wanted = { kind: "mention", begun: "al", from: 6 } as const;
    expect(completed("hello @al, you", 9, wanted, "alice")).toEqual({
      text: "hello @alice , you",
      caret: 13,
    });
    expect(completed("hello @al you", 9, wanted, "alice")).toEqual({ text: "hello @alice you", caret: 13 });
  });
});
