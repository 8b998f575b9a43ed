"""Where a claim's renewal and its revocation stand: further transactions, each with times of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from chain.contracts import ClaimStatus
from webapp.extensions import table_of
from webapp.identities.models import ClaimEvent, IdentityClaim
from webapp.outbox.models import Transaction, TransactionState

Tx = TransactionState
HALTED, DELAYED = (
    (Tx.REVERTED, Tx.DEAD),
    (Tx.UNKNOWN, Tx.BLOCKED_FUNDS, Tx.BLOCKED_FEE, Tx.ORPHANED),
)
PUBLIC_REASONS = {
    **dict.fromkeys(DELAYED, "The chain is slow or dear just now; it goes on by itself"),
    **dict.fromkeys(HALTED, "The chain refused it; the operator has to look, or try again"),
}
STEP_STATES = ("waiting", "owed", "sent", "mined", "final", "delayed", "halted")
COLUMNS = ("state", "created_at", "sent_at", "mined_at")
_C, _E = table_of(IdentityClaim), table_of(ClaimEvent)
RENEWAL, REVOCATION = (table_of(Transaction).alias(name) for name in ("renewal", "revocation"))


@dataclass(frozen=True)
class Step:
    """A renewal or revocation; its state is one of STEP_STATES, moments are in UTC, null until reached.

    ``decided_at`` is that of a revocation alone; ``waiting`` is one that is not owed to the chain yet, or again.
    """

    state: str
    reason: str | None
    decided_at: datetime | None
    owed_at: datetime | None
    sent_at: datetime | None
    mined_at: datetime | None
    final_at: datetime | None


@dataclass(frozen=True)
class History:
    """What the registry's events say of a digest: the first, the last that renewed it, and the newest one."""

    first: Row[Any]
    renewed: Row[Any] | None
    newest: Row[Any]


def histories(session: Session, digests: Sequence[bytes]) -> dict[bytes, History]:
    """Return the events of each digest that was issued here, under its own issuer and subject; one query.

    Of the newest chain alone: what was issued on one that is gone is issued again.
    """
    same = (_C.c.digest == _E.c.digest, _C.c.issuer == _E.c.issuer, _C.c.subject == _E.c.subject)
    query = select(_E).join(_C, same[0] & same[1] & same[2]).where(_E.c.digest.in_(list(digests)))
    found: dict[bytes, History] = {}
    order = (_E.c.chain_ref, _E.c.block_number, _E.c.log_index)
    for row in session.execute(query.order_by(*order)):
        known = found.get(row.digest)
        if known is None or known.newest.chain_ref != row.chain_ref:
            found[row.digest] = History(row, None, row)
        else:
            renewed = row if row.status == ClaimStatus.VALID else known.renewed
            found[row.digest] = History(known.first, renewed, row)
    return found


def renewal_of(row: Row[Any], history: History | None) -> Step | None:
    """Return where a claim's newest renewal stands, None where there was none."""
    event = None if history is None else history.renewed
    if row.renewal_state is None and event is None:
        return None
    if event is not None and event.expires_at != row.expires_at:
        event = None  # that was one before
    return _step(row, "renewal", event, None)


def revocation_of(row: Row[Any], history: History | None) -> Step | None:
    """Return where a claim's end stands on the chain, None where the chain has nothing to end."""
    event = None if history is None else history.newest
    if event is not None and event.status != ClaimStatus.VALID:
        return _step(row, "revocation", event, row.ended_at)
    if row.revoke_reason is None or (event is None and row.tx_state is None):
        return None
    return _step(row, "revocation", None, row.ended_at)


def _step(row: Row[Any], name: str, event: Row[Any] | None, decided: datetime | None) -> Step:
    told = {one: getattr(row, f"{name}_{one}") for one in COLUMNS}
    state, reason = _state(told["state"], told["sent_at"], event)
    mined = told["mined_at"] or (None if event is None else event.indexed_at)
    final = None if event is None else event.final_at
    return Step(state, reason, decided, told["created_at"], told["sent_at"], mined, final)


def _state(
    known: str | None, sent: datetime | None, event: Row[Any] | None
) -> tuple[str, str | None]:
    if event is not None:
        return ("final" if event.final_at is not None else "mined"), None
    if known is None:
        return "waiting", None
    state = TransactionState(known)
    if state in PUBLIC_REASONS:
        return ("halted" if state in HALTED else "delayed"), PUBLIC_REASONS[state]
    if state in (Tx.MINED, Tx.FINAL):
        return "mined", None
    return ("sent" if sent is not None else "owed"), None
