"""AnchorLog's events as a source: ``Anchored`` becomes an anchor, at depth its batch is final."""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, delete, exists, literal, select, update
from sqlalchemy.orm import Session

from chain import wire
from chain.contracts import ANCHORED_TOPIC, Anchored, decode_anchored
from webapp.columns import utc_now
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.log.models import Anchor, Batch
from webapp.outbox.lost import taken_back
from webapp.outbox.models import Attempt, AttemptKind, Transaction, TransactionState
from workers.indexing.sources import ORPHANED, BadEventsError, Topics

log = structlog.get_logger(__name__)
OPEN = [
    one for one in TransactionState if one not in (TransactionState.FINAL, TransactionState.DEAD)
]
# An event counts for a batch only if all that it says is what was sealed.
_SAME_BATCH = and_(
    Batch.log_id == Anchor.log_id,
    Batch.root == Anchor.root,
    Batch.sequence == Anchor.sequence,
    Batch.first == Anchor.first,
    Batch.count == Anchor.count,
)


class AnchorLogSource:
    """The batches of one log; needs the log's row id, its contract and its anchorer."""

    def __init__(self, log_id: int, contract: str, anchorer: str) -> None:
        self.log_id, self._contract, self.anchorer = log_id, contract, anchorer

    @property
    def contract(self) -> str:
        """AnchorLog's address."""
        return self._contract

    @property
    def topics(self) -> Topics:
        """``Anchored`` of this log's anchorer alone."""
        return (ANCHORED_TOPIC, bytes(12) + bytes.fromhex(self.anchorer[2:]))

    def expected(self, session: Session) -> frozenset[bytes]:
        """Return the hashes of all attempts at batches that are not final."""
        query = (
            select(Attempt.hash)
            .join(Transaction, Transaction.id == Attempt.transaction_id)
            .join(Batch, Batch.transaction_id == Transaction.id)
            .where(Transaction.signer == self.anchorer, Transaction.state.in_(OPEN))
            .where(Batch.log_id == self.log_id, Attempt.kind == AttemptKind.CALL)
        )
        return frozenset(session.scalars(query))

    def decode(self, log: wire.Log) -> Anchored:
        """Read ``Anchored``; raises ValueError."""
        return decode_anchored(log)

    def apply(self, session: Session, block: wire.Block, events: Sequence[Anchored]) -> None:
        """Write an anchor for each event; raises BadEventsError for a root that is anchored already."""
        for event in events:
            known = session.get(Anchor, (self.log_id, event.root))
            if known is not None:  # AnchorLog takes a root once, so that the node is wrong
                problem = f"it gives root 0x{event.root.hex()} again in block {block.number}"
                raise BadEventsError("the chain", problem)
            session.add(
                Anchor(
                    log_id=self.log_id,
                    root=event.root,
                    sequence=event.sequence,
                    first=event.first,
                    count=event.count,
                    transaction_hash=event.transaction_hash,
                    block_number=event.block_number,
                    block_hash=event.block_hash,
                    block_time=block.time,
                    indexed_at=utc_now(),
                )
            )

    def undo(self, session: Session, above: int) -> None:
        """Drop the anchors above a block, and take back that their transactions were mined."""
        gone = (Anchor.log_id == self.log_id, Anchor.block_number > above)
        owed = select(Batch.transaction_id).join(
            Anchor, and_(Anchor.log_id == Batch.log_id, Anchor.root == Batch.root)
        )
        mined = (TransactionState.MINED, TransactionState.FINAL)
        session.execute(
            update(Transaction)
            .where(Transaction.id.in_(owed.where(*gone)), Transaction.state.in_(mined))
            .values(taken_back(ORPHANED))
            .execution_options(synchronize_session=False)
        )
        session.execute(delete(Anchor).where(*gone))

    def final_due(self, session: Session, number: int) -> bool:
        """Tell whether an anchor of a batch of ours is deep enough and not marked."""
        return bool(session.scalar(select(literal(1)).where(*self._due(number)).limit(1)))

    def finalise(self, session: Session, number: int) -> None:
        """Mark anchors as final, their transactions with them, and record an event for each batch.

        A batch that an operator had anchored again, since the chain lost it, becomes final once more.
        """
        columns = (Batch.transaction_id, Anchor.root, Batch.id, Batch.sequence, Batch.count)
        due = select(*columns).join(Anchor, _SAME_BATCH).order_by(Batch.sequence)
        found = session.execute(due.where(*self._due(number))).all()
        for transaction_id, root, batch_id, sequence, count in found:
            session.execute(
                update(Anchor)
                .where(Anchor.log_id == self.log_id, Anchor.root == root)
                .values(final_at=utc_now())
            )
            session.execute(
                update(Transaction)
                .where(Transaction.id == transaction_id)
                .values(state=TransactionState.FINAL, reason=None)
            )
            final = EventType.BATCH_FINAL
            place: dict[str, Any] = {"log": self.log_id, "sequence": sequence, "count": count}
            record_event(session, final, None, str(batch_id), **place)
        if found:
            log.info("indexing.final", log_id=self.log_id, batches=len(found))

    def _due(self, number: int) -> tuple[ColumnElement[bool], ...]:
        return (
            Anchor.log_id == self.log_id,
            Anchor.final_at.is_(None),
            Anchor.block_number <= number,
            exists().where(_SAME_BATCH).correlate(Anchor),
        )
