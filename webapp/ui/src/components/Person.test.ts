import { describe, expect, it } from "vitest";
import { nameOf } from "./Person";

const ADDRESS = "0x00000000000000000000000000000000000000aa";

describe("nameOf", () => {
  it.each([
    [{ name: "Ada", handle: "ada", authors: [] }, "Ada"],
    [{ name: null, handle: "ada", authors: [{ address: ADDRESS }] }, "@ada"],
    [{ name: null, handle: null, authors: [{ address: ADDRESS }] }, "0x0000…00aa"],
    [{ name: null, handle: null, authors: [] }, "Somebody without a handle"],
    [{ name: null, handle: null }, "Somebody without a handle"],
  ])("of %j is %s", (card, name) => {
    expect(nameOf(card)).toBe(name);
  });
});
