"""Delivery: intent saved, bytes saved, sent, outcome saved; each a commit of its own.

Sending the same bytes again is always safe; so whoever finds a step half done repeats it.
"""

import structlog

from chain.client import ChainClient
from chain.errors import (
    AlreadyKnown,
    ChainError,
    FeeTooLow,
    InsufficientFunds,
    NotDelivered,
    ReplacementUnderpriced,
    SendOutcomeUnknown,
    SendRejected,
    Unacceptable,
)
from chain.fees import Offer, first_offer, raised_offer
from chain.signer import Signer
from webapp.columns import utc_now
from workers.sending.ledger import Ledger
from workers.sending.policy import SendingPolicy
from workers.sending.rows import Owed, Tried
from workers.sending.signing import sign_attempt
from workers.sending.states import REASONS, REFUSED, State
from workers.sending.view import View

ANSWER_LENGTH = 400
log = structlog.get_logger(__name__)


class Delivery:
    """Signs and sends attempts; every method tells whether the node has one for certain."""

    def __init__(
        self, client: ChainClient, signer: Signer, ledger: Ledger, policy: SendingPolicy
    ) -> None:
        self.client, self.signer, self.ledger, self.policy = client, signer, ledger, policy

    def offer(self, owed: Owed, view: View) -> Offer | None:
        """Return a first or a better offer for a nonce, None where the cap forbids one."""
        best, caps = owed.best, (self.policy.fee_cap, self.policy.tip_cap)
        return raised_offer(best, view.fees, *caps) if best else first_offer(view.fees, *caps)

    def try_offer(self, owed: Owed, view: View) -> bool:
        """Sign a first or a better attempt and send it; says so where the cap forbids one."""
        offer = self.offer(owed, view)
        if offer is None:
            return self.wait(owed, State.BLOCKED_FEE)
        if owed.attempts:
            log.warning("sending.raised", transaction=owed.id, nonce=owed.nonce, offer=str(offer))
        signed = sign_attempt(self.signer, owed, self.ledger.chain()[0], owed.wants, offer)
        saved = self.ledger.add_attempt(owed, owed.wants, offer, signed)
        return saved is not None and self.send(saved)

    def send(self, owed: Owed) -> bool:
        """Send signed bytes for the first time."""
        sending = self.ledger.change(owed, state=State.SENDING)
        return sending is not None and self.resend(sending)

    def resend(self, owed: Owed) -> bool:
        """Send the newest attempt's bytes, for the first time or again."""
        attempt = owed.attempts[-1]
        try:
            self.client.send_raw(attempt.raw)
        except AlreadyKnown:
            return self._accepted(owed, attempt)
        except NotDelivered:
            if owed.state == State.SENDING:  # it certainly did not arrive
                self.ledger.change(owed, state=State.SIGNED)
            raise
        except (SendRejected, SendOutcomeUnknown) as error:
            return self._refused(owed, attempt, error)
        return self._accepted(owed, attempt)

    def there(self, owed: Owed) -> bool:
        """Note that the node has an attempt, as it was found; always True."""
        if owed.state != State.BROADCAST:
            self.ledger.change(owed, state=State.BROADCAST, reason=None)
        return True

    def wait(self, owed: Owed, state: State) -> bool:
        """Say why a transaction waits; always False."""
        if (owed.state, owed.reason) != (state, REASONS[state]):
            log.warning("sending.waits", transaction=owed.id, state=state)
            self.ledger.change(owed, state=state, reason=REASONS[state])
        return False

    def _accepted(self, owed: Owed, attempt: Tried) -> bool:
        now = utc_now()
        place = {"sent_at": attempt.sent_at or now, "answer": None}
        if owed.state != State.BROADCAST:
            to = {"state": State.BROADCAST, "reason": None, "sent_at": owed.sent_at or now}
            return self.ledger.change(owed, attempt, place, **to) is not None
        log.info("sending.resent", transaction=owed.id)
        return True

    def _refused(self, owed: Owed, attempt: Tried, error: ChainError) -> bool:
        log.warning("sending.refused", transaction=owed.id, nonce=owed.nonce, problem=str(error))
        if isinstance(error, Unacceptable) and self._is_hopeless(owed, attempt):
            why = f"{REFUSED}: an empty one uses up its nonce"
            self.ledger.change(owed, state=State.UNKNOWN, reason=why, abandoned_at=utc_now())
            return False
        answer = {"answer": f"{type(error).__name__}: {error}"[:ANSWER_LENGTH]}
        older = any(one.sent_at for one in owed.attempts[:-1])
        if isinstance(error, InsufficientFunds):
            state = State.BLOCKED_FUNDS
        elif isinstance(error, FeeTooLow):
            state = State.BLOCKED_FEE
        elif isinstance(error, ReplacementUnderpriced) and older:
            state = State.BROADCAST
        else:
            state = State.UNKNOWN
        reason = REASONS.get(state)
        if (owed.state, owed.reason, attempt.answer) != (state, reason, answer["answer"]):
            self.ledger.change(owed, attempt, answer, state=state, reason=reason)
        return state == State.BROADCAST

    def _is_hopeless(self, owed: Owed, attempt: Tried) -> bool:
        """Tell whether two runs found the same bytes unacceptable, and no node has or had any for the nonce.

        Raises NodeUnavailable.
        """
        if (
            owed.abandoned
            or attempt.unacceptable is None
            or any(one.sent_at for one in owed.attempts)
        ):
            return False
        return not any(self.client.has_transaction(one.hash) for one in owed.attempts)
