"""Every change to a signer's transactions: one commit each, under the lock on the signer's row.

A change is saved only if the transaction is still as it was read: whoever comes second, after a lock or
a lease was lost, writes nothing and looks again at the next run. Unique keys stand behind the lock.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chain.fees import Offer
from chain.signer import SignedTransaction
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, locked, writing
from webapp.extensions import db
from webapp.outbox.models import (
    Attempt,
    AttemptKind,
    Chain,
    ChainState,
    SignerAccount,
    Transaction,
)
from webapp.outbox.service import release_nonce, stand_in_for
from workers.sending.rows import Owed, Rows, Tried
from workers.sending.states import IN_HAND, State

SEEN_SECONDS = timedelta(seconds=10)
HALTED = (ChainState.HALTED_DEEP, ChainState.HALTED_INSTANCE)
log = structlog.get_logger(__name__)


class Ledger(Rows):
    """Reads and changes one signer's transactions on one chain; ``changes`` counts what was saved."""

    changes = 0

    def chain(self) -> tuple[int, bool]:
        """Return the chain's id, and whether anything may be sent to it now."""
        row = db.session.get_one(Chain, self.chain_ref, populate_existing=True)
        found = (row.chain_id, row.state not in HALTED)
        db.session.rollback()
        return found

    def note_account(self, role: str, nonce: int, balance: int, base_fee: int) -> None:
        """Keep what the node said of the account and of fees, for those who look; balance in wei."""
        now = utc_now()
        key = (self.chain_ref, self.signer)
        row = db.session.get(SignerAccount, key, populate_existing=True)
        if (
            row
            and _fresh(row.checked_at, now)
            and (row.nonce, row.balance) == (nonce, str(balance))
        ):
            db.session.rollback()
            return
        with writing() as session:
            insert_or_ignore(
                session, SignerAccount, chain_ref=self.chain_ref, address=self.signer, role=role
            )
            account = session.get_one(SignerAccount, key)
            account.role, account.nonce, account.balance = role, nonce, str(balance)
            account.checked_at = now
            chain = session.get_one(Chain, self.chain_ref)
            chain.base_fee, chain.asked_at = base_fee, now

    def change(
        self,
        owed: Owed,
        attempt: Tried | None = None,
        place: dict[str, Any] | None = None,
        **to: Any,
    ) -> Owed | None:
        """Set columns of a transaction, and those in ``place`` of an attempt.

        Returns it as it is now, None if somebody else was faster.
        """

        def apply(session: Session, row: Transaction) -> None:
            for name, value in to.items():
                setattr(row, name, value)
            if attempt is not None:
                session.execute(
                    update(Attempt).where(Attempt.id == attempt.id).values(**(place or {}))
                )

        return self._save(owed, apply)

    def reserve(self, owed: Owed, chain_nonce: int) -> Owed | None:
        """Give a transaction the next nonce: no lower one is left out, none is given twice."""

        def apply(session: Session, row: Transaction) -> None:
            row.nonce = max(chain_nonce, self._next(session) or 0)
            row.state, row.reason = State.RESERVED, None

        return self._save(owed, apply)

    def add_attempt(
        self, owed: Owed, kind: AttemptKind, offer: Offer, signed: SignedTransaction
    ) -> Owed | None:
        """Save signed bytes, before anybody may send them."""

        def apply(session: Session, row: Transaction) -> None:
            row.state, row.reason = State.SIGNED, None
            attempt = Attempt(transaction_id=row.id, kind=kind, created_at=utc_now())
            attempt.hash, attempt.raw = signed.hash, signed.raw
            attempt.max_fee, attempt.priority_fee = offer.max_fee, offer.priority
            session.add(attempt)

        return self._save(owed, apply)

    def release(self, owed: Owed, stand_in: State, **to: Any) -> Owed | None:
        """Hand a transaction's nonce and attempts to a row that stands for the nonce alone."""

        def apply(session: Session, row: Transaction) -> None:
            release_nonce(session, row, stand_in)
            for name, value in to.items():
                setattr(row, name, value)

        return self._save(owed, apply)

    def fill(self, nonce: int) -> None:
        """Put a row on a nonce that nobody owns, so that a no-op closes the gap."""
        row = stand_in_for(self.chain_ref, self.signer, nonce, State.UNKNOWN)
        with writing() as session:
            self._lock(session)
            insert_or_ignore(session, Transaction, **row)
        log.warning("sending.gap", signer=self.signer, nonce=nonce)

    def _save(self, owed: Owed, apply: Callable[[Session, Transaction], None]) -> Owed | None:
        try:
            with writing() as session:
                self._apply(session, owed, apply)
        except (_OvertakenError, IntegrityError) as error:
            log.info("sending.overtaken", transaction=owed.id, by=type(error).__name__)
            return None
        self.changes += 1
        return self.one(owed.id)

    def _apply(
        self, session: Session, owed: Owed, apply: Callable[[Session, Transaction], None]
    ) -> None:
        self._lock(session)
        query = locked(session, select(Transaction).where(Transaction.id == owed.id))
        row = session.scalars(query).one()
        newest = session.scalar(
            select(func.max(Attempt.id)).where(Attempt.transaction_id == owed.id)
        )
        found = (State(row.state), row.nonce, row.abandoned_at is not None, newest)
        if found != owed.mark:
            raise _OvertakenError
        apply(session, row)
        if row.state in IN_HAND and self._another_in_hand(session, row):
            raise _OvertakenError

    def _another_in_hand(self, session: Session, row: Transaction) -> bool:
        mine = (Transaction.chain_ref == self.chain_ref, Transaction.signer == self.signer)
        others = (Transaction.state.in_(IN_HAND), Transaction.id != row.id)
        with session.no_autoflush:
            return session.scalar(select(Transaction.id).where(*mine, *others).limit(1)) is not None

    def _lock(self, session: Session) -> None:
        account = select(SignerAccount.address).where(
            SignerAccount.chain_ref == self.chain_ref, SignerAccount.address == self.signer
        )
        session.execute(locked(session, account)).one()

    def next_nonce(self) -> int | None:
        """Return the nonce after the highest one ever given, None for a signer's first use."""
        found = self._next(db.session())
        db.session.rollback()
        return found

    def _next(self, session: Session) -> int | None:
        mine = {"chain_ref": self.chain_ref, "signer": self.signer}
        highest = session.scalar(select(func.max(Transaction.nonce)).filter_by(**mine))
        return None if highest is None else highest + 1


class _OvertakenError(Exception):
    """A transaction is no longer as it was read, or another of the signer is in hand."""


def _fresh(checked_at: datetime | None, now: datetime) -> bool:
    return checked_at is not None and abs(now - checked_at) < SEEN_SECONDS
