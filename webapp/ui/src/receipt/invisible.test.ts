import { describe, expect, it } from "vitest";
import { piecesOf, sizeOf } from "./invisible";

const marks = (text: string) => piecesOf(text).flatMap(({ mark }) => mark ?? []);

describe("a text's pieces", () => {
  it("are the text itself, in its order", () => {
    const text = "a\u200bb\u202ec\n\td 👩‍🚀 e";
    expect(
      piecesOf(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });

  it("name what cannot be seen", () => {
    expect(marks("al\u200bice")).toEqual(["U+200B zero-width space"]);
    expect(marks("\u202eevil\u202c")).toEqual(["U+202E right-to-left override", "U+202C pop direction"]);
    expect(marks("a\tb\u00a0c\u00add")).toEqual([
      "U+0009 tab",
      "U+00A0 no-break space",
      "U+00AD soft hyphen",
    ]);
    expect(marks("\u{e0041}")).toEqual(["U+E0041"]);
    expect(marks("\u3164\u2800")).toEqual(["U+3164 Hangul filler", "U+2800 blank Braille"]);
  });

  it("leave alone what can be seen: blanks, lines, letters of any script, joined pictures", () => {
    expect(marks("Grüße, 世界\nשלום e\u0301 👩‍👩‍👧‍👦 🏳️‍🌈 ❤️")).toEqual([]);
  });

  it("name a joiner that joins no pictures", () => {
    expect(marks("a\u200db")).toEqual(["U+200D zero-width joiner"]);
  });
});

describe("a text's size", () => {
  it("counts code points, bytes and hidden ones", () => {
    expect(sizeOf("é👋\u200b")).toEqual({ characters: 3, bytes: 9, hidden: 1 });
    expect(sizeOf("")).toEqual({ characters: 0, bytes: 0, hidden: 0 });
  });
});
