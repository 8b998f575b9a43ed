// Claim `anchored`: the chain holds this root for the pinned anchorer, deep enough, as the file says.
import type { Anchor } from "./bundle";
import { type ChainAccess, type Context, isFinding } from "./context";
import type { Domain } from "./domain";
import type { AnchorRecord, Block, Pins } from "./readers";
import type { Hex } from "./shapes";
import { type Finding, failed, passed, unknown } from "./verdicts";

export const NOT_ANCHORED = "not anchored yet";

/** A verdict on one stated anchor; `record` is what the chain holds, given only with a pass. */
export interface AnchorFinding {
  finding: Finding;
  record: AnchorRecord | null;
  byAuthor: boolean;
}

/** Judge an anchor that a file states, for a record of this author. */
export async function judgeAnchor(
  context: Context,
  anchor: Anchor | null,
  author: Hex,
): Promise<AnchorFinding> {
  const { pins, bundle } = context;
  const ends = (finding: Finding, byAuthor = false) => ({ finding, record: null, byAuthor });
  if (pins === null) return ends(unknown("no chain is pinned; give its chain id and genesis hash"));
  const conflict = conflictOf(bundle.domain, pins, anchor, author);
  if (conflict !== null) return ends(failed(conflict));
  if (pins.contract === null || pins.anchorer === null) {
    return ends(unknown("no log is pinned; give its contract and its anchorer"));
  }
  if (anchor === null) return ends(unknown(NOT_ANCHORED));
  const byAuthor = anchor.anchorer !== pins.anchorer;
  const answer = await context.ask((access) => compare(access, bundle.domain.verifyingContract, anchor));
  if (isFinding(answer)) return ends(answer, byAuthor);
  let reason = `anchored in block ${answer.blockNumber}`;
  if (byAuthor) reason += ", by its author, not by the log: position and sequence mean nothing";
  return { finding: passed(reason), record: answer, byAuthor };
}

/** Where the file contradicts the pins; no node is needed for that. */
function conflictOf(domain: Domain, pins: Pins, anchor: Anchor | null, author: Hex): string | null {
  if (domain.chainId !== pins.chainId) {
    return `the file is for chain ${domain.chainId}, the pin says ${pins.chainId}`;
  }
  if (pins.contract !== null && domain.verifyingContract !== pins.contract) {
    return `the file is for contract ${domain.verifyingContract}, the pin says ${pins.contract}`;
  }
  if (anchor === null || pins.anchorer === null) return null;
  if (anchor.anchorer !== pins.anchorer && anchor.anchorer !== author) {
    return (
      `anchored by ${anchor.anchorer}, who is neither the pinned anchorer ${pins.anchorer} ` +
      "nor the author"
    );
  }
  const last = pins.lastBatch ?? null;
  if (anchor.anchorer === pins.anchorer && last !== null && anchor.sequence > last) {
    return `batch ${anchor.sequence} comes after the last one believed, ${last}`;
  }
  return null;
}

/** The chain's record if all of the stated anchor agrees with it at pinned depth. */
async function compare(access: ChainAccess, contract: Hex, anchor: Anchor): Promise<AnchorRecord | Finding> {
  const head = await access.head();
  const record = await access.chain.anchorOf(contract, anchor.anchorer, anchor.root);
  if (record === null) {
    return head.number < anchor.block.number
      ? unknown(`the node is at block ${head.number}, before ${anchor.block.number}`)
      : failed("the chain does not hold this root for this anchorer");
  }
  const block = await access.chain.block(record.blockNumber);
  const differences = recordDifferences(anchor, record);
  if (block !== null) differences.push(...blockDifferences(anchor, block));
  if (differences.length > 0) return failed(differences.join("; "));
  if (block === null) return unknown(`the node does not give block ${record.blockNumber}`);
  return (
    (await transactionProblem(access, anchor, block)) ??
    shallow(access.pins, head.number - record.blockNumber) ??
    record
  );
}

function shallow(pins: Pins, depth: number): Finding | null {
  if (depth >= pins.depth) return null;
  return unknown(`${Math.max(depth, 0)} blocks deep, ${pins.depth} are needed; ask later`);
}

function recordDifferences(anchor: Anchor, record: AnchorRecord): string[] {
  return differences([
    ["sequence", anchor.sequence, record.sequence],
    ["first", anchor.first, record.first],
    ["count", anchor.count, record.count],
    ["block number", anchor.block.number, record.blockNumber],
    ["block time", anchor.block.time, record.time],
  ]);
}

function blockDifferences(anchor: Anchor, block: Block): string[] {
  return differences([
    ["block hash", anchor.block.hash, block.hash],
    ["time of the block", anchor.block.time, block.time],
  ]);
}

function differences(facts: [name: string, stated: unknown, actual: unknown][]): string[] {
  return facts
    .filter(([, stated, actual]) => stated !== actual)
    .map(([name, stated, actual]) => `${name} is ${stated} in the file and ${actual} on the chain`);
}

/** What is wrong with the stated transaction; null if the anchor's block holds it. */
async function transactionProblem(
  access: ChainAccess,
  anchor: Anchor,
  block: Block,
): Promise<Finding | null> {
  const name = anchor.transaction;
  if (block.transactions !== null) {
    if (block.transactions.includes(name)) return null;
    return failed(`block ${block.number} does not hold transaction ${name}`);
  }
  const found = await access.chain.transactionBlock(name);
  if (found === null) return unknown(`the node does not know transaction ${name}`);
  if (found.number !== block.number || found.hash !== block.hash) {
    return failed(`transaction ${name} is in block ${found.number}, not in ${block.number}`);
  }
  return null;
}
