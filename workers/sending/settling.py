"""Settling: what the chain says of a nonce becomes the transaction's state.

Every answer but a final one can be taken back by a reorg, so it is looked at again at each run until
it is final. Only then may a call move to another nonce: none of its attempts can be mined any more.
"""

import structlog

from chain.client import ChainClient
from chain.wire import Receipt
from webapp.assets.permissions import MOST_GAS
from webapp.assets.stopping import why_stopped
from webapp.columns import utc_now
from webapp.extensions import db
from webapp.outbox.chains import MOST_REASON
from webapp.outbox.models import AttemptKind
from workers.sending.effects import NO_STATE, Judgement, Outlook, is_done, judge, roomier_gas
from workers.sending.fate import Fate, Mined, Pending, UsedByOther, fate_of, still_there
from workers.sending.ledger import Ledger
from workers.sending.rows import Owed
from workers.sending.states import FOREIGN, FOREIGN_CALL, GIVEN_UP, REASONS, REFUSED, State
from workers.sending.view import View

# A call that reverts this often, although its simulation never does, is left to an operator.
MOST_FAILURES = 5
# A contract wallet can let its permission fail on purpose, each time at the server's cost.
MOST_MINT_FAILURES = 1
NOWHERE = {"block_number": None, "block_hash": None, "gas_used": None}
log = structlog.get_logger(__name__)


