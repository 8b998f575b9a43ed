import { describe, expect, it } from "vitest";
import { partsOf } from "./richText";

const shown = (text: string) =>
  partsOf(text)
    .map((part) => (part.is === "text" ? part.text : `<${part.is} ${part.text}>`))
    .join("");

describe("partsOf", () => {
  it.each([
    ["plain words", "plain words"],
    ["ask @Alice_1, she knows", "ask <mention @Alice_1>, she knows"],
    ["mail me@example.org", "mail me@example.org"],
    ["#troth and #日本 but C#1 &#39;", "<tag #troth> and <tag #日本> but C#1 &#39;"],
    ["see https://example.org/a_(b). Yes", "see <link https://example.org/a_(b)>. Yes"],
    ["(https://example.org/#x)", "(<link https://example.org/#x>)"],
    ["javascript:alert(1)", "javascript:alert(1)"],
    ["https://", "https://"],
    ["@ab is too short", "@ab is too short"],
  ])("reads %s", (text, parts) => {
    expect(shown(text)).toBe(parts);
  });

  it("loses no character", () => {
    const text = "a @bob_b #c https://d.example/e?f=g#h, \n i😀";
    expect(
      partsOf(text)
        .map((part) => part.text)
        .join(""),
    ).toBe(text);
  });
});
