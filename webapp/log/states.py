"""An entry's anchoring state, derived from its rows at every reading and stored nowhere."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, Row, and_
from sqlalchemy.orm import object_session

from webapp.columns import iso
from webapp.extensions import table_of
from webapp.log.models import Anchor, Batch, Entry, Log
from webapp.outbox.chains import HALTED as HALTED_CHAIN
from webapp.outbox.chains import PUBLIC_REASONS
from webapp.outbox.models import Chain, ChainState, Transaction, TransactionState

DELAYED = {
    TransactionState.UNKNOWN,
    TransactionState.BLOCKED_FUNDS,
    TransactionState.BLOCKED_FEE,
    TransactionState.ORPHANED,
}
HALTED = {TransactionState.DEAD, TransactionState.REVERTED}
_LOGS = "troth_logs"


@dataclass(frozen=True)
class Standing:
    """All that an entry's anchoring state follows from; what is not there yet is None.

    ``chain`` is the state of the log's chain and ``sound_to`` the last block that is known to be canonical
    while that is halted.
    """

    accepted_at: datetime
    sealed_at: datetime | None = None
    transaction: str | None = None
    sent_at: datetime | None = None
    mined_at: datetime | None = None
    reason: str | None = None
    block_number: int | None = None
    indexed_at: datetime | None = None
    final_at: datetime | None = None
    chain: str = ChainState.FOLLOWING
    sound_to: int | None = None

    def anchoring(self) -> dict[str, str | None]:
        """Return ``{state, saved_at, sealed_at, sent_at, mined_at, final_at, reason}``.

        What is not final is halted while its chain is, whatever its own rows say; so is what was final in a
        block that the chain does not hold any more.
        """
        anchored = self._is_anchored()
        gone = self.block_number is not None and not anchored
        mined_at = None if gone else self.mined_at
        state, reason = self._state(anchored), None if anchored else self.reason
        if state != "final" and self.chain in HALTED_CHAIN:
            state, reason = "halted", PUBLIC_REASONS[ChainState(self.chain)]
        return {
            "state": state,
            "saved_at": iso(self.accepted_at),
            "sealed_at": iso(self.sealed_at),
            "sent_at": iso(self.sent_at),
            "mined_at": iso(mined_at or (self.indexed_at if anchored else None)),
            "final_at": iso(self.final_at) if anchored else None,
            "reason": reason,
        }

    @property
    def anchored_block(self) -> int | None:
        """The block that holds the entry's root on the chain, None while there is none."""
        return self.block_number if self._is_anchored() else None

    def _is_anchored(self) -> bool:
        if self.block_number is None:
            return False
        doubted = self.chain in HALTED_CHAIN and self.sound_to is not None
        return not doubted or self.block_number <= (self.sound_to or 0)

    def _state(self, anchored: bool) -> str:
        # The canonical event outranks what is known of the transaction that caused it.
        if anchored:
            return "final" if self.final_at else "mined"
        if self.sealed_at is None or self.transaction is None:
            return "saved"
        state = TransactionState(self.transaction)
        if state in DELAYED:
            return "delayed"
        if state in HALTED:
            return "halted"
        if state in (TransactionState.MINED, TransactionState.FINAL):
            return "mined"
        return "sent" if self.sent_at else "sealed"


_E, _B, _T, _A = table_of(Entry), table_of(Batch), table_of(Transaction), table_of(Anchor)
_L, _C = table_of(Log), table_of(Chain)

# What ``standing_of`` reads of a row, for queries that select from ``with_standing``.
STANDING = (
    _E.c.accepted_at.label("accepted_at"),
    _B.c.sealed_at.label("sealed_at"),
    _T.c.state.label("transaction"),
    _T.c.sent_at.label("sent_at"),
    _T.c.mined_at.label("mined_at"),
    _T.c.reason.label("reason"),
    _A.c.block_number.label("block_number"),
    _A.c.indexed_at.label("indexed_at"),
    _A.c.final_at.label("final_at"),
    _C.c.state.label("chain"),
    _C.c.sound_to.label("sound_to"),
)
_NAMES = tuple(column.name for column in STANDING)


def with_standing(source: FromClause) -> FromClause:
    """Join what the state of entries follows from to a source that holds the entries' table."""
    return (
        source.join(_L, _L.c.id == _E.c.log_id)
        .join(_C, _C.c.id == _L.c.chain_ref)
        .outerjoin(_B, _B.c.id == _E.c.batch_id)
        .outerjoin(_T, _T.c.id == _B.c.transaction_id)
        .outerjoin(_A, and_(_A.c.log_id == _B.c.log_id, _A.c.root == _B.c.root))
    )


def standing_of(row: Row[Any]) -> Standing:
    """Return the standing that a row of ``STANDING`` columns tells."""
    return Standing(**{name: getattr(row, name) for name in _NAMES})


def anchoring(entry: Entry) -> dict[str, str | None]:
    """Return an entry's ``{state, saved_at, sealed_at, sent_at, mined_at, final_at, reason}``."""
    return _standing(entry.batch, entry.accepted_at, _chain(entry)).anchoring()


def saved(accepted_at: datetime) -> dict[str, str | None]:
    """Return what ``anchoring`` says of an entry that was accepted a moment ago."""
    return Standing(accepted_at).anchoring()


def _standing(batch: Batch | None, accepted_at: datetime, chain: Chain) -> Standing:
    if batch is None:
        return Standing(accepted_at, chain=chain.state, sound_to=chain.sound_to)
    transaction, anchor = batch.transaction, batch.anchor
    return Standing(
        accepted_at,
        batch.sealed_at,
        transaction.state,
        transaction.sent_at,
        transaction.mined_at,
        transaction.reason,
        anchor.block_number if anchor else None,
        anchor.indexed_at if anchor else None,
        anchor.final_at if anchor else None,
        chain.state,
        chain.sound_to,
    )


def standing_anchor(batch: Batch) -> Anchor | None:
    """Return a batch's anchor, None without one or while its block is not known to be on the chain."""
    anchor: Anchor | None = batch.anchor
    chain = None if anchor is None else _halted_chain(batch)
    if anchor is None or chain is None or chain.sound_to is None:
        return anchor
    return anchor if anchor.block_number <= chain.sound_to else None


def _halted_chain(row: Entry | Batch) -> Chain | None:
    chain = _chain(row)
    return chain if chain.state in HALTED_CHAIN else None


def _chain(row: Entry | Batch) -> Chain:
    """Return the chain of a row's log; the session reads a log once for all its entries."""
    session = object_session(row)
    if session is None:
        raise ValueError("The state of a row that no session holds cannot be known")
    # Held here, because the session itself forgets what nobody else refers to.
    logs = session.info.setdefault(_LOGS, {})
    log = logs[row.log_id] = session.get_one(Log, row.log_id)
    chain: Chain = log.chain
    return chain


def batch_state(batch: Batch) -> str:
    """Return a batch's anchoring state, which is that of each of its entries."""
    state = _standing(batch, batch.sealed_at, _chain(batch)).anchoring()["state"]
    return str(state)
