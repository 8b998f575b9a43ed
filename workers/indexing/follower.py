"""Following a chain: blocks, events and cursor move in one commit, forwards and backwards.

The highest row of ``blocks`` is the cursor. A block is taken only if its parent is the one stored before
it; what the chain drops is undone back to the fork; what was final is never undone here. Up to where that is
stands in the chain's row, and moves with the cursor, but only upwards: see ``webapp/outbox/finality.py``.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from chain import wire
from chain.client import ChainClient
from webapp.database import locked, writing
from webapp.extensions import db
from webapp.log.instance import DeepReorgError
from webapp.outbox.chains import note_state, set_state
from webapp.outbox.finality import final_number, raise_final
from webapp.outbox.lost import taken_back
from webapp.outbox.models import Attempt, Block, Chain, ChainState, Transaction, TransactionState
from workers.indexing.reading import read_events
from workers.indexing.sources import ORPHANED, Source

BLOCKS_PER_COMMIT = 50
# A run ends well before the lease of its claim; the next sweep goes on.
RUN_SECONDS = 20.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Cursor:
    """The newest block that is stored."""

    number: int
    hash: bytes


@dataclass(frozen=True)
class ReadBlock:
    """A block with its events, by the place of their source."""

    block: wire.Block
    events: tuple[tuple[Any, ...], ...]


class Follower:
    """Follows one chain for its sources; ``depth`` is head minus block."""

    def __init__(
        self, client: ChainClient, chain_ref: int, depth: int, sources: Sequence[Source]
    ) -> None:
        self.client, self.chain_ref, self.depth = client, chain_ref, depth
        self.sources = tuple(sources)

    def run(self) -> int:
        """Read what is new and mark what is final; return how many blocks were read.

        Raises DeepReorgError when a final block is gone, NodeUnavailable and RpcRefused.
        """
        deadline = time.monotonic() + RUN_SECONDS
        head = self.client.head()
        cursor = self._canonical(head)
        if cursor is None:
            return 0
        read = 0
        while cursor.number < head.number and time.monotonic() < deadline:
            found = self._read(cursor, min(head.number, cursor.number + BLOCKS_PER_COMMIT))
            moved = self._write(cursor, found, head.number) if found else None
            if moved is None:
                break  # the chain changed under us, or somebody else read on: the next run looks again
            read += moved.number - cursor.number
            cursor = moved
        self._settle(cursor, head.number)
        return read

    def cursor(self) -> Cursor:
        """Return the newest block that is stored."""
        query = select(Block.number, Block.hash).filter_by(chain_ref=self.chain_ref)
        row = db.session.execute(query.order_by(Block.number.desc()).limit(1)).one()
        db.session.rollback()
        return Cursor(*row)

    def _stored(self, number: int) -> bytes | None:
        block = db.session.get(Block, (self.chain_ref, number))
        found = block.hash if block else None
        db.session.rollback()
        return found

    def _canonical(self, head: wire.Block) -> Cursor | None:
        """Return the cursor, after going back to a fork if there is one; None where the node is behind."""
        top = self.cursor()
        floor = final_number(db.session(), self.chain_ref)
        db.session.rollback()
        number = min(head.number, top.number)
        while True:
            stored = self._stored(number)
            if stored is None:
                self._wait(head, top)  # it is below everything that we have
                return None
            actual = self.client.reached_block(number)
            if actual.hash == stored:
                break
            if floor is not None and number <= floor:
                raise DeepReorgError(number, stored, actual.hash)
            number -= 1
        if number == top.number:
            return top
        if number == head.number:
            self._wait(head, top)  # lower, but no conflict
            return None
        above, dropped = self.client.reached_block(number + 1), self._stored(number + 1)
        if dropped is None or above.parent != stored or above.hash == dropped:
            self._wait(head, top)  # of two minds
            return None
        return self._rewind(top, Cursor(number, stored))

    def _wait(self, head: wire.Block, top: Cursor) -> None:
        reason = f"The chain's node is at block {head.number}; block {top.number} was seen already"
        note_state(self.chain_ref, ChainState.WAITING, reason)

    def _rewind(self, top: Cursor, to: Cursor) -> Cursor | None:
        """Drop what is above a fork, in one commit; None where somebody else moved the cursor."""
        with writing() as session:
            chain = self._locked(session, top)
            if chain is None or (chain.final_to is not None and to.number < chain.final_to):
                return None
            dropped = (Block.chain_ref == self.chain_ref, Block.number > to.number)
            _orphan(session, self.chain_ref, select(Block.hash).where(*dropped))
            for source in self.sources:
                source.undo(session, to.number)
            session.execute(delete(Block).where(*dropped))
            reason = f"The chain dropped the blocks from {to.number + 1} to {top.number}"
            set_state(chain, ChainState.REWINDING, reason)
        log.warning("indexing.rewound", chain_ref=self.chain_ref, to=to.number, dropped=top.number)
        return to

    def _read(self, cursor: Cursor, last: int) -> list[ReadBlock]:
        """Read the blocks after the cursor up to ``last``, as far as each is the parent of the next."""
        parent = cursor.hash
        found: list[ReadBlock] = []
        for number in range(cursor.number + 1, last + 1):
            block = self.client.reached_block(number)
            if block.parent != parent:
                break
            parent = block.hash
            events = tuple(tuple(read_events(self.client, one, block)) for one in self.sources)
            found.append(ReadBlock(block, events))
        return found

    def _write(self, cursor: Cursor, found: list[ReadBlock], head: int) -> Cursor | None:
        """Store blocks, events and what is final now, in one commit."""
        with writing() as session:
            chain = self._locked(session, cursor)
            if chain is None:
                return None
            for one in found:
                block = one.block
                row = {"hash": block.hash, "parent": block.parent, "time": block.time}
                session.add(Block(chain_ref=self.chain_ref, number=block.number, **row))
                for source, events in zip(self.sources, one.events, strict=True):
                    source.apply(session, block, events)
            session.flush()
            moved = Cursor(found[-1].block.number, found[-1].block.hash)
            self._finalise(session, chain, moved)
            self._tell(chain, moved.number, head)
        return moved

    def _settle(self, cursor: Cursor, head: int) -> None:
        """Mark what became final without a new block, and say how far we are."""
        chain = db.session.get_one(Chain, self.chain_ref)
        known = (chain.state, chain.reason, chain.head)
        was = -1 if chain.final_to is None else chain.final_to
        final = max(was, cursor.number - self.depth)
        due = final > was or any(one.final_due(db.session(), final) for one in self.sources)
        db.session.rollback()
        if not due and known == (_state(cursor.number, head), None, head):
            return
        with writing() as session:
            row = self._locked(session, cursor)
            if row is None:
                return
            self._finalise(session, row, cursor)
            self._tell(row, cursor.number, head)

    def _finalise(self, session: Session, chain: Chain, cursor: Cursor) -> None:
        """Let be final what is deep enough below the cursor, and all that was final before."""
        final = raise_final(chain, cursor.number - self.depth)
        if final is not None:
            for source in self.sources:
                source.finalise(session, final)

    def _locked(self, session: Session, cursor: Cursor) -> Chain | None:
        """Lock the chain's row, None where the cursor moved since: a claim's lease may have run out."""
        query = locked(session, select(Chain).where(Chain.id == self.chain_ref))
        chain = session.scalars(query).one()
        top = select(func.max(Block.number)).filter_by(chain_ref=self.chain_ref)
        newest = select(Block.hash).filter_by(chain_ref=self.chain_ref)
        found = session.scalar(newest.where(Block.number == top.scalar_subquery()))
        if found != cursor.hash:
            log.info("indexing.overtaken", chain_ref=self.chain_ref, cursor=cursor.number)
            return None
        return chain

    def _tell(self, chain: Chain, cursor: int, head: int) -> None:
        chain.head = head
        set_state(chain, _state(cursor, head))


def _state(cursor: int, head: int) -> ChainState:
    return ChainState.SYNCING if head - cursor > BLOCKS_PER_COMMIT else ChainState.FOLLOWING


def _orphan(session: Session, chain_ref: int, dropped: Any) -> None:
    """Take back that transactions were mined in blocks that are dropped."""
    held = select(Attempt.transaction_id).where(Attempt.block_hash.in_(dropped))
    mined = (TransactionState.MINED, TransactionState.FINAL)
    session.execute(
        update(Transaction)
        .where(Transaction.chain_ref == chain_ref, Transaction.id.in_(held))
        .where(Transaction.state.in_(mined))
        .values(taken_back(ORPHANED))
        .execution_options(synchronize_session=False)
    )
