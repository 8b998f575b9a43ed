// The steps of a proof laid open: each hash as the file states it and as it comes out here, and the path.
import { keccak256 } from "viem/utils";
import type { Bundle } from "./bundle";
import { digestOf } from "./domain";
import { leafOf } from "./entries";
import { contentOf, ZERO_WORD } from "./records";
import type { Hex } from "./shapes";
import { parentOf } from "./tree";

/** One hash: `stated` is what the file says, `found` what comes out here; null where there is none. */
export interface HashStep {
  name: "content" | "digest" | "signature" | "leaf" | "root";
  stated: Hex | null;
  found: Hex | null;
}

/** One level of the path: the node so far, its sibling, and the parent of both. */
export interface PathStep {
  node: Hex;
  sibling: Hex;
  parent: Hex;
}

export function explainHashes(bundle: Bundle): HashStep[] {
  const { entry, message, signature, anchor } = bundle;
  return [
    { name: "content", stated: entry.content, found: message && contentOf(bundle.kind, message) },
    { name: "digest", stated: null, found: digestOf(bundle.domain, entry.content) },
    {
      name: "signature",
      stated: entry.signature,
      found: signature === null ? ZERO_WORD : keccak256(signature),
    },
    { name: "leaf", stated: null, found: leafOf(entry) },
    { name: "root", stated: anchor?.root ?? null, found: anchor && rootOf(bundle) },
  ];
}

/** The way from the entry's leaf up to the root. */
export function explainPath(bundle: Bundle): PathStep[] {
  const steps: PathStep[] = [];
  let node = leafOf(bundle.entry);
  for (const sibling of bundle.proof) {
    const parent = parentOf(node, sibling);
    steps.push({ node, sibling, parent });
    node = parent;
  }
  return steps;
}

function rootOf(bundle: Bundle): Hex {
  return explainPath(bundle).at(-1)?.parent ?? leafOf(bundle.entry);
}

/** Say whether a step contradicts itself. */
export function isWrong({ stated, found }: HashStep): boolean {
  return stated !== null && found !== null && stated !== found;
}
