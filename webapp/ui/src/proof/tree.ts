// The Merkle tree of a batch: OpenZeppelin's StandardMerkleTree. Hashes are lower-case hex of one length,
// so comparing texts compares the bytes.
import { concat, keccak256 } from "viem/utils";
import { TreeError } from "./errors";
import type { Hex } from "./shapes";

/** The parent of two nodes, which are sorted first. */
export function parentOf(one: Hex, other: Hex): Hex {
  return keccak256(concat(one < other ? [one, other] : [other, one]));
}

/** The root to which a proof (siblings from leaf to root) leads. */
export function rootOf(leaf: Hex, proof: readonly Hex[]): Hex {
  return proof.reduce(parentOf, leaf);
}

/** The root over leaves in any order; throws TreeError. */
export function treeRoot(leaves: readonly Hex[]): Hex {
  if (leaves.length === 0) {
    throw new TreeError("a tree needs at least one leaf; seal a batch only when it has entries");
  }
  const nodes = [...leaves].sort();
  const twice = nodes.find((leaf, index) => leaf === nodes[index + 1]);
  if (twice !== undefined) {
    throw new TreeError(`leaf ${twice} is there twice; give every entry its own position`);
  }
  // Each pair's hash queues up behind the leaves as a child of a later one.
  for (let at = 0; at + 1 < nodes.length; at += 2) {
    nodes.push(parentOf(nodes[at] as Hex, nodes[at + 1] as Hex));
  }
  return nodes[nodes.length - 1] as Hex;
}

/** Say whether a proof among `count` entries can have this many siblings. */
export function proofLengthFits(length: number, count: number): boolean {
  return count >= 1 && bitLength(count) - 1 <= length && length <= bitLength(count - 1);
}

function bitLength(value: number): number {
  return value === 0 ? 0 : value.toString(2).length;
}
