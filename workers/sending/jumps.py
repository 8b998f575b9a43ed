"""Nonces that a node counts and that were never given here: believed with care.

A nonce that is reserved too high leaves a gap, which only paid transactions close. So one false answer
must not be enough.
"""

import structlog

from chain.client import ChainClient
from workers.sending.fate import counted
from workers.sending.ledger import Ledger
from workers.sending.policy import MAX_IN_FLIGHT
from workers.sending.rows import Owed
from workers.sending.states import AHEAD
from workers.sending.view import View

log = structlog.get_logger(__name__)


def believed(client: ChainClient, ledger: Ledger, owed: Owed, view: View) -> bool:
    """Tell whether the next nonce may be the chain's; else say with the transaction why it waits.

    Raises NodeUnavailable and RpcRefused.
    """
    expected = ledger.next_nonce()
    if expected is not None and view.nonce <= expected:
        return True
    if expected is None and view.nonce <= MAX_IN_FLIGHT:
        return True  # at first use; so small a gap could be closed
    at_depth = counted(client, ledger.signer, view.final)
    reason = _reason(view.nonce, expected or 0, at_depth)
    younger = 0 if expected is not None else MAX_IN_FLIGHT
    if owed.reason == reason:
        return 0 <= view.nonce - at_depth <= younger
    log.error("sending.ahead", transaction=owed.id, nonce=view.nonce, expected=expected)
    ledger.change(owed, reason=reason)
    return False


def _reason(count: int, expected: int, at_depth: int) -> str:
    return (
        f"{AHEAD} {count} transactions of the account, {at_depth} of them final, where {expected} are "
        "known here; it goes on once two looks find the same number final"
    )


def refuse_gap(ledger: Ledger, owed: Owed, size: int) -> None:
    """Say that a gap below a transaction is too wide to be paid for."""
    reason = (
        f"{size} nonces below its own are unused, more than {MAX_IN_FLIGHT}: none is paid for; "
        f"check the nodes' answers, then see `troth transactions close-gap {owed.id}`"
    )
    if owed.reason != reason:
        log.error("sending.gap_too_wide", transaction=owed.id, nonce=owed.nonce, size=size)
        ledger.change(owed, reason=reason)
