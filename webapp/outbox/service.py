"""Owing a call to the chain, giving it up, and owing it again."""

from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from webapp.columns import utc_now
from webapp.database import insert_or_ignore, locked
from webapp.outbox.errors import (
    KeyTakenError,
    NoSignerError,
    NothingToGiveUpError,
    UnknownTransactionError,
)
from webapp.outbox.models import (
    Attempt,
    SignerAccount,
    SignerRole,
    Transaction,
    TransactionState,
)

State = TransactionState
CLOSED = (State.FINAL, State.REVERTED, State.DEAD)
OPEN = tuple(state for state in State if state not in CLOSED)
# Batches are anchored in order: none can be left out, so none can be given up for good.
ANCHOR = "anchor:"
STAND_IN = "nonce:"
NOOP_GAS = 21_000


def register_signer(session: Session, chain_ref: int, address: str, role: SignerRole) -> None:
    """Make an address known as a signer of a role on a chain; needs an open write transaction."""
    insert_or_ignore(session, SignerAccount, chain_ref=chain_ref, address=address, role=role)
    session.execute(
        update(SignerAccount)
        .where(SignerAccount.chain_ref == chain_ref, SignerAccount.address == address)
        .where(SignerAccount.role != role)
        .values(role=role)
    )


def owe(  # noqa: PLR0913 - a call has these parts, and each is named
    session: Session,
    *,
    chain_ref: int,
    role: SignerRole,
    key: str,
    to: str,
    data: bytes,
    gas: int,
    signer: str | None = None,
) -> Transaction:
    """Owe a call once per ``key``; needs an open write transaction.

    Without ``signer`` the one of the role with the fewest open transactions sends it. Raises
    NoSignerError, and KeyTakenError when another call is owed under the key.
    """
    by_key = select(Transaction).filter_by(key=key)
    found = session.scalars(by_key).one_or_none()
    if found is None:
        signer = signer or _least_loaded(session, chain_ref, role)
        call = {"chain_ref": chain_ref, "signer": signer, "to": to, "data": data, "gas": gas}
        now = utc_now()
        insert_or_ignore(session, Transaction, key=key, **call, created_at=now)
        found = session.scalars(by_key).one()
    if (found.chain_ref, found.to, found.data) != (chain_ref, to, data):
        raise KeyTakenError(key)
    return found


def _least_loaded(session: Session, chain_ref: int, role: SignerRole) -> str:
    """Return the address of a role with the fewest open transactions; raises NoSignerError."""
    mine = (
        Transaction.chain_ref == SignerAccount.chain_ref,
        Transaction.signer == SignerAccount.address,
        Transaction.state.in_(OPEN),
    )
    query = (
        select(SignerAccount.address)
        .outerjoin(Transaction, and_(*mine))
        .where(SignerAccount.chain_ref == chain_ref, SignerAccount.role == role)
        .group_by(SignerAccount.address)
        .order_by(func.count(Transaction.id), SignerAccount.address)
        .limit(1)
    )
    address = session.scalar(query)
    if address is None:
        raise NoSignerError(role, chain_ref)
    return address


def give_up(session: Session, transaction_id: int) -> Transaction:
    """Ask that a transaction's nonce be used up by a no-op; needs an open write transaction.

    One that was never sent is dead at once. An anchor is owed again on another nonce afterwards,
    since the log cannot go on without it. Raises UnknownTransactionError and NothingToGiveUpError.
    """
    row = _locked(session, transaction_id)
    if row.state in CLOSED or row.state == State.MINED:
        raise NothingToGiveUpError(transaction_id, f"it is {row.state} already")
    if row.nonce is None:
        if row.key.startswith(ANCHOR):
            raise NothingToGiveUpError(
                transaction_id, "it was not sent yet, and the log cannot go on without its batch"
            )
        row.state, row.reason = State.DEAD, "It was given up before it was sent"
    row.abandoned_at = row.abandoned_at or utc_now()
    session.flush()
    return row


def owe_again(
    session: Session, transaction_id: int, reason: str, *, chain_ref: int | None = None
) -> Transaction:
    """Owe a transaction afresh, on another nonce; needs an open write transaction.

    For an operator's command, when the chain no longer holds what it did, or never will by itself.
    With ``chain_ref`` it is owed to that chain; its nonce and attempts stay with the one before.
    Raises UnknownTransactionError.
    """
    row = _locked(session, transaction_id)
    # Whether the chain still counts the nonce is for the next run to find out.
    release_nonce(session, row, State.UNKNOWN)
    row.chain_ref = row.chain_ref if chain_ref is None else chain_ref
    row.state, row.reason, row.failures = State.QUEUED, reason, 0
    row.sent_at = row.mined_at = row.abandoned_at = None
    session.flush()
    return row


def release_nonce(session: Session, row: Transaction, state: TransactionState) -> None:
    """Hand a transaction's nonce and attempts to a row that stands for the nonce alone.

    A nonce so stays with the bytes that were signed for it, whatever becomes of the call.
    """
    if row.nonce is None:
        return
    nonce, row.nonce = row.nonce, None
    session.flush()
    stand_in = Transaction(**stand_in_for(row.chain_ref, row.signer, nonce, state))
    session.add(stand_in)
    session.flush()
    mine = update(Attempt).where(Attempt.transaction_id == row.id)
    session.execute(mine.values(transaction_id=stand_in.id))


def stand_in_for(
    chain_ref: int, signer: str, nonce: int, state: TransactionState
) -> dict[str, Any]:
    """Return the columns of a row that stands for a nonce alone, to be used up by a no-op."""
    now = utc_now()
    return {
        "chain_ref": chain_ref,
        "key": f"{STAND_IN}{chain_ref}:{signer}:{nonce}",
        "signer": signer,
        "to": signer,
        "data": b"",
        "gas": NOOP_GAS,
        "nonce": nonce,
        "state": state,
        "created_at": now,
        "abandoned_at": now,
    }


def _locked(session: Session, transaction_id: int) -> Transaction:
    query = locked(session, select(Transaction).where(Transaction.id == transaction_id))
    row = session.scalars(query).one_or_none()
    if row is None:
        raise UnknownTransactionError(transaction_id)
    return row
