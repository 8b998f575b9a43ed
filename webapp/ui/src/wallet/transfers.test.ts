import { encodeFunctionData, parseAbi } from "viem";
import { describe, expect, it } from "vitest";
import { isSpelledRight, readMint, readTransfer } from "./transfers";

const A = `0x${"a1".repeat(20)}` as const;
const B = `0x${"B2".repeat(20)}` as const;
const abi = parseAbi([
  "function safeTransferFrom(address from, address to, uint256 tokenId)",
  "function approve(address to, uint256 tokenId)",
  "function mint(address to, bytes32 digest, uint16 royalty)",
]);

describe("a prepared transfer", () => {
  it("says who gets which token", () => {
    const data = encodeFunctionData({
      abi,
      functionName: "safeTransferFrom",
      args: [A, B.toLowerCase() as `0x${string}`, 2n ** 255n],
    });
    expect(readTransfer(B, data)).toEqual({
      contract: B.toLowerCase(),
      from: A,
      to: B.toLowerCase(),
      token_id: (2n ** 255n).toString(),
    });
  });

  it("that does anything else is none", () => {
    const data = encodeFunctionData({ abi, functionName: "approve", args: [A, 1n] });
    expect(readTransfer(B, data)).toBeNull();
    expect(readTransfer(B, "0x")).toBeNull();
  });
});

describe("a prepared mint", () => {
  it("says what is made for whom", () => {
    const digest = `0x${"0d".repeat(32)}` as const;
    const data = encodeFunctionData({ abi, functionName: "mint", args: [A, digest, 250] });
    expect(readMint(data)).toEqual({ to: A, digest, royalty: 250 });
  });

  it("that does anything else is none", () => {
    expect(readMint(encodeFunctionData({ abi, functionName: "approve", args: [A, 1n] }))).toBeNull();
    expect(readMint("0x")).toBeNull();
  });
});

describe("the spelling of an address", () => {
  const RIGHT = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

  it("is right by its checksum, and where it has none", () => {
    for (const one of [RIGHT, RIGHT.toLowerCase(), `0x${RIGHT.slice(2).toUpperCase()}`])
      expect(isSpelledRight(one)).toBe(true);
  });

  it("is wrong where a digit of it is", () => {
    expect(isSpelledRight(RIGHT.replace("6053", "6058"))).toBe(false);
    expect(isSpelledRight(RIGHT.replace("5aA", "5aa"))).toBe(false);
  });
});
