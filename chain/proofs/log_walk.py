"""One author's entries out of the public log, from batches that were rebuilt and found on the chain."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chain.proofs.anchoring import AnchorFinding
from chain.proofs.context import ChainAccess, Context
from chain.proofs.entries import Entry
from chain.proofs.errors import LogUnavailableError, MalformedError, TreeError
from chain.proofs.readers import AnchorRecord, LogBatch, LogReader
from chain.proofs.records import Message
from chain.proofs.tree import build_tree
from chain.proofs.verdicts import Finding, unknown


@dataclass
class LogWalk:
    """What the log shows of one author in its final batches.

    `entries` in log order with their leaves; `messages` of kinds 2 to 4 by content, unchecked. `gap`
    says why the walk ended before the log's last final batch, None if it did not.
    """

    contract: str
    anchorer: str
    author: str
    entries: list[tuple[Entry, bytes]] = field(default_factory=list)
    messages: dict[bytes, Message] = field(default_factory=dict)
    batches: int = 0
    gap: str | None = None

    def take(self, batch: LogBatch, entries: list[Entry], leaves: Mapping[int, bytes]) -> None:
        """Add one believed batch."""
        mine = [entry for entry in entries if entry.author == self.author]
        self.entries += [(entry, leaves[entry.position]) for entry in mine]
        contents = {entry.content for entry in mine}
        self.messages |= {key: batch.messages[key] for key in contents & batch.messages.keys()}
        self.batches += 1


def walk_log(context: Context, anchored: AnchorFinding) -> LogWalk | Finding:
    """Return what the log shows of the bundle's author, or why it cannot be walked.

    `anchored` is what became of the bundle's own anchor: only a log that holds it is walked.
    """
    log, bundle = context.log, context.bundle
    if log is None:
        return unknown("the log was not read; give it to check this")
    if anchored.record is None or bundle.anchor is None or anchored.by_author:
        return unknown(f"not shown to be in the log: {anchored.finding.reason}")
    walk = LogWalk(bundle.domain.verifying_contract, bundle.anchor.anchorer, bundle.entry.author)
    return context.ask(lambda access: _walk(access, log, walk))


def _walk(access: ChainAccess, log: LogReader, walk: LogWalk) -> LogWalk:
    try:
        ended_early = _take_batches(access, log, walk)
    except LogUnavailableError as error:
        walk.gap = f"the log did not answer: {error.reason}"
        return walk
    except (MalformedError, TreeError) as error:
        walk.gap = f"batch {walk.batches} of the log cannot be read: {error}"
        return walk
    if not ended_early and walk.gap is None:
        walk.gap = _missing_batches(access, walk)
    return walk


def _take_batches(access: ChainAccess, log: LogReader, walk: LogWalk) -> bool:
    """Take batches up to the first that is not final; say whether there was such a one."""
    pins = access.pins
    for batch in log.batches():
        if pins.last_batch is not None and batch.sequence > pins.last_batch:
            return True
        if batch.sequence != walk.batches:
            walk.gap = f"the log gives batch {batch.sequence} where {walk.batches} is due"
            return False
        record = access.chain.anchor_of(walk.contract, walk.anchorer, batch.root)
        problem = _disbelief(batch, record)
        if problem is not None or record is None:
            walk.gap = problem
            return False
        if access.head.number - record.block_number < pins.depth:
            return True
        _rebuild(walk, batch)
        if walk.gap is not None:
            return False
    return False


def _disbelief(batch: LogBatch, record: AnchorRecord | None) -> str | None:
    """Return why a batch's stated anchor is not what the chain holds."""
    if record is None:
        return f"the chain does not hold the root of the log's batch {batch.sequence}"
    stated = (batch.sequence, batch.first, batch.count)
    if stated != (record.sequence, record.first, record.count):
        return f"the log's batch {batch.sequence} is numbered otherwise on the chain"
    return None


def _rebuild(walk: LogWalk, batch: LogBatch) -> None:
    """Take a batch whose entries give its root; set the walk's gap otherwise."""
    entries = sorted(batch.entries, key=lambda entry: entry.position)
    positions = [entry.position for entry in entries]
    leaves = [entry.leaf() for entry in entries]
    if build_tree(leaves).root != batch.root:
        walk.gap = f"the entries of the log's batch {batch.sequence} do not give its root"
    elif positions != list(range(batch.first, batch.first + batch.count)):
        walk.gap = (
            f"the positions in batch {batch.sequence} are not without a gap: the log is forged"
        )
    else:
        walk.take(batch, entries, dict(zip(positions, leaves, strict=True)))


def _missing_batches(access: ChainAccess, walk: LogWalk) -> str | None:
    """Return which batches the log kept back, by the contract's own count."""
    last = access.pins.last_batch
    held = access.chain.next_sequence(walk.contract, walk.anchorer)
    needed = held if last is None else min(held, last + 1)
    if walk.batches < needed:
        return f"the log gives {walk.batches} batches of {needed} on the chain"
    return None
