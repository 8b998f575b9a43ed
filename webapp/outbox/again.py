"""What an operator may ask for by hand, once the chain shows that it cannot do harm.

A call is owed again only when none of its old attempts can be mined any more and none was; unused nonces
below a transaction are used up by no-ops whose price the operator has seen.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.client import ChainClient
from chain.errors import StateUnavailable
from webapp.database import insert_or_ignore, locked
from webapp.outbox.errors import NoGapError, NotOwedAgainError, UnknownTransactionError
from webapp.outbox.models import (
    Attempt,
    AttemptKind,
    Chain,
    ChainState,
    Transaction,
    TransactionState,
)
from webapp.outbox.service import ANCHOR, CLOSED, NOOP_GAS, STAND_IN, owe_again, stand_in_for

State = TransactionState
MOST_FILLED = 1_000
OWED_AGAIN = "An operator had it owed again: its nonce was used without it"


@dataclass(frozen=True)
class Gap:
    """Nonces of a signer below a transaction that the chain has not used and that no row owns."""

    transaction_id: int
    chain_ref: int
    signer: str
    nonces: tuple[int, ...]

    @property
    def gas(self) -> int:
        """What closing it takes in all."""
        return NOOP_GAS * len(self.nonces)


@dataclass(frozen=True)
class HaltedCall:
    """A call that was not made by any of its attempts, none of which can be mined any more."""

    transaction_id: int
    nonce: int | None
    to: str
    reason: str


def find_call(session: Session, client: ChainClient, transaction_id: int, depth: int) -> HaltedCall:
    """Check that a halted call may be owed again; writes nothing.

    Raises UnknownTransactionError, NotOwedAgainError (the call was made, an attempt can still be mined,
    or it is none that an operator decides on) and ChainError.
    """
    row = _get(session, transaction_id)
    problem = _not_halted(row) or _wrong_chain(session, client, row)
    problem = problem or _can_be_mined(session, client, row, client.head().number - depth)
    if problem is not None:
        raise NotOwedAgainError(transaction_id, problem)
    return HaltedCall(row.id, row.nonce, row.to, row.reason or "no reason given")


def owe_call(session: Session, call: HaltedCall) -> None:
    """Owe a halted call again on another nonce; needs an open write transaction.

    Raises NotOwedAgainError when it is no longer as it was found.
    """
    query = select(Transaction).where(Transaction.id == call.transaction_id)
    row = session.scalars(locked(session, query)).one()
    if (row.state, row.nonce) != (State.REVERTED, call.nonce):
        raise NotOwedAgainError(row.id, f"it is {row.state} meanwhile")
    owe_again(session, row.id, OWED_AGAIN)


def find_gap(session: Session, client: ChainClient, transaction_id: int) -> Gap:
    """Find the nonces that hold a transaction up; writes nothing.

    Raises UnknownTransactionError, NoGapError and ChainError.
    """
    row = _get(session, transaction_id)
    problem = _wrong_chain(session, client, row)
    if row.nonce is None or row.state in CLOSED:
        problem = f"it is {row.state}, and holds no nonce that waits"
    if problem is not None or row.nonce is None:
        raise NoGapError(transaction_id, problem or "")
    used = client.nonce(row.signer)
    if used + MOST_FILLED * 2 < row.nonce:
        raise NoGapError(transaction_id, f"the chain counts {used}, and its nonce is {row.nonce}")
    mine = {"chain_ref": row.chain_ref, "signer": row.signer}
    query = select(Transaction.nonce).filter_by(**mine).where(Transaction.nonce >= used)
    nonces = sorted(set(range(used, row.nonce)) - set(session.scalars(query)))
    if not nonces:
        raise NoGapError(transaction_id, f"all nonces from {used} to its own are owned")
    return Gap(row.id, row.chain_ref, row.signer, tuple(nonces[:MOST_FILLED]))


def fill_gap(session: Session, gap: Gap) -> None:
    """Put a row on each nonce of a gap, to be used up by a no-op; needs an open write transaction."""
    for nonce in gap.nonces:
        row = stand_in_for(gap.chain_ref, gap.signer, nonce, State.UNKNOWN)
        insert_or_ignore(session, Transaction, **row)


def _get(session: Session, transaction_id: int) -> Transaction:
    row = session.get(Transaction, transaction_id)
    if row is None:
        raise UnknownTransactionError(transaction_id)
    return row


def _not_halted(row: Transaction) -> str | None:
    if row.key.startswith(STAND_IN):
        return "it makes no call, it only uses up a nonce"
    if row.key.startswith(ANCHOR):
        return "it anchors a batch; `troth anchors rebuild` owes those again that the chain lacks"
    if row.state in (State.MINED, State.FINAL):
        return f"its call was made, it is {row.state}"
    if row.state == State.DEAD:
        return "it was given up"
    if row.state != State.REVERTED:
        return f"it is {row.state}, so that it goes on by itself or an attempt can still be mined"
    return None


def _wrong_chain(session: Session, client: ChainClient, row: Transaction) -> str | None:
    chain = session.get_one(Chain, row.chain_ref)
    if (client.chain_id(), client.genesis()) != (chain.chain_id, chain.genesis):
        return "the node serves another chain than the one that it is owed to"
    if chain.state in (ChainState.HALTED_DEEP, ChainState.HALTED_INSTANCE):
        return "the chain is halted, see `troth doctor`"
    return None


def _can_be_mined(
    session: Session, client: ChainClient, row: Transaction, final: int
) -> str | None:
    """Say why the call may have been made, or may yet be, by one of its attempts."""
    if row.nonce is None:  # a reorg freed it, and its attempts went to a row that stands for it
        return "its old nonce is being used up, so that an attempt may still be mined"
    attempts = session.execute(
        select(Attempt.hash, Attempt.kind).where(Attempt.transaction_id == row.id)
    )
    for attempt, kind in attempts:
        receipt = client.receipt(attempt)
        if receipt is not None and receipt.succeeded and kind == AttemptKind.CALL:
            return f"its call was made in block {receipt.block_number}"
    try:
        counted = client.nonce(row.signer, max(0, final))
    except StateUnavailable:
        return f"no node tells whether its nonce {row.nonce} is used for good; try again later"
    if counted <= row.nonce:
        return (
            f"its nonce {row.nonce} is not used for good, so that an attempt can still be mined; "
            "try again once the block that used it is final"
        )
    return None
