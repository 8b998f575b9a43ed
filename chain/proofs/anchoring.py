"""Claim `anchored`: the chain holds this root for the pinned anchorer, deep enough, as the file says."""

from dataclasses import dataclass

from chain.proofs.bundle import Anchor
from chain.proofs.context import ChainAccess, Context
from chain.proofs.domain import Domain
from chain.proofs.readers import AnchorRecord, Block, Pins
from chain.proofs.shapes import to_hex
from chain.proofs.verdicts import Finding, failed, passed, unknown

NOT_ANCHORED = "not anchored yet"


@dataclass(frozen=True, slots=True)
class AnchorFinding:
    """A verdict on one stated anchor.

    `record` is what the chain holds, given only with a pass; `by_author` says that the anchorer is the
    author itself and not the pinned one.
    """

    finding: Finding
    record: AnchorRecord | None = None
    by_author: bool = False


def judge_anchor(context: Context, anchor: Anchor | None, author: str) -> AnchorFinding:
    """Judge an anchor that a file states, for a record of this author (lower-case address)."""
    pins, domain = context.pins, context.bundle.domain
    if pins is None:
        return AnchorFinding(unknown("no chain is pinned; give its chain id and genesis hash"))
    conflict = _conflict(domain, pins, anchor, author)
    if conflict is not None:
        return AnchorFinding(failed(conflict))
    if pins.contract is None or pins.anchorer is None:
        return AnchorFinding(unknown("no log is pinned; give its contract and its anchorer"))
    if anchor is None:
        return AnchorFinding(unknown(NOT_ANCHORED))
    by_author = anchor.anchorer != pins.anchorer
    answer = context.ask(lambda access: _compare(access, domain.verifying_contract, anchor))
    if isinstance(answer, Finding):
        return AnchorFinding(answer, by_author=by_author)
    reason = f"anchored in block {answer.block_number}"
    if by_author:
        reason += ", by its author, not by the log: position and sequence mean nothing"
    return AnchorFinding(passed(reason), answer, by_author)


def _conflict(domain: Domain, pins: Pins, anchor: Anchor | None, author: str) -> str | None:
    """Return where the file contradicts the pins; no node is needed for that."""
    if domain.chain_id != pins.chain_id:
        return f"the file is for chain {domain.chain_id}, the pin says {pins.chain_id}"
    if pins.contract is not None and domain.verifying_contract != pins.contract:
        return f"the file is for contract {domain.verifying_contract}, the pin says {pins.contract}"
    if anchor is None or pins.anchorer is None:
        return None
    if anchor.anchorer not in {pins.anchorer, author}:
        return (
            f"anchored by {anchor.anchorer}, who is neither the pinned anchorer {pins.anchorer} "
            "nor the author"
        )
    pinned = anchor.anchorer == pins.anchorer
    if pinned and pins.last_batch is not None and anchor.sequence > pins.last_batch:
        return f"batch {anchor.sequence} comes after the last one believed, {pins.last_batch}"
    return None


def _compare(access: ChainAccess, contract: str, anchor: Anchor) -> AnchorRecord | Finding:
    """Return the chain's record if all of the stated anchor agrees with it at pinned depth."""
    head = access.head
    record = access.chain.anchor_of(contract, anchor.anchorer, anchor.root)
    if record is None:
        if head.number < anchor.block.number:
            return unknown(f"the node is at block {head.number}, before {anchor.block.number}")
        return failed("the chain does not hold this root for this anchorer")
    block = access.chain.block(record.block_number)
    differences = _record_differences(anchor, record)
    if block is not None:
        differences += _block_differences(anchor, block)
    if differences:
        return failed("; ".join(differences))
    if block is None:
        return unknown(f"the node does not give block {record.block_number}")
    return _transaction(access, anchor, block) or _shallow(access, record) or record


def _shallow(access: ChainAccess, record: AnchorRecord) -> Finding | None:
    depth = access.head.number - record.block_number
    if depth >= access.pins.depth:
        return None
    return unknown(f"{max(depth, 0)} blocks deep, {access.pins.depth} are needed; ask later")


def _record_differences(anchor: Anchor, record: AnchorRecord) -> list[str]:
    return _differences(
        ("sequence", anchor.sequence, record.sequence),
        ("first", anchor.first, record.first),
        ("count", anchor.count, record.count),
        ("block number", anchor.block.number, record.block_number),
        ("block time", anchor.block.time, record.time),
    )


def _block_differences(anchor: Anchor, block: Block) -> list[str]:
    return _differences(
        ("block hash", to_hex(anchor.block.hash), to_hex(block.hash)),
        ("time of the block", anchor.block.time, block.time),
    )


def _differences(*facts: tuple[str, object, object]) -> list[str]:
    return [
        f"{name} is {stated} in the file and {actual} on the chain"
        for name, stated, actual in facts
        if stated != actual
    ]


def _transaction(access: ChainAccess, anchor: Anchor, block: Block) -> Finding | None:
    """Return what is wrong with the stated transaction, None if the anchor's block holds it."""
    name = to_hex(anchor.transaction)
    if block.transactions is not None:
        held = anchor.transaction in block.transactions
        return None if held else failed(f"block {block.number} does not hold transaction {name}")
    found = access.chain.transaction_block(anchor.transaction)
    if found is None:
        return unknown(f"the node does not know transaction {name}")
    if found != (block.number, block.hash):
        return failed(f"transaction {name} is in block {found[0]}, not in {block.number}")
    return None
