import { describe, expect, it } from "vitest";
import { readReceiver } from "./receiver";

describe("who gets a token", () => {
  it("is an address or a handle", () => {
    expect(readReceiver(` 0x${"Ab".repeat(20)} `)).toEqual({
      is: "address",
      address: `0x${"Ab".repeat(20)}`,
    });
    expect(readReceiver("@ada_1")).toEqual({ is: "handle", handle: "ada_1" });
    expect(readReceiver("ada")).toEqual({ is: "handle", handle: "ada" });
    expect(readReceiver("  ")).toEqual({ is: "nobody" });
  });

  it("is nobody where a digit is missing, or anything else stands there", () => {
    for (const text of [
      `0x${"ab".repeat(19)}a`,
      `0x${"ab".repeat(21)}`,
      `0x${"zz".repeat(20)}`,
      "ada@example.org",
      "a b",
    ])
      expect(readReceiver(text).is).toBe("neither");
  });
});
