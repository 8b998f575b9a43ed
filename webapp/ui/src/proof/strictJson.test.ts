import { describe, expect, it } from "vitest";
import { MalformedError } from "./errors";
import { type Json, parseStrictJson, shown } from "./strictJson";

const bytes = (text: string) => new TextEncoder().encode(text);
const load = (text: string, maxDepth = 8, maxBytes = 1 << 20) =>
  parseStrictJson(bytes(text), { maxBytes, maxDepth });

function plain(value: Json): unknown {
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]));
  }
  return Array.isArray(value) ? value.map(plain) : value;
}

/** Numbers by chance that come out the same each time (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("the strict reader", () => {
  it("reads what JSON.stringify writes", () => {
    const value = {
      "": [],
      a: {},
      'q"\\/\b\f\n\r\t': "é 👩‍👩‍👧 \u2028 \u0000",
      n: [0, 1, 2 ** 53 - 1, true, false, null],
    };
    expect(plain(load(JSON.stringify(value)))).toEqual(value);
    expect(plain(load(` \t\r\n${JSON.stringify(value, null, 2)} \n`))).toEqual(value);
  });

  it("reads escapes in either case and whole pairs of surrogates", () => {
    expect(load('"\\u00e9\\u00E9\\ud83d\\ude00\\/"')).toBe("éé😀/");
  });

  it("knows keys that mean something to the language as any other", () => {
    const found = load('{"__proto__":1,"constructor":2,"toString":3}');
    expect(found instanceof Map && [...found]).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
      ["toString", 3],
    ]);
    expect(() => load('{"__proto__":1,"__proto__":2}')).toThrow("twice");
    expect(() => load('"\\constructor"')).toThrow(MalformedError);
  });

  it.each(["\\ud800", "\\udc00", "\\ud83dx\\ude00", "\\ude00\\ud83d", "\\ud83d\\ud83d\\ude00"])(
    "refuses half a pair: %s",
    (text) => {
      expect(() => load(`"${text}"`)).toThrow("lone surrogate");
      expect(() => load(`{"${text}":1}`)).toThrow("lone surrogate");
    },
  );

  it("finds one of very many keys twice", () => {
    const keys = Array.from({ length: 60_000 }, (_, index) => `"${index}":0`).join();
    expect(() => load(`{${keys},"59999":0}`)).toThrow("twice");
  });

  it("refuses deep nesting before it recurses, and counts no brackets in texts", () => {
    for (const opening of ["[", '{"a":', '[{"a":']) {
      expect(() => load(opening.repeat(100_000))).toThrow("deeper");
    }
    expect(load('["[[[[{{{{"]', 1)).toEqual(["[[[[{{{{"]);
    expect(() => load("[[[]]]", 2)).toThrow("deeper than 2");
  });

  it("bounds the size exactly", () => {
    expect(load("[1]", 8, 3)).toEqual([1]);
    expect(() => load("[12]", 8, 3)).toThrow("has 4 bytes, at most 3 are allowed");
  });

  it("throws nothing but MalformedError for texts by chance, and takes no more than JSON.parse", () => {
    const next = chance(1);
    const alphabet = '[]{}",:\\u0d8-1.eE ntfa\u00e9\ufeff';
    for (let round = 0; round < 20_000; round += 1) {
      const length = Math.floor(next() * 12);
      const text = Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)]).join("");
      try {
        const found = plain(load(text));
        expect(found).toEqual(JSON.parse(text));
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error;
        expect(error.message).toMatch(/^[\x20-\x7e]{1,250}$/);
      }
    }
  });
});

describe("a value that is shown", () => {
  it("is short and printable", () => {
    expect(shown('é\n"')).toBe('"\\u00e9\\n\\""');
    expect(shown("x".repeat(1000))).toMatch(/^"x{79}\.\.\. \(1002 characters\)$/);
    expect([shown(null), shown([]), shown(new Map()), shown(undefined)]).toEqual([
      "null",
      "a list",
      "an object",
      "nothing",
    ]);
  });
});
