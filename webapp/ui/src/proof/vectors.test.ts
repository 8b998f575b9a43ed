import { hashTypedData, keccak256, pad, stringToHex, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { type Domain, digestOf } from "./domain";
import { checkEntry, type Entry, leafOf } from "./entries";
import { accountAuthor, checkMessage, contentOf, kindOfType, TYPES, ZERO_WORD } from "./records";
import type { Hex } from "./shapes";
import { recover } from "./signatures";
import { readVectors, strict } from "./testing/corpus";
import { parentOf, proofLengthFits, rootOf, treeRoot } from "./tree";
import { warmUp } from "./warmUp";

interface Vectors {
  domain: Domain & { name: string; version: string };
  types: Record<string, { name: string; type: string }[]>;
  walletless: { account: string; author: Hex }[];
  cases: {
    primaryType: string;
    message: Record<string, unknown>;
    signer: Hex | null;
    content: Hex;
    digest: Hex;
    signature: Hex | null;
    entry: object;
    leaf: Hex;
  }[];
  trees: { entries: [number, number]; root: Hex; proofs: Hex[][] }[];
  thousand: { author: Hex; root: Hex; proof_0: Hex[]; proof_999: Hex[] };
}

const vectors = readVectors<Vectors>("protocol-v1.json");
const { chainId, verifyingContract } = vectors.domain;

describe("the golden vectors", () => {
  it("have these types", () => {
    expect(TYPES).toEqual(vectors.types);
  });

  it.each(vectors.cases.map((each, index) => ({ ...each, index })))(
    "case $index: $primaryType",
    async (given) => {
      const kind = kindOfType(given.primaryType);
      const message = checkMessage(kind, strict(given.message));
      const content = contentOf(kind, message);
      expect(content).toBe(given.content);
      const digest = digestOf({ chainId, verifyingContract }, content);
      expect(digest).toBe(given.digest);
      expect(digest).toBe(
        hashTypedData({
          domain: vectors.domain,
          types: vectors.types,
          primaryType: given.primaryType,
          message: given.message,
        }),
      );
      const entry = checkEntry(strict(given.entry));
      expect(entry.kind).toBe(kind);
      expect(leafOf(entry)).toBe(given.leaf);
      if (given.signature === null) {
        expect(entry.signature).toBe(ZERO_WORD);
      } else {
        expect(await recover(digest, given.signature)).toBe(given.signer);
        expect(entry.signature).toBe(keccak256(given.signature));
      }
    },
  );

  it("hold the signature that warms up", async () => {
    expect(await warmUp()).toBe(true);
  });

  it("derive authors without a wallet", () => {
    expect(vectors.walletless.length).toBeGreaterThan(0);
    for (const { account, author } of vectors.walletless) expect(accountAuthor(account)).toBe(author);
  });

  it.each(vectors.trees)("tree over entries $entries", ({ entries: [start, end], root, proofs }) => {
    const leaves = vectors.cases.slice(start, end).map(({ leaf }) => leaf);
    expect(treeRoot(leaves)).toBe(root);
    expect(proofs).toHaveLength(leaves.length);
    proofs.forEach((proof, index) => {
      expect(rootOf(leaves[index] as Hex, proof)).toBe(root);
      expect(proofLengthFits(proof.length, leaves.length)).toBe(true);
    });
  });

  it("make the tree of a thousand", () => {
    const { author, root, proof_0, proof_999 } = vectors.thousand;
    const leaves = Array.from({ length: 1000 }, (_, i) => leafOf(numbered(i, author)));
    expect(treeRoot(leaves)).toBe(root);
    expect(rootOf(leaves[0] as Hex, proof_0)).toBe(root);
    expect(rootOf(leaves[999] as Hex, proof_999)).toBe(root);
  });
});

function numbered(i: number, author: Hex): Entry {
  return {
    position: i,
    author,
    sequence: i,
    previous: keccak256(stringToHex(`p${i}`)),
    record: pad(toHex(i), { size: 16 }),
    kind: 1,
    content: keccak256(stringToHex(`c${i}`)),
    signature: ZERO_WORD,
  };
}

describe("a tree", () => {
  it("is of at least one leaf, none of them twice", () => {
    const leaf = keccak256("0x01");
    expect(treeRoot([leaf])).toBe(leaf);
    expect(() => treeRoot([])).toThrow("at least one leaf");
    expect(() => treeRoot([leaf, keccak256("0x02"), leaf])).toThrow(`leaf ${leaf} is there twice`);
  });

  it("sorts each pair", () => {
    const [one, other] = [keccak256("0x01"), keccak256("0x02")];
    expect(parentOf(one, other)).toBe(parentOf(other, one));
  });

  it("bounds the length of a proof, also of counts no number of bits less than 53 holds", () => {
    expect([0, 1, 2, 3].filter((length) => proofLengthFits(length, 3))).toEqual([1, 2]);
    expect([0, 1].filter((length) => proofLengthFits(length, 0))).toEqual([]);
    expect([0, 1].filter((length) => proofLengthFits(length, 1))).toEqual([0]);
    const all = Array.from({ length: 65 }, (_, length) => length);
    expect(all.filter((each) => proofLengthFits(each, 2 ** 53 - 1))).toEqual([52, 53]);
  });
});
