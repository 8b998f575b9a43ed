"""Events on which a consumer failed: tried again later and later, parked in the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.orm import Session

from webapp.columns import utc_now
from webapp.events.models import OWED, Event, EventFailure
from webapp.extensions import table_of

MOST_FAILURES = 8
MOST_REASON = 200
# Of what is owed no more than so many are counted: the number is for people.
MOST_COUNTED = 1_000_000
_EVENTS, _FAILURES = table_of(Event).c, table_of(EventFailure).c


@dataclass(frozen=True)
class DeliveryStatus:
    """How many events are owed and since when, how many are tried again, how many were given up."""

    owed: int
    oldest: datetime | None
    failing: int
    parked: int
    reason: str | None


def note_failure(session: Session, event_id: int, consumer: str, error: Exception) -> bool:
    """Store that a consumer failed on an event; return whether it is parked now."""
    reason = f"{type(error).__name__}: {error}".splitlines()[0][:MOST_REASON]
    now = utc_now()
    row = session.get(EventFailure, (event_id, consumer), with_for_update=True)
    if row is None:
        row = EventFailure(event_id=event_id, consumer=consumer, failures=0)
        session.add(row)
    row.failures, row.reason = (row.failures or 0) + 1, reason
    row.next_attempt_at = now + timedelta(seconds=2**row.failures)
    row.parked_at = now if row.failures >= MOST_FAILURES else None
    return row.parked_at is not None


def due_failures(session: Session, limit: int) -> Sequence[tuple[int, str]]:
    """Return event and consumer of what is to be tried again now, by the event's id."""
    due = select(_FAILURES.event_id, _FAILURES.consumer).where(
        _FAILURES.parked_at.is_(None), _FAILURES.next_attempt_at <= utc_now()
    )
    return [tuple(row) for row in session.execute(due.order_by(_FAILURES.event_id).limit(limit))]


def settle_failure(session: Session, event_id: int, consumer: str) -> bool:
    """Strike out that a consumer is owed an event; return whether it still was."""
    mine = (_FAILURES.event_id == event_id, _FAILURES.consumer == consumer)
    gone = delete(EventFailure).where(*mine).returning(_FAILURES.event_id)
    return session.execute(gone).first() is not None


def try_parked_again(session: Session) -> int:
    """Let what was given up be tried again from now on; return how many there are."""
    parked = update(EventFailure).where(_FAILURES.parked_at.is_not(None))
    fresh = {"parked_at": None, "failures": 0, "next_attempt_at": utc_now()}
    return session.execute(parked.values(fresh)).rowcount  # type: ignore[attr-defined,no-any-return]


def delivery_status(connection: Connection) -> DeliveryStatus:
    """Return how delivery stands; its cost grows with what waits only."""
    waiting = select(_EVENTS.id).where(OWED).order_by(_EVENTS.id).limit(MOST_COUNTED).subquery()
    owed = connection.scalar(select(func.count()).select_from(waiting)) or 0
    first = select(_EVENTS.created_at).where(OWED).order_by(_EVENTS.id).limit(1)
    parked = _FAILURES.parked_at.is_not(None)
    failing, given_up = connection.execute(
        select(
            func.count().filter(~parked),
            func.count().filter(parked),
        ).select_from(table_of(EventFailure))
    ).one()
    reasons = select(_FAILURES.consumer, _FAILURES.reason).order_by(
        _FAILURES.parked_at.is_(None), _FAILURES.event_id
    )
    row = connection.execute(reasons.limit(1)).one_or_none()
    reason = None if row is None else f"{row.consumer}: {row.reason}"
    return DeliveryStatus(owed, connection.scalar(first), failing, given_up, reason)
