import { QueryClient } from "@tanstack/react-query";
import { encodeFunctionData, hashTypedData, parseAbi } from "viem";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Asset, Mint, Permission } from "../queries/tokens";
import { giveAway, MistypedError, mintOneself, permissionOf, UnexpectedError } from "./tokens";

const A = `0x${"a1".repeat(20)}` as const;
const B = `0x${"b2".repeat(20)}` as const;
const DIGEST = `0x${"0d".repeat(32)}` as const;
const REGISTRY = `0x${"cc".repeat(20)}` as const;
const message = { creator: A, to: A, digest: DIGEST, royalty: 250, deadline: "7" };
const domain = { name: "Troth", version: "1", chainId: 7, verifyingContract: REGISTRY };
const types = {
  EIP712Domain: [
    { name: "name", type: "string" },
    { name: "version", type: "string" },
    { name: "chainId", type: "uint256" },
    { name: "verifyingContract", type: "address" },
  ],
  Permission: [
    { name: "creator", type: "address" },
    { name: "to", type: "address" },
    { name: "digest", type: "bytes32" },
    { name: "royalty", type: "uint16" },
    { name: "deadline", type: "uint256" },
  ],
};
const permission: Permission = { primaryType: "Permission", message, domain, types };
const asset = `eip155:7/erc721:${REGISTRY}/42`;
const mint = { id: "one", asset, creator: A, to: A, digest: DIGEST, royalty: 250, permission } as Mint;
const saying = (change: Partial<Permission["message"]>): Mint => ({
  ...mint,
  permission: { ...permission, message: { ...message, ...change } },
});
const dressed = (change: Partial<Permission>): Mint => ({
  ...mint,
  permission: { ...permission, ...change },
});

describe("a permission", () => {
  it("is signed for this mint and no other", () => {
    expect(permissionOf(mint)?.message).toEqual(message);
    expect(permissionOf(saying({ creator: A.toUpperCase().replace("X", "x") }))?.message).toEqual(message);
    expect(permissionOf(saying({ to: B }))).toBeNull();
    expect(permissionOf(saying({ digest: "0x02" }))).toBeNull();
    expect(permissionOf(saying({ royalty: 0 }))).toBeNull();
    expect(permissionOf(dressed({ primaryType: "Post" }))).toBeNull();
    expect(permissionOf({ ...mint, permission: null })).toBeNull();
  });

  it("is for the registry and the chain of the token alone", () => {
    expect(permissionOf(dressed({ domain: { ...domain, verifyingContract: B } }))).toBeNull();
    expect(permissionOf(dressed({ domain: { ...domain, chainId: 1 } }))).toBeNull();
    expect(permissionOf({ ...mint, asset: "eip155:7/erc1155:0x/1" })).toBeNull();
  });

  it("is the contract's own kind of message, whatever the server calls its fields and its domain", () => {
    const right = hashTypedData(permission as never);
    const odd = dressed({
      domain: { ...domain, name: "A bank" },
      types: { Permission: [{ name: "to", type: "address" }], EIP712Domain: [] },
    });
    expect(hashTypedData(permissionOf(mint) as never)).toBe(right);
    expect(hashTypedData(permissionOf(odd) as never)).toBe(right);
  });
});

describe("a mint by one's own wallet", () => {
  const abi = parseAbi([
    "function mint(address to, bytes32 digest, uint16 royalty)",
    "function approve(address to, uint256 tokenId)",
  ]);
  const mints = (to: `0x${string}`, royalty = 250) =>
    encodeFunctionData({ abi, functionName: "mint", args: [to, DIGEST, royalty] });
  const good = { from: A, to: REGISTRY, data: mints(A), value: "0x0", chainId: 7 };
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ["another call", { data: encodeFunctionData({ abi, functionName: "approve", args: [B, 42n] }) }],
    ["another contract", { to: B }],
    ["somebody else's token", { data: mints(B) }],
    ["another royalty", { data: mints(A, 0) }],
    ["another wallet", { from: B }],
  ])("is not sent where the server prepared %s", async (_, change) => {
    vi.stubGlobal(
      "fetch",
      vi.fn(async () => Response.json({ ...good, ...change })),
    );
    await expect(mintOneself(new QueryClient(), mint)).rejects.toBeInstanceOf(UnexpectedError);
  });
});

it("nothing is given to an address with a wrong character in it", async () => {
  const asked = vi.fn();
  vi.stubGlobal("fetch", asked);
  const asset = { token_id: "42", contract: REGISTRY, owner: { address: A } } as Asset;
  const to = "0x5aAeb6058F3E94C9b9A09f33669435E7Ef1BeAed";
  await expect(giveAway(new QueryClient(), asset, { to })).rejects.toBeInstanceOf(MistypedError);
  expect(asked).not.toHaveBeenCalled();
});
