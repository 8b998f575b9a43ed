"""Sending: what is owed is signed, saved, and only then sent; a crash sends the same bytes again.

A nonce belongs to one transaction for good. Whether a send arrived is never guessed: every outcome
that is not a proven rejection is looked up before the same bytes go out again.
"""

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chain.client import ChainClient
from chain.errors import (
    AlreadyKnown,
    FeeTooLow,
    InsufficientFunds,
    SendOutcomeUnknown,
    SendRejected,
)
from chain.signer import Signer
from chain.wire import Receipt
from webapp.columns import utc_now
from webapp.database import locked, writing
from webapp.extensions import db
from webapp.outbox.models import Attempt, Chain, Transaction, TransactionState

# How many may wait to be mined at once; their nonces are consecutive.
MAX_IN_FLIGHT = 16
GWEI = 10**9
State = TransactionState
UNSIGNED = (State.QUEUED, State.BLOCKED_FEE)
UNSENT = (State.SIGNED, State.UNKNOWN, State.BLOCKED_FUNDS, State.BLOCKED_FEE)
SETTLED = (State.MINED, State.FINAL, State.REVERTED)
SENT = (State.BROADCAST, State.ORPHANED, State.MINED)
# What people are told; what the node said is for the log alone.
REASONS = {
    State.BLOCKED_FUNDS: "The anchorer's account is out of funds; it goes on when it is funded",
    State.BLOCKED_FEE: "Fees on the chain are above the cap; it goes on when they fall",
    State.UNKNOWN: "Whether the chain's node took the transaction is being looked up",
    State.ORPHANED: "The chain dropped the transaction's block; it is being sent again",
}
log = structlog.get_logger(__name__)


