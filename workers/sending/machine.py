"""The state machine of one signer's transactions; docs/decisions/sending.md has it in a diagram.

A nonce belongs to one transaction for good. Whether a send arrived is never guessed: what is not a
proven rejection is looked up before the same bytes go out again.
"""

from datetime import timedelta

import structlog

from chain.client import ChainClient
from chain.signer import Signer
from webapp.columns import utc_now
from workers.sending.delivery import Delivery
from workers.sending.fate import Pending, fate_of
from workers.sending.jumps import believed, refuse_gap
from workers.sending.ledger import Ledger
from workers.sending.order import halt, is_halted, may_follow, mend_halts
from workers.sending.policy import MAX_IN_FLIGHT, SendingPolicy
from workers.sending.rows import Owed, Tried
from workers.sending.settling import Settling
from workers.sending.states import IN_HAND, WITH_NODE, State
from workers.sending.view import View, observe

log = structlog.get_logger(__name__)


class Sending:
    """Sends one signer's owed transactions to one chain."""

    def __init__(
        self, client: ChainClient, signer: Signer, chain_ref: int, policy: SendingPolicy
    ) -> None:
        self.client, self.policy = client, policy
        self.ledger = Ledger(chain_ref, signer.address)
        self.settling = Settling(client, self.ledger)
        self.delivery = Delivery(client, signer, self.ledger, policy)

    def run(self) -> int:
        """Bring every owed transaction as far as it goes now; return how many changes were saved.

        Safe to run at once in several processes, and from any state that a crash left. Sends nothing
        while the chain is halted. Raises NodeUnavailable when the node cannot be asked at all,
        WrongSignature and what the signer raises.
        """
        before = self.ledger.changes
        if self.ledger.chain()[1]:
            view = observe(self.client, self.ledger.signer, self.policy.depth)
            self.ledger.note_account(self.policy.role, view.nonce, view.balance, view.fees.base)
            self._spare_unused_nonces(view)
            mend_halts(self.ledger, self.settling, view)
            pending = self._settle_all(view)
            if self._push_all(pending, view):
                self._begin(view, MAX_IN_FLIGHT - len(pending))
        return self.ledger.changes - before

    def _settle_all(self, view: View) -> list[Owed]:
        """Save what became of each nonce; return those that wait to be mined, lowest first."""
        settled = [self.settling.settle(one, view) for one in self.ledger.live()]
        return [one for one in settled if one is not None]

    def _push_all(self, pending: list[Owed], view: View) -> bool:
        """See that the node has every waiting nonce; a higher one never goes before a lower one.

        Except for one in hand, which nobody else may join: it goes first.
        """
        if not pending:
            return True
        lowest = pending[0].id
        if not self._close_gap(pending[0], view):
            return False
        in_hand_first = sorted(pending, key=lambda one: one.state not in IN_HAND)
        return all(self._push(one, view, first=one.id == lowest) for one in in_hand_first)

    def _push(self, owed: Owed, view: View, *, first: bool) -> bool:
        """Do the next step for a nonce; return whether the node has it, or it is mined."""
        if owed.state not in WITH_NODE and self.settling.done(owed):
            self.settling.found(owed)  # the event itself outranks what is known of the nonce
            return True
        with_node = self._step(owed, view, first=first)
        return with_node if owed.state in WITH_NODE else self._is_through(owed.id, view)

    def _is_through(self, transaction_id: int, view: View) -> bool:
        """Look once more after a send: chains for development mine at once."""
        waiting = self.settling.settle(self.ledger.one(transaction_id), view)
        return waiting is None or waiting.state in WITH_NODE

    def _step(self, owed: Owed, view: View, *, first: bool) -> bool:
        latest = owed.latest
        if latest is None:
            return self.delivery.try_offer(owed, view)
        if latest.kind != owed.wants or self._needs_more(owed, latest, view, first=first):
            # At the cap, bytes whose fees still pay go on being sent.
            pays = latest.offer.pays(view.fees.base)
            if not pays or self.delivery.offer(owed, view) is not None:
                return self.delivery.try_offer(owed, view)
        if owed.state == State.SIGNED:
            return self.delivery.send(owed)
        if owed.state == State.BLOCKED_FUNDS and view.balance < owed.gas * latest.offer.max_fee:
            return False
        if owed.state in WITH_NODE and self._with_node(owed):
            return self.delivery.there(owed)
        return self.delivery.resend(owed)

    def _needs_more(self, owed: Owed, latest: Tried, view: View, *, first: bool) -> bool:
        """Tell whether to raise the fees: later nonces only wait for the first, unless unpayable."""
        pays = latest.offer.pays(view.fees.base)
        if owed.state == State.BLOCKED_FEE and not pays:
            return True
        replaceable = owed.state in (*WITH_NODE, State.BLOCKED_FEE) or latest.outbid
        return replaceable and (first or not pays) and self._is_stuck(owed)

    def _with_node(self, owed: Owed) -> bool:
        return any(self.client.has_transaction(one.hash) for one in reversed(owed.attempts))

    def _is_stuck(self, owed: Owed) -> bool:
        """Tell whether the newest attempt waits for too long; a clock that went back starts afresh."""
        latest = owed.latest
        if latest is None:
            return False
        patience = timedelta(seconds=self.policy.stuck_seconds)
        age = utc_now() - (latest.sent_at or latest.created_at)
        if age < -patience:
            self.ledger.change(owed, latest, {"sent_at": utc_now()})
        return age >= patience

    def _close_gap(self, lowest: Owed, view: View) -> bool:
        """Use up nonces below ours that nobody waits for, once they hold ours up; False if too many.

        A reorg that drops another's transaction with our key leaves such a gap; so does one below
        finality, when an operator has lifted its halt.
        """
        if lowest.nonce is None or view.nonce >= lowest.nonce or not self._is_stuck(lowest):
            return True
        owned = self.ledger.nonces(view.nonce, lowest.nonce)
        size = lowest.nonce - view.nonce - len(owned)
        if size > MAX_IN_FLIGHT:
            refuse_gap(self.ledger, lowest, size)
            return False
        for nonce in sorted(set(range(view.nonce, lowest.nonce)) - owned):
            self.ledger.fill(nonce)
        below = [one for one in self.ledger.settled_from(view.nonce) if one.nonce in owned]
        for owed in below[:MAX_IN_FLIGHT]:
            self._spare(owed, view)
        return True

    def _spare_unused_nonces(self, view: View) -> None:
        """Have the nonce of a settled transaction used up if the chain does not count it.

        So when another transaction brought about what was owed: later nonces wait for this one.
        """
        for owed in self.ledger.settled_from(view.nonce):
            placed = owed.placed
            if placed is not None and (placed.block_number or 0) <= view.final:
                log.error("sending.final_dropped", transaction=owed.id, block=placed.block_number)
            else:
                self._spare(owed, view)

    def _spare(self, owed: Owed, view: View) -> None:
        if isinstance(fate_of(self.client, self.ledger.signer, owed, view), Pending):
            self.settling.reopen(owed)

    def _begin(self, view: View, room: int) -> None:
        """Give nonces to what waits for one, in order, and send it."""
        for owed in self.ledger.queued()[: max(0, room)]:
            if owed.mint is not None and self.settling.settle_unsent(owed):
                continue
            if not self._begin_one(owed, view):
                return

    def _begin_one(self, owed: Owed, view: View) -> bool:
        """Begin one, or pass over an anchor whose turn has not come; False ends this run's sending."""
        if owed.anchor is not None:
            if self.settling.done(owed):
                self.settling.found(owed)
                return True
            line = self.ledger.line(owed.to)
            if is_halted(owed, line):
                return halt(self.ledger, owed)
            if not may_follow(owed, line):
                return True
        if view.fees.base > self.policy.fee_cap:
            return self.delivery.wait(owed, State.BLOCKED_FEE)
        sure = believed(self.client, self.ledger, owed, view)
        reserved = self.ledger.reserve(owed, view.nonce) if sure else None
        if reserved is None:
            return False
        self.delivery.try_offer(reserved, view)
        return self._is_through(owed.id, view)
