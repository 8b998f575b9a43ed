"""Where a claim stands, derived from its row, its transactions and the registry's events; never stored."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from chain.contracts import ClaimStatus
from webapp.columns import utc_now
from webapp.extensions import table_of
from webapp.identities.kinds import LIFE, MOST_SENDS, RENEWED, ClaimKind, End, reason_text
from webapp.identities.models import ClaimEvidence, IdentityClaim
from webapp.identities.sealing import opened
from webapp.identities.steps import (
    COLUMNS,
    HALTED,
    PUBLIC_REASONS,
    RENEWAL,
    REVOCATION,
    History,
    Step,
    histories,
    renewal_of,
    revocation_of,
)
from webapp.outbox.models import Transaction, TransactionState

_C, _T = table_of(IdentityClaim), table_of(Transaction)
Tx = TransactionState


class State(StrEnum):
    """Where a claim stands."""

    REQUESTED = "requested"
    CHECKED = "checked"
    OWED = "owed"
    SENT = "sent"
    MINED = "mined"
    FINAL = "final"
    DELAYED = "delayed"
    HALTED = "halted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVOKING = "revoking"
    DECLINING = "declining"
    REVOKED = "revoked"
    DECLINED = "declined"
    EXPIRED = "expired"


REFUSED_END = (
    f"It ended here, but the chain refused to be told so, {MOST_SENDS} times: the registry still says it. "
    "POST /claims/{id}/retry tells it again, and so does `troth claims retry`"
)


@dataclass(frozen=True)
class ClaimView:
    """A claim as its own subject sees it; moments in UTC."""

    id: UUID
    account_id: UUID
    kind: str
    subject: str
    issuer: str
    value: str | None
    shown: bool
    digest: bytes
    basis: str | None
    state: str
    reason: str | None
    requested_at: datetime
    checked_at: datetime | None
    owed_at: datetime | None
    sent_at: datetime | None
    mined_at: datetime | None
    final_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime | None
    next_check_at: datetime | None
    renews: bool
    renewal: Step | None = None
    revocation: Step | None = None
    evidence: tuple[dict[str, Any], ...] = ()


_SHOWN = tuple(column for column in _C.c if column.name not in ("code_hash", "tag"))
_TX = tuple(
    table.c[column].label(f"{name}_{column}")
    for name, table in (("tx", _T), ("renewal", RENEWAL), ("revocation", REVOCATION))
    for column in COLUMNS
)


def select_claims() -> Select[Any]:
    """Return the query of all that ``claim_views`` needs, to be narrowed down."""
    source = (
        _C.outerjoin(_T, _T.c.id == _C.c.transaction_id)
        .outerjoin(RENEWAL, RENEWAL.c.id == _C.c.renewal_id)
        .outerjoin(REVOCATION, REVOCATION.c.id == _C.c.revocation_id)
    )
    return select(*_SHOWN, *_TX).select_from(source)


def claim_views(session: Session, query: Select[Any]) -> list[ClaimView]:
    """Run a query that ``select_claims`` began, and two more for however many rows.

    Raises UnreadableError.
    """
    rows = session.execute(query).all()
    found = histories(session, [row.digest for row in rows])
    evidence = _evidence(session, [row.id for row in rows])
    return [_view(row, found.get(row.digest), tuple(evidence[row.id])) for row in rows]


def newest_events(session: Session, digests: Sequence[bytes]) -> dict[bytes, Row[Any]]:
    """Return the newest event of each digest that was issued here, under its own issuer and subject."""
    return {digest: one.newest for digest, one in histories(session, digests).items()}


def _evidence(session: Session, ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    e = table_of(ClaimEvidence).c
    query = select(e.id, e.claim_id, e.mime, e.size).where(e.claim_id.in_(list(ids)))
    for row in session.execute(query.order_by(e.id)):
        found[row.claim_id].append({"id": row.id, "mime": row.mime, "size": row.size})
    return found


def _view(
    row: Row[Any], history: History | None, evidence: tuple[dict[str, Any], ...]
) -> ClaimView:
    event = None if history is None else history.newest
    first = None if history is None else history.first
    state, reason = state_of(row, history)
    secret = opened(row.id, row.sealed, row.key_id)
    indexed = None if first is None else first.indexed_at
    ended = row.ended_at
    if event is not None and event.status != ClaimStatus.VALID:
        ended = _moment(event.block_time)
    return ClaimView(
        id=row.id,
        account_id=row.account_id,
        kind=row.kind,
        subject=row.subject,
        issuer=row.issuer,
        value=None if secret is None else secret.value,
        shown=row.shown,
        digest=row.digest,
        basis=row.method,
        state=state,
        reason=reason,
        requested_at=row.requested_at,
        checked_at=row.checked_at,
        owed_at=row.tx_created_at,
        sent_at=row.tx_sent_at,
        mined_at=row.tx_mined_at or indexed,
        final_at=None if first is None else first.final_at,
        ended_at=ended,
        expires_at=None if row.expires_at is None else _moment(row.expires_at),
        next_check_at=row.next_check_at,
        renews=ClaimKind(row.kind) in RENEWED,
        renewal=renewal_of(row, history),
        revocation=revocation_of(row, history),
        evidence=evidence,
    )


def state_of(row: Row[Any], history: History | None) -> tuple[State, str | None]:
    """Return where a claim stands, and why where that is not its own way."""
    event = None if history is None else history.newest
    if event is not None and event.status != ClaimStatus.VALID:
        return _ended_on_chain(row, event)
    if row.end is not None and row.end != End.EXPIRED:
        return _ending(row, on_chain=event is not None)
    if history is not None and event is not None:
        if event.expires_at and event.expires_at < int(utc_now().timestamp()):
            return State.EXPIRED, "Its time has passed"
        return (State.FINAL if history.first.final_at is not None else State.MINED), row.problem
    if row.tx_state is None:
        return (State.CHECKED if row.checked_at else State.REQUESTED), row.problem
    return _sending(row)


def _ended_on_chain(row: Row[Any], event: Row[Any]) -> tuple[State, str | None]:
    if event.status == ClaimStatus.DECLINED or row.end == End.DECLINED:
        return State.DECLINED, "Its subject declined it"
    return State.REVOKED, row.reason or reason_text(event.reason)


def _ending(row: Row[Any], *, on_chain: bool) -> tuple[State, str | None]:
    if row.end == End.REFUSED:
        return State.REFUSED, row.reason
    if row.revocation_state in HALTED and row.tries >= MOST_SENDS:
        return State.HALTED, REFUSED_END
    there = on_chain or (row.tx_state is not None and row.tx_state not in HALTED)
    if there and row.revoke_reason is not None:
        return (State.DECLINING if row.end == End.DECLINED else State.REVOKING), row.reason
    return (State.DECLINED if row.end == End.DECLINED else State.WITHDRAWN), row.reason


def _sending(row: Row[Any]) -> tuple[State, str | None]:
    state = TransactionState(row.tx_state)
    if state in PUBLIC_REASONS:
        return (State.HALTED if state in HALTED else State.DELAYED), PUBLIC_REASONS[state]
    if state in (Tx.MINED, Tx.FINAL):
        return State.MINED, None
    return (State.SENT if row.tx_sent_at else State.OWED), None


def expiry_of(kind: str, now: datetime) -> int:
    """Return until when a claim that is checked now is good, in seconds since 1970."""
    return int((now + LIFE[ClaimKind(kind)]).timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
