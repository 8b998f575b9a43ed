"""Indexing: ``Anchored`` events of canonical blocks become rows; at depth they are final.

The highest row of ``blocks`` is the cursor. Blocks, events and cursor move in one commit, forwards and
backwards; logs are asked for by block hash, so that a lagging node cannot answer "none".
"""

from dataclasses import dataclass

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from chain import wire
from chain.client import ChainClient
from chain.contracts import ANCHORED_TOPIC, Anchored, decode_anchored
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.log.models import Anchor, Batch, Log
from webapp.outbox.models import Block, Chain, Transaction, TransactionState

BLOCKS_PER_COMMIT = 50
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Followed:
    """What the indexer needs to know of the log it follows."""

    log_id: int
    chain_ref: int
    contract: str
    anchorer: str
    first_block: int


class DeepReorgError(Exception):
    """The chain dropped a block that counted as final; an operator has to look."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(
            f"Block {number} was final and is no longer canonical; indexing stands still. "
            "Check the node, and whether the chain was reset."
        )


class Indexing:
    """Follows one log on one chain; ``depth`` is head minus block."""

    def __init__(self, client: ChainClient, log_id: int, depth: int) -> None:
        self.client, self.depth = client, depth
        row = db.session.get_one(Log, log_id)
        first_block = db.session.get_one(Chain, row.chain_ref).first_block
        self.log = Followed(row.id, row.chain_ref, row.contract, row.anchorer, first_block)
        db.session.rollback()

    def run(self) -> int:
        """Read what is new and mark what is final; return how many blocks were read.

        Raises NodeUnavailable, and DeepReorgError when a final block is gone.
        """
        head = self.client.head()
        cursor = self._rewind_to_canonical(min(head.number, self._cursor().number))
        read = 0
        while cursor < head.number:
            last = min(head.number, cursor + BLOCKS_PER_COMMIT)
            followed = self._read(cursor, last)
            if not followed:
                break  # the chain changed under us: the next run looks again
            cursor, read = followed, read + followed - cursor
        self._finalise(cursor)
        return read

    def _cursor(self) -> Block:
        query = select(Block).filter_by(chain_ref=self.log.chain_ref)
        block = db.session.scalars(query.order_by(Block.number.desc()).limit(1)).one()
        db.session.expunge(block)
        db.session.rollback()
        return block

    def _stored(self, number: int) -> bytes | None:
        block = db.session.get(Block, (self.log.chain_ref, number))
        found = block.hash if block else None
        db.session.rollback()
        return found

    def _rewind_to_canonical(self, number: int) -> int:
        """Go back to the newest stored block that is still canonical, and drop what is above it."""
        top = self._cursor().number
        while True:
            stored, actual = self._stored(number), self.client.block(number)
            if stored is None:
                raise DeepReorgError(number)
            if actual is not None and actual.hash == stored:
                break
            number -= 1
        conflict = number < top and self.client.block(number + 1) is not None
        if conflict and self._stored(number + 1) != self._hash_at(number + 1):
            self._rewind(number)
            return number
        return top  # the node is only behind: wait for it

    def _hash_at(self, number: int) -> bytes | None:
        block = self.client.block(number)
        return None if block is None else block.hash

    def _rewind(self, number: int) -> None:
        with writing() as session:
            above = (Anchor.log_id == self.log.log_id, Anchor.block_number > number)
            final = session.scalar(
                select(Anchor.block_number).where(*above, Anchor.final_at.is_not(None)).limit(1)
            )
            if final is not None:
                raise DeepReorgError(final)
            session.execute(delete(Anchor).where(*above))
            session.execute(
                delete(Block).where(Block.chain_ref == self.log.chain_ref, Block.number > number)
            )
        log.warning("indexing.rewound", to=number)

    def _read(self, cursor: int, last: int) -> int:
        """Read the blocks after ``cursor`` up to ``last``; return the new cursor, 0 on a conflict."""
        parent = self._stored(cursor)
        blocks: list[wire.Block] = []
        events: list[tuple[Anchored, int]] = []
        for number in range(cursor + 1, last + 1):
            block = self.client.block(number)
            if block is None or block.parent != parent:
                break
            parent = block.hash
            blocks.append(block)
            events += [(event, block.time) for event in self._events(block)]
        if not blocks:
            return 0
        with writing() as session:
            self._store(session, blocks, events)
        return blocks[-1].number

    def _events(self, block: wire.Block) -> list[Anchored]:
        if not block.transactions:
            return []
        anchorer = bytes(12) + bytes.fromhex(self.log.anchorer[2:])
        found = self.client.logs(self.log.contract, [ANCHORED_TOPIC, anchorer], block.hash)
        return [decode_anchored(one) for one in found]

    def _store(
        self, session: Session, blocks: list[wire.Block], events: list[tuple[Anchored, int]]
    ) -> None:
        for block in blocks:
            row = {"hash": block.hash, "parent": block.parent, "time": block.time}
            session.add(Block(chain_ref=self.log.chain_ref, number=block.number, **row))
        for event, time in events:
            session.add(
                Anchor(
                    log_id=self.log.log_id,
                    root=event.root,
                    sequence=event.sequence,
                    first=event.first,
                    count=event.count,
                    transaction_hash=event.transaction_hash,
                    block_number=event.block_number,
                    block_hash=event.block_hash,
                    block_time=time,
                    indexed_at=utc_now(),
                )
            )

    def _finalise(self, head: int) -> None:
        """Mark what is deep enough as final, and its transaction with it."""
        deep = (
            Anchor.log_id == self.log.log_id,
            Anchor.final_at.is_(None),
            Anchor.block_number <= head - self.depth,
        )
        roots = list(db.session.scalars(select(Anchor.root).where(*deep)))
        db.session.rollback()
        if not roots:
            return
        with writing() as session:
            session.execute(update(Anchor).where(*deep).values(final_at=utc_now()))
            for root in roots:
                batch = session.scalars(
                    select(Batch).filter_by(log_id=self.log.log_id, root=root)
                ).one_or_none()
                if batch is None:
                    log.error("indexing.unknown_root", root="0x" + root.hex())
                    continue
                session.get_one(Transaction, batch.transaction_id).state = TransactionState.FINAL
        log.info("indexing.final", batches=len(roots))
