"""What the database knows of a signer's transactions, as values that hold no lock."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from chain.contracts import ANCHOR, MintCall, decode_mint
from chain.errors import ReplacementUnderpriced, Unacceptable
from chain.fees import Offer
from webapp.extensions import Base, db
from webapp.outbox.models import Attempt, AttemptKind, Transaction
from webapp.outbox.service import ANCHOR as ANCHOR_KEY
from webapp.outbox.service import STAND_IN
from workers.sending.states import ON_ITS_WAY, PENDING, SETTLED, WAITING, State

ROWS_PER_RUN = 1_000
_WORD = 32
_MADE = ("id", "kind", "hash", "raw", "created_at")
TRIED: tuple[str, ...] = (*_MADE, "sent_at", "answer", "block_number", "block_hash")
OWED = ("id", "key", "to", "data", "gas", "nonce", "reason", "failures", "sent_at")


@dataclass(frozen=True)
class Tried:
    """One attempt: bytes that were signed for a nonce and may have been sent."""

    id: int
    kind: str
    hash: bytes
    raw: bytes
    offer: Offer
    created_at: datetime
    sent_at: datetime | None
    answer: str | None
    block_number: int | None
    block_hash: bytes | None

    @property
    def outbid(self) -> bool:
        """Whether the node refused it for another transaction that pays more for the nonce."""
        return (self.answer or "").startswith(ReplacementUnderpriced.__name__)

    @property
    def unacceptable(self) -> str | None:
        """What the node said when it proved that it never takes these bytes."""
        name, _, said = (self.answer or "").partition(": ")
        call = self.kind == AttemptKind.CALL
        return said if call and name == Unacceptable.__name__ else None


@dataclass(frozen=True)
class AnchorCall:
    """The arguments of an owed ``anchor`` call."""

    sequence: int
    root: bytes
    count: int


@dataclass(frozen=True)
class Owed:
    """A transaction as it was read; attempts are oldest first."""

    id: int
    key: str
    to: str
    data: bytes
    gas: int
    nonce: int | None
    state: State
    reason: str | None
    failures: int
    sent_at: datetime | None
    abandoned: bool
    attempts: tuple[Tried, ...]

    @property
    def latest(self) -> Tried | None:
        """The newest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def stand_in(self) -> bool:
        """Whether the row stands only for a nonce that has to be used up."""
        return self.key.startswith(STAND_IN)

    @property
    def anchor(self) -> AnchorCall | None:
        """The batch that it anchors, None for any other call."""
        if self.data[:4] != ANCHOR.selector or len(self.data) != 4 + 3 * _WORD:
            return None
        words = [self.data[start : start + _WORD] for start in range(4, len(self.data), _WORD)]
        return AnchorCall(int.from_bytes(words[0]), words[1], int.from_bytes(words[2]))

    @property
    def mint(self) -> MintCall | None:
        """The token that it makes by permission, None for any other call."""
        return decode_mint(self.data)

    @property
    def only_once(self) -> bool:
        """Whether the contract itself refuses the call once it was made, so that sending it again does no harm."""
        return self.anchor is not None or self.mint is not None

    @property
    def wants(self) -> AttemptKind:
        """What its next attempt has to do."""
        return AttemptKind.NOOP if self.abandoned else AttemptKind.CALL

    @property
    def best(self) -> Offer | None:
        """The highest fees that any attempt offered: what a replacement has to beat."""
        if not self.attempts:
            return None
        offers = [attempt.offer for attempt in self.attempts]
        return Offer(max(one.max_fee for one in offers), max(one.priority for one in offers))

    @property
    def placed(self) -> Tried | None:
        """The attempt that is known to be in a block."""
        found = [attempt for attempt in self.attempts if attempt.block_number is not None]
        return found[-1] if found else None

    @property
    def refused(self) -> str | None:
        """Why no node takes the call, if it is given up for that."""
        found = [one.unacceptable for one in self.attempts if one.unacceptable]
        return found[-1] if found and self.abandoned else None

    @property
    def mark(self) -> tuple[State, int | None, bool, int | None]:
        """What must not have changed when a step based on this reading is saved."""
        latest = self.latest
        return self.state, self.nonce, self.abandoned, latest.id if latest else None


