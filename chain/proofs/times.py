"""Claims `not_after` and `not_before`: the two bounds of time, by the chain's own clock."""

from dataclasses import dataclass

from chain.proofs.anchoring import AnchorFinding
from chain.proofs.context import ChainAccess, Context
from chain.proofs.readers import Block, Pins
from chain.proofs.records import Message
from chain.proofs.shapes import to_hex
from chain.proofs.verdicts import (
    Claim,
    ClaimResult,
    Finding,
    Verdict,
    failed,
    passed,
    spell_time,
    unknown,
)

OPERATOR_WORD = "; the operator runs this chain, so the time is the operator's word"


@dataclass(frozen=True, slots=True)
class BlockFinding:
    """A verdict on a block that a message names; `block` is given only with a pass."""

    finding: Finding
    block: Block | None = None


def judge_block(context: Context, message: Message | None) -> BlockFinding:
    """Judge whether a message's `notBefore` (message None: erased) is a canonical block.

    At any depth: its hash could not be known before it was made, whatever became of it later.
    """
    if message is None:
        return BlockFinding(unknown("the message is erased, and the block that it named with it"))
    pins, stated = context.pins, context.bundle.domain.chain_id
    if pins is not None and stated != pins.chain_id:
        return BlockFinding(failed(f"the file is for chain {stated}, the pin says {pins.chain_id}"))
    number, digest = message["notBefore"]["number"], message["notBefore"]["hash"]
    answer = context.ask(lambda access: _canonical(access, number, digest))
    if isinstance(answer, Finding):
        return BlockFinding(answer)
    return BlockFinding(passed(f"written after block {number} was made"), answer)


def _canonical(access: ChainAccess, number: int, digest: str) -> Block | Finding:
    block = access.chain.block(number)
    if block is None:
        return unknown(f"the node, at block {access.head.number}, does not give block {number}")
    if to_hex(block.hash) != digest:
        return failed(
            f"block {number} is {to_hex(block.hash)} on the chain and {digest} in the file"
        )
    return block


def judge_not_before(context: Context, named: BlockFinding) -> ClaimResult:
    """Judge `not_before`; `time` is that of the block named by the message, read from the chain."""
    if named.block is None:
        erased = context.bundle.message is None
        finding = named.finding
        return ClaimResult(Claim.NOT_BEFORE, finding.verdict, finding.reason, excused=erased)
    time = named.block.time
    reason = f"written after {spell_time(time)}, block {named.block.number}{_word(context.pins)}"
    return ClaimResult(Claim.NOT_BEFORE, Verdict.PASS, reason, time=time)


def judge_not_after(context: Context, anchored: AnchorFinding) -> ClaimResult:
    """Judge `not_after`: it stands and falls with `anchored`.

    Undecided, `time` is what the file states, and the reason says that nothing has checked it.
    """
    finding, anchor = anchored.finding, context.bundle.anchor
    if anchored.record is not None:
        time = anchored.record.time
        reason = f"existed at {spell_time(time)}, block {anchored.record.block_number}"
        return ClaimResult(Claim.NOT_AFTER, Verdict.PASS, reason + _word(context.pins), time=time)
    if finding.verdict is Verdict.FAIL or anchor is None:
        return ClaimResult(Claim.NOT_AFTER, finding.verdict, finding.reason)
    stated = spell_time(anchor.block.time)
    reason = f"the file states {stated}, which nothing has checked: {finding.reason}"
    time = anchor.block.time
    return ClaimResult(Claim.NOT_AFTER, Verdict.UNKNOWN, reason, time=time, stated=True)


def _word(pins: Pins | None) -> str:
    return OPERATOR_WORD if pins is not None and pins.operator_runs_chain else ""
