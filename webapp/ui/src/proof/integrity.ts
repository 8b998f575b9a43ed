// Claim `integrity`: the file agrees with itself, from the message up to the root.
import { keccak256 } from "viem/utils";
import type { Anchor, Bundle } from "./bundle";
import { type Entry, leafOf } from "./entries";
import { contentOf, type Kind, type Message, typeName, ZERO_WORD } from "./records";
import type { Hex } from "./shapes";
import { proofLengthFits, rootOf } from "./tree";
import type { ClaimResult } from "./verdicts";

type Check = readonly [holds: boolean, problem: string];

const problemsOf = (checks: readonly Check[]): string[] =>
  checks.filter(([holds]) => !holds).map(([, problem]) => problem);

/** What in a record (message null: erased) and its signature contradicts its entry. */
export function recordProblems(
  kind: Kind,
  message: Message | null,
  signature: Hex | null,
  entry: Entry,
): string[] {
  const expected = signature === null ? ZERO_WORD : keccak256(signature);
  const checks: Check[] = [
    [kind === entry.kind, `the type ${typeName(kind)} is not the entry's kind ${entry.kind}`],
    [expected === entry.signature, "the signature is not the one that the entry was made with"],
  ];
  if (message !== null) {
    const hashes = contentOf(kind, message) === entry.content;
    checks.push(
      [message.id === entry.record, "the message's id is not the entry's record"],
      [message.author === entry.author, "the message's author is not the entry's author"],
      [hashes, "the message does not hash to the entry's content"],
    );
  }
  return problemsOf(checks);
}

/** What in an entry's path to its root contradicts the anchor that the file states. */
export function pathProblems(entry: Entry, proof: readonly Hex[], anchor: Anchor): string[] {
  // Differences of safe integers are exact; the sum of two need not be.
  const inside = anchor.first <= entry.position && entry.position - anchor.first < anchor.count;
  return problemsOf([
    [rootOf(leafOf(entry), proof) === anchor.root, "the entry and its proof do not lead to the root"],
    [inside, `position ${entry.position} is outside of the batch`],
    [
      proofLengthFits(proof.length, anchor.count),
      `a proof of ${proof.length} siblings does not fit a batch of ${anchor.count}`,
    ],
  ]);
}

/** Judge `integrity`: any mismatch fails, and outranks what cannot be checked. */
export function judgeIntegrity(bundle: Bundle): ClaimResult {
  const claim = "integrity";
  const problems = recordProblems(bundle.kind, bundle.message, bundle.signature, bundle.entry);
  if (bundle.anchor !== null) {
    problems.push(...pathProblems(bundle.entry, bundle.proof, bundle.anchor));
  }
  if (problems.length > 0) return { claim, verdict: "fail", reason: problems.join("; ") };
  if (bundle.anchor === null) {
    const reason = "not anchored yet, so the path from the entry to a root cannot be checked";
    return { claim, verdict: "unknown", reason };
  }
  if (bundle.message === null) {
    const reason = "the message is erased: something was there, and all that remains of it agrees";
    return { claim, verdict: "unknown", reason, excused: true };
  }
  return {
    claim,
    verdict: "pass",
    reason: "message, signature, entry, proof and root agree with each other",
  };
}