class Rows:
    """Reads one signer's transactions on one chain."""

    def __init__(self, chain_ref: int, signer: str) -> None:
        self.chain_ref, self.signer = chain_ref, signer

    def one(self, transaction_id: int) -> Owed:
        """Read one transaction afresh."""
        [found] = self._read([Transaction.id == transaction_id])
        return found

    def live(self) -> list[Owed]:
        """Return what holds a nonce, or counts as mined, and is not settled; by nonce."""
        # Read apart, so that many that are mined never hide one that waits.
        waits = [Transaction.state.in_(PENDING), Transaction.nonce.is_not(None)]
        found = self._read(waits) + self._read([Transaction.state == State.MINED])
        return sorted(found, key=lambda one: (-1 if one.nonce is None else one.nonce, one.id))

    def queued(self) -> list[Owed]:
        """Return what waits for a nonce: anchors in the order of their batches, others by age."""
        waits = Transaction.state.in_(PENDING)
        found = self._read([waits, Transaction.nonce.is_(None)], by_id=True)
        return sorted(found, key=lambda one: (one.anchor.sequence if one.anchor else 0, one.id))

    def settled_from(self, nonce: int) -> list[Owed]:
        """Return what is settled although the chain does not count its nonce."""
        return self._read([Transaction.state.in_(SETTLED), Transaction.nonce >= nonce])

    def line(self, contract: str) -> list[Owed]:
        """Return the anchors to a contract that are not final, in the order of their batches."""
        # Groups of their own, so that none is hidden by the many of another.
        groups = ((State.REVERTED,), ON_ITS_WAY, WAITING, (State.MINED,), (State.DEAD,))
        found = [
            one
            for states in groups
            for one in self._read(
                [Transaction.state.in_(states), Transaction.to == contract], by_id=True
            )
        ]
        anchors = [(one.anchor.sequence, one.id, one) for one in found if one.anchor]
        return [one for _, _, one in sorted(anchors, key=lambda place: place[:2])]

    def halted(self) -> list[Owed]:
        """Return the anchors that reverted for good, and those that wait behind them, oldest first."""
        stopped = Transaction.state.in_((State.REVERTED, State.DEAD))
        return self._read([stopped, Transaction.key.startswith(ANCHOR_KEY)], by_id=True)

    def nonces(self, low: int, high: int) -> set[int]:
        """Return which nonces from ``low`` to below ``high`` belong to a row."""
        mine = self._mine([Transaction.nonce >= low, Transaction.nonce < high])
        found = set(db.session.scalars(select(Transaction.nonce).where(mine)))
        db.session.rollback()
        return {nonce for nonce in found if nonce is not None}

    def _mine(self, terms: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
        own = (Transaction.chain_ref == self.chain_ref, Transaction.signer == self.signer)
        return and_(*own, *terms)

    def _read(self, terms: Sequence[ColumnElement[bool]], *, by_id: bool = False) -> list[Owed]:
        order = (Transaction.id,) if by_id else (Transaction.nonce, Transaction.id)
        query = select(Transaction).where(self._mine(terms)).order_by(*order).limit(ROWS_PER_RUN)
        db.session.rollback()
        rows = list(db.session.scalars(query.execution_options(populate_existing=True)))
        tried: dict[int, list[Tried]] = defaultdict(list)
        ids = [row.id for row in rows if row.nonce is not None]
        if ids:
            attempts = select(Attempt).where(Attempt.transaction_id.in_(ids)).order_by(Attempt.id)
            for one in db.session.scalars(attempts):
                tried[one.transaction_id].append(_tried(one))
        found = [_owed(row, tried[row.id]) for row in rows]
        db.session.rollback()
        return found


def _tried(row: Attempt) -> Tried:
    return Tried(offer=Offer(row.max_fee, row.priority_fee), **_values(row, TRIED))


def _owed(row: Transaction, attempts: list[Tried]) -> Owed:
    return Owed(
        state=State(row.state),
        abandoned=row.abandoned_at is not None,
        attempts=tuple(attempts),
        **_values(row, OWED),
    )


def _values(row: Base, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
