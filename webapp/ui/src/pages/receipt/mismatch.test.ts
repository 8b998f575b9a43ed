import { describe, expect, it } from "vitest";
import type { Post } from "../../api/types";
import type { Bundle } from "../../proof";
import { mismatches } from "./mismatch";

const AUTHOR = `0x${"aa".repeat(20)}`;
const CONTENT = `0x${"cc".repeat(32)}`;
const post = {
  id: "0193a000-0000-7000-8000-000000000001",
  author: AUTHOR,
  content: CONTENT,
  text: "hello",
} as Post;
const bundle = {
  kind: 1,
  entry: { record: "0x0193a000000070008000000000000001", author: AUTHOR, content: CONTENT },
  message: { text: "hello" },
} as unknown as Bundle;

describe("a proof of a post", () => {
  it("is the proof of that post", () => {
    expect(mismatches(bundle, post, null)).toEqual([]);
    expect(
      mismatches(bundle, { ...post, author: AUTHOR.toUpperCase().replace("0X", "0x") }, CONTENT),
    ).toEqual([]);
  });

  it.each([
    [{ ...bundle, entry: { ...bundle.entry, record: "0x00" } }, post, null, "another record"],
    [{ ...bundle, entry: { ...bundle.entry, author: "0x00" } }, post, null, "shown as by"],
    [bundle, { ...post, text: "hello " }, null, "another text"],
    [bundle, post, `0x${"dd".repeat(32)}`, "another version"],
  ] as [Bundle, Post, string | null, string][])(
    "is not one of something else (%#)",
    (given, shown, content, said) => {
      expect(mismatches(given, shown, content).join()).toContain(said);
    },
  );

  it("of an older version may have another text", () => {
    const older = {
      ...bundle,
      entry: { ...bundle.entry, content: `0x${"dd".repeat(32)}` },
      message: { text: "before" },
    };
    expect(mismatches(older as Bundle, post, `0x${"dd".repeat(32)}`)).toEqual([]);
  });

  it("that was erased has no text to compare", () => {
    expect(mismatches({ ...bundle, message: null }, { ...post, text: null }, null)).toEqual([]);
  });
});
