// Claims `not_after` and `not_before`: the two bounds of time, by the chain's own clock.
import type { AnchorFinding } from "./anchoring";
import { type ChainAccess, type Context, isFinding } from "./context";
import type { Block, Pins } from "./readers";
import type { BlockRef, Message } from "./records";
import { type ClaimResult, type Finding, failed, passed, spellTime, unknown } from "./verdicts";

export const OPERATOR_WORD = "; the operator runs this chain, so the time is the operator's word";

/** A verdict on a block that a message names; `block` is given only with a pass. */
export interface BlockFinding {
  finding: Finding;
  block: Block | null;
}

/**
 * Judge whether a message's `notBefore` (message null: erased) is a canonical block. At any depth: its hash
 * could not be known before it was made, whatever became of it later.
 */
export async function judgeBlock(context: Context, message: Message | null): Promise<BlockFinding> {
  const ends = (finding: Finding) => ({ finding, block: null });
  if (message === null) {
    return ends(unknown("the message is erased, and the block that it named with it"));
  }
  const stated = context.bundle.domain.chainId;
  if (context.pins !== null && stated !== context.pins.chainId) {
    return ends(failed(`the file is for chain ${stated}, the pin says ${context.pins.chainId}`));
  }
  const answer = await context.ask((access) => canonical(access, message.notBefore));
  if (isFinding(answer)) return ends(answer);
  return {
    finding: passed(`written after block ${message.notBefore.number} was made`),
    block: answer,
  };
}

async function canonical(access: ChainAccess, named: BlockRef): Promise<Block | Finding> {
  const { number, hash } = named;
  const block = await access.chain.block(number);
  if (block === null) {
    const head = await access.head();
    return unknown(`the node, at block ${head.number}, does not give block ${number}`);
  }
  if (block.hash !== hash) {
    return failed(`block ${number} is ${block.hash} on the chain and ${hash} in the file`);
  }
  return block;
}

/** Judge `not_before`; `time` is that of the block named by the message, read from the chain. */
export function judgeNotBefore(context: Context, named: BlockFinding): ClaimResult {
  const claim = "not_before";
  if (named.block === null) {
    return { claim, ...named.finding, excused: context.bundle.message === null };
  }
  const { time, number } = named.block;
  const reason = `written after ${spellTime(time)}, block ${number}${word(context.pins)}`;
  return { claim, verdict: "pass", reason, time };
}

/** Judge `not_after`: it stands and falls with `anchored`; undecided, `time` is what the file states. */
export function judgeNotAfter(context: Context, anchored: AnchorFinding): ClaimResult {
  const claim = "not_after";
  const { finding, record } = anchored;
  const { anchor } = context.bundle;
  if (record !== null) {
    const { time, blockNumber } = record;
    const reason = `existed at ${spellTime(time)}, block ${blockNumber}${word(context.pins)}`;
    return { claim, verdict: "pass", reason, time };
  }
  if (finding.verdict === "fail" || anchor === null) return { claim, ...finding };
  const { time } = anchor.block;
  const reason = `the file states ${spellTime(time)}, which nothing has checked: ${finding.reason}`;
  return { claim, verdict: "unknown", reason, time, stated: true };
}

function word(pins: Pins | null): string {
  return pins?.operatorRunsChain ? OPERATOR_WORD : "";
}