class Sending:
    """Sends one signer's owed transactions to one chain; fees in wei per gas."""

    def __init__(self, client: ChainClient, signer: Signer, chain_ref: int, fee_cap: int) -> None:
        self.client, self.signer = client, signer
        self.chain_ref, self.fee_cap = chain_ref, fee_cap

    def run(self) -> int:
        """Bring every owed transaction as far as it goes now; return how many moved.

        Raises NodeUnavailable when the node cannot be asked at all.
        """
        # Mined ones too, until they are final: a reorg may have dropped them.
        moved = sum(self._settle(one) for one in self._ids(SENT, signed=True))
        for one in self._ids(UNSENT, signed=True):
            if not self._send(one):
                return moved  # later nonces wait for this one
            moved += 1
        in_flight = len(self._ids((State.BROADCAST, State.ORPHANED), signed=True))
        for one in self._ids(UNSIGNED, signed=False)[: max(0, MAX_IN_FLIGHT - in_flight)]:
            if not (self._sign(one) and self._send(one)):
                break
            moved += 1
        return moved

    def _ids(self, states: tuple[State, ...], *, signed: bool) -> list[int]:
        query = select(Transaction.id).where(Transaction.state.in_(states))
        query = query.where(Transaction.nonce.is_not(None) == signed)
        mine = query.filter_by(signer=self.signer.address, chain_ref=self.chain_ref)
        found = list(db.session.scalars(mine.order_by(Transaction.id).limit(1_000)))
        db.session.rollback()
        return found

    def _sign(self, transaction_id: int) -> bool:
        """Reserve a nonce, sign, and save the bytes, in one commit."""
        fees = self.client.fees()
        if fees.base > self.fee_cap:
            return self._note(transaction_id, State.BLOCKED_FEE, f"base fee {fees.base} wei")
        max_fee = min(fees.max_fee, self.fee_cap)
        priority = min(fees.priority, max_fee)
        chain_nonce = self.client.nonce(self.signer.address)
        with writing() as session:
            owed = self._locked(session, transaction_id)
            if owed.state not in UNSIGNED or owed.nonce is not None:
                return False
            owed.nonce = max(chain_nonce, self._next_nonce(session))
            signed = self.signer.sign_transaction(
                {
                    "type": 2,
                    "chainId": session.get_one(Chain, owed.chain_ref).chain_id,
                    "nonce": owed.nonce,
                    "to": bytes.fromhex(owed.to[2:]),
                    "value": 0,
                    "data": owed.data,
                    "gas": owed.gas,
                    "maxFeePerGas": max_fee,
                    "maxPriorityFeePerGas": priority,
                }
            )
            owed.state, owed.reason = State.SIGNED, None
            session.add(
                Attempt(
                    transaction_id=owed.id,
                    hash=signed.hash,
                    raw=signed.raw,
                    max_fee=max_fee,
                    priority_fee=priority,
                    created_at=utc_now(),
                )
            )
        return True

    def _send(self, transaction_id: int) -> bool:
        """Send the saved bytes; return whether the node has them for certain."""
        attempt = self._attempt(transaction_id)
        try:
            self.client.send_raw(attempt.raw)
        except AlreadyKnown:
            log.info("sending.known_already", transaction=transaction_id)
        except InsufficientFunds as error:
            return self._note(transaction_id, State.BLOCKED_FUNDS, str(error))
        except FeeTooLow as error:
            return self._note(transaction_id, State.BLOCKED_FEE, str(error))
        except (SendRejected, SendOutcomeUnknown) as error:
            if self.client.receipt(attempt.hash) is None:
                return self._note(transaction_id, State.UNKNOWN, str(error))
        self._broadcast(transaction_id, attempt.id)
        self._settle(transaction_id)
        return True

    def _settle(self, transaction_id: int) -> bool:
        """Look for the receipt; send the same bytes again if the chain or the node lost them."""
        attempt = self._attempt(transaction_id)
        receipt = self.client.receipt(attempt.hash)
        if receipt is not None:
            return self._mined(transaction_id, attempt.id, receipt)
        self._orphaned(transaction_id)
        if not self.client.has_transaction(attempt.hash):
            log.warning("sending.dropped", transaction=transaction_id)
            try:
                self.client.send_raw(attempt.raw)
            except (AlreadyKnown, SendRejected, SendOutcomeUnknown) as error:
                log.info("sending.resent", transaction=transaction_id, answer=str(error))
        return False

    def _attempt(self, transaction_id: int) -> Attempt:
        query = select(Attempt).filter_by(transaction_id=transaction_id)
        attempt = db.session.scalars(query.order_by(Attempt.id.desc()).limit(1)).one()
        db.session.expunge(attempt)
        db.session.rollback()
        return attempt

    def _locked(self, session: Session, transaction_id: int) -> Transaction:
        query = locked(session, select(Transaction).where(Transaction.id == transaction_id))
        return session.scalars(query).one()

    def _next_nonce(self, session: Session) -> int:
        mine = {"chain_ref": self.chain_ref, "signer": self.signer.address}
        highest = session.scalar(select(func.max(Transaction.nonce)).filter_by(**mine))
        return 0 if highest is None else highest + 1

    def _note(self, transaction_id: int, state: State, detail: str) -> bool:
        log.warning("sending.waits", transaction=transaction_id, state=state, detail=detail)
        with writing() as session:
            owed = self._locked(session, transaction_id)
            owed.state, owed.reason = state, REASONS[state]
        return False

    def _orphaned(self, transaction_id: int) -> None:
        """Take back that a transaction was mined: its block is not canonical any more."""
        with writing() as session:
            owed = self._locked(session, transaction_id)
            if owed.state == State.MINED:
                owed.state, owed.reason = State.ORPHANED, REASONS[State.ORPHANED]
                owed.mined_at = None

    def _broadcast(self, transaction_id: int, attempt_id: int) -> None:
        now = utc_now()
        with writing() as session:
            owed = self._locked(session, transaction_id)
            if owed.state in UNSENT:
                owed.state, owed.reason = State.BROADCAST, None
            owed.sent_at = owed.sent_at or now
            session.get_one(Attempt, attempt_id).sent_at = now

    def _mined(self, transaction_id: int, attempt_id: int, receipt: Receipt) -> bool:
        """Note where a transaction was mined; return whether that was news."""
        now = utc_now()
        with writing() as session:
            attempt = session.get_one(Attempt, attempt_id)
            owed = self._locked(session, transaction_id)
            if owed.state in SETTLED and attempt.block_number == receipt.block_number:
                return False
            attempt.block_number, attempt.gas_used = receipt.block_number, receipt.gas_used
            owed.mined_at, owed.sent_at = owed.mined_at or now, owed.sent_at or now
            owed.state, owed.reason = State.MINED, None
            if not receipt.succeeded:
                owed.state = State.REVERTED
                owed.reason = f"The transaction reverted in block {receipt.block_number}"
        return True