class Settling:
    """Brings transactions to where the chain says they are."""

    def __init__(self, client: ChainClient, ledger: Ledger) -> None:
        self.client, self.ledger = client, ledger

    def settle(self, owed: Owed, view: View) -> Owed | None:
        """Save what became of a nonce; return the transaction if the nonce still waits to be mined.

        Raises NodeUnavailable and RpcRefused.
        """
        if owed.state == State.MINED and self._stays_mined(owed, view):
            return None
        fate = fate_of(self.client, self.ledger.signer, owed, view)
        if isinstance(fate, Pending):
            return self._unmined(owed) if owed.state == State.MINED else owed
        if isinstance(fate, Mined) and self._made_the_call(owed, fate):
            self._mined(owed, fate)
        else:
            self._used_up(owed, fate, view)
        return None

    def done(self, owed: Owed) -> bool:
        """Tell whether the chain holds already what the call is for."""
        return is_done(self.client, self.ledger.signer, owed)

    def found(self, owed: Owed) -> None:
        """Note that the chain holds what was owed, whichever transaction brought it there.

        A nonce that can still be mined is left to a no-op.
        """
        if owed.state == State.MINED:
            return
        log.info("sending.found", transaction=owed.id, nonce=owed.nonce)
        to = {"state": State.MINED, "reason": None, "mined_at": utc_now(), "abandoned_at": None}
        self.ledger.release(owed, State.UNKNOWN, **to)

    def settle_unsent(self, owed: Owed) -> bool:
        """Settle a call that has no nonce and need not be sent, or in vain; tell whether it was.

        Raises NodeUnavailable.
        """
        if self.done(owed):
            self.found(owed)
            return True
        if owed.mint is not None and (stopped := _why_stopped(owed)):
            log.warning("sending.stopped", transaction=owed.id, reason=stopped)
            self.ledger.change(owed, state=State.DEAD, reason=stopped)
            return True
        outlook = judge(self.client, self.ledger.signer, owed, "latest")
        if outlook.outlook != Outlook.IMPOSSIBLE:
            return False
        log.warning("sending.hopeless", transaction=owed.id, reason=outlook.reason)
        self.ledger.change(owed, state=State.REVERTED, reason=outlook.reason[:MOST_REASON])
        return True

    def reopen(self, owed: Owed) -> None:
        """See to the nonce of a settled transaction that the chain does not count after all."""
        if owed.stand_in or owed.reason == FOREIGN_CALL:
            to = {"state": State.UNKNOWN, "reason": REASONS[State.UNKNOWN], "mined_at": None}
            self.ledger.change(owed, owed.placed, NOWHERE, **to)
        else:
            self.ledger.release(owed, State.UNKNOWN)

    def _stays_mined(self, owed: Owed, view: View) -> bool:
        placed = owed.placed
        if placed is None:
            return owed.nonce is None and self.done(owed)
        if not still_there(self.client, placed):
            return False
        # An anchor is final by its indexed event alone.
        if owed.anchor is None and (placed.block_number or 0) <= view.final:
            self.ledger.change(owed, state=State.FINAL, reason=None)
        return True

    def _unmined(self, owed: Owed) -> Owed | None:
        """Take back that a transaction was mined: its block is not canonical any more."""
        log.warning("sending.orphaned", transaction=owed.id)
        if owed.nonce is None:
            self.ledger.change(owed, state=State.QUEUED, reason=None, mined_at=None)
            return None
        to = {"state": State.ORPHANED, "reason": REASONS[State.ORPHANED], "mined_at": None}
        return self.ledger.change(owed, owed.placed, NOWHERE, **to)

    def _made_the_call(self, owed: Owed, fate: Mined) -> bool:
        """Tell whether an attempt brought about what is owed.

        A call succeeds where there is no contract too, and does nothing there.
        """
        made = fate.attempt.kind == AttemptKind.CALL and fate.receipt.succeeded
        return made and not owed.stand_in and (not owed.only_once or self.done(owed))

    def _mined(self, owed: Owed, fate: Mined) -> None:
        now = utc_now()
        to = {"state": State.MINED, "reason": None, "mined_at": now, "sent_at": owed.sent_at or now}
        self.ledger.change(owed, fate.attempt, _place(fate.receipt), **to)

    def _used_up(self, owed: Owed, fate: Mined | UsedByOther, view: View) -> None:
        """Handle a nonce that is used without the call having been made by it."""
        if owed.stand_in:
            if fate.final:
                self._close(owed, fate, State.FINAL, owed.reason)
            else:
                self._wait(owed, _waiting(fate))
        elif self.done(owed):
            if owed.state != State.MINED:
                self.ledger.change(owed, state=State.MINED, reason=None, mined_at=utc_now())
        elif not fate.final:
            self._wait(owed, _waiting(fate))
        elif isinstance(fate, UsedByOther) and owed.reason not in (FOREIGN, NO_STATE):
            self._wait(owed, FOREIGN)  # a node may lag: another run has to find the same
        else:
            self._decide(owed, fate, view)

    def _decide(self, owed: Owed, fate: Mined | UsedByOther, view: View) -> None:
        """Owe the call again on another nonce, or say that it can never be made."""
        if owed.refused is not None:
            reason = f"{REFUSED}; see `troth doctor`. {owed.refused}"
            self._close(owed, fate, State.REVERTED, reason[:MOST_REASON])
            return
        if owed.abandoned and owed.anchor is None:
            self._close(owed, fate, State.DEAD, GIVEN_UP)
            return
        if not owed.only_once and isinstance(fate, UsedByOther):
            # Nothing would refuse a second call, should the first have been made after all.
            self._close(owed, fate, State.REVERTED, FOREIGN_CALL)
            return
        found = judge(self.client, self.ledger.signer, owed, view.final)
        if found.outlook == Outlook.UNTOLD:
            self._wait(owed, found.reason)
            return
        failed = isinstance(fate, Mined) and fate.attempt.kind == AttemptKind.CALL
        if not self._can_follow(owed, found):
            self._close(owed, fate, State.REVERTED, found.reason)
        elif failed and found.outlook == Outlook.POSSIBLE and owed.failures >= _most_failures(owed):
            reason = f"The transaction reverted {owed.failures + 1} times; see `troth doctor`"
            self._close(owed, fate, State.REVERTED, reason)
        else:
            counted = failed and found.outlook == Outlook.POSSIBLE
            self.again(owed, owed.failures + counted, self._gas(owed, fate))

    def _can_follow(self, owed: Owed, found: Judgement) -> bool:
        """Tell whether there is an automatic way for the call to be made."""
        call = owed.anchor
        if found.outlook != Outlook.TOO_EARLY or call is None:
            return found.outlook == Outlook.POSSIBLE
        line = self.ledger.line(owed.to)
        return any(one.anchor and one.anchor.sequence < call.sequence for one in line)

    def again(self, owed: Owed, failures: int, gas: int | None = None) -> None:
        """Owe a call afresh, on another nonce; its old one must be used for good."""
        log.warning("sending.again", transaction=owed.id, nonce=owed.nonce, failures=failures)
        to = {"state": State.QUEUED, "failures": failures, "gas": gas or owed.gas}
        to |= {"reason": "It is sent again: its nonce was used without it"}
        gone = {"sent_at": None, "mined_at": None, "abandoned_at": None}
        self.ledger.release(owed, State.FINAL, **to, **gone)

    def _gas(self, owed: Owed, fate: Mined | UsedByOther) -> int:
        if isinstance(fate, Mined) and _ran_out(owed, fate):
            roomier = roomier_gas(self.client, self.ledger.signer, owed)
            # What a creator's wallet does is its own choice: its gas has a bound.
            return roomier if owed.mint is None else min(roomier, max(owed.gas, MOST_GAS))
        return owed.gas

    def _close(self, owed: Owed, fate: Fate, state: State, reason: str | None) -> None:
        log.warning("sending.closed", transaction=owed.id, state=state, reason=reason)
        place = _place(fate.receipt) if isinstance(fate, Mined) else None
        attempt = fate.attempt if isinstance(fate, Mined) else None
        self.ledger.change(owed, attempt, place, state=state, reason=reason, mined_at=None)

    def _wait(self, owed: Owed, reason: str) -> None:
        if (owed.state, owed.reason) != (State.UNKNOWN, reason):
            log.warning("sending.waits", transaction=owed.id, reason=reason)
            self.ledger.change(owed, state=State.UNKNOWN, reason=reason, mined_at=None)


def _why_stopped(owed: Owed) -> str | None:
    found = why_stopped(db.session(), owed.id)
    db.session.rollback()
    return found


def _ran_out(owed: Owed, fate: Mined) -> bool:
    """Tell whether a call used up its gas; a 64th may be left over by what it called (EIP-150)."""
    ran = fate.attempt.kind == AttemptKind.CALL and not fate.receipt.succeeded
    return ran and fate.receipt.gas_used >= owed.gas * 63 // 64


def _most_failures(owed: Owed) -> int:
    return MOST_FAILURES if owed.mint is None else MOST_MINT_FAILURES


def _place(receipt: Receipt) -> dict[str, object]:
    return {
        "block_number": receipt.block_number,
        "block_hash": receipt.block_hash,
        "gas_used": receipt.gas_used,
    }


def _waiting(fate: Mined | UsedByOther) -> str:
    if isinstance(fate, UsedByOther):
        return FOREIGN
    block = fate.receipt.block_number
    if fate.attempt.kind == AttemptKind.NOOP:
        return f"An empty transaction used its nonce in block {block}; it waits for finality"
    if fate.receipt.succeeded:
        return f"The transaction of block {block} had no effect; it waits for finality"
    return f"The transaction reverted in block {block}; it waits for finality"
