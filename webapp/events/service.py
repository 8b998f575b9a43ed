"""Writing events, and what is owed of them to those who follow what happens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from webapp.columns import utc_now
from webapp.database import connection_of, ring_after_commit
from webapp.events.models import OWED, Event, EventType
from webapp.extensions import table_of

DELIVER_TASK = "troth.deliver"
_EVENTS = table_of(Event)
_INSERT = insert(_EVENTS).inline()
_SHOWN = tuple(column for column in _EVENTS.c if column.name != "delivered")


@dataclass(frozen=True)
class OwedEvent:
    """An event as consumers see it; ``subject`` and ``data`` as its writer gave them."""

    id: int
    type: str
    account_id: UUID | None
    subject: str
    data: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class Consumer:
    """Somebody who is owed every event, by a name that stays.

    ``apply`` writes what the events mean in the open transaction; it may meet an event again, and, since
    commits overtake each other, one of a lower id after one of a higher. ``after`` is called once that is
    committed, for what is no part of the database; it may be missed, and must not fail.
    """

    name: str
    apply: Callable[[Session, Sequence[OwedEvent]], None]
    after: Callable[[Sequence[OwedEvent]], None] = lambda _: None


def event_row(
    kind: EventType,
    account_id: UUID | None,
    subject: str,
    *,
    at: datetime | None = None,
    **data: str | int,
) -> dict[str, Any]:
    """Return an event's columns, for whoever inserts it together with other rows.

    ``at`` is the moment that the row says for whom it is written, where that has one: both must agree, or
    nobody could make the one anew from the other. Whoever calls this also calls ``ring_delivery``.
    """
    row = {"type": str(kind), "account_id": account_id, "subject": subject}
    return {**row, "data": data, "created_at": at or utc_now()}


def record_event(
    session: Session,
    kind: EventType,
    account_id: UUID | None,
    subject: str,
    *,
    at: datetime | None = None,
    **data: str | int,
) -> None:
    """Append an event to the open write transaction, and ring its delivery after the commit.

    After the row that it speaks of was written: so of two events about one row the later has the higher id.
    """
    connection_of(session).execute(_INSERT, event_row(kind, account_id, subject, at=at, **data))
    ring_delivery(session)


def ring_delivery(session: Session) -> None:
    """Ask for events to be delivered once the open transaction has committed."""
    ring_after_commit(session, DELIVER_TASK, 0)


def owed_events(session: Session, limit: int) -> list[OwedEvent]:
    """Return the first events, by id, that are not delivered."""
    query = select(*_SHOWN).where(OWED).order_by(_EVENTS.c.id).limit(limit)
    return [owed_event(row) for row in session.execute(query)]


def owed_event(row: Row[Any]) -> OwedEvent:
    """Return an event of its row."""
    return OwedEvent(row.id, row.type, row.account_id, row.subject, row.data, row.created_at)


def delivered_events(
    session: Session, types: Sequence[EventType], after: int, since: datetime, limit: int
) -> list[OwedEvent]:
    """Return the first events of some types, by id, above an id and not before a moment, that are delivered."""
    query = select(*_SHOWN).where(
        _EVENTS.c.id > after,
        _EVENTS.c.delivered,
        _EVENTS.c.created_at >= since,
        _EVENTS.c.type.in_([str(one) for one in types]),
    )
    return [owed_event(row) for row in session.execute(query.order_by(_EVENTS.c.id).limit(limit))]


def events_by_id(session: Session, ids: Sequence[int]) -> dict[int, OwedEvent]:
    """Return events, delivered or not."""
    rows = session.execute(select(*_SHOWN).where(_EVENTS.c.id.in_(ids)))
    return {row.id: owed_event(row) for row in rows}


def mark_delivered(session: Session, ids: Sequence[int]) -> set[int]:
    """Mark events as delivered and return those that were not yet.

    First of all in a transaction: who comes second waits here, and finds nothing left to do.
    """
    marked = update(_EVENTS).where(_EVENTS.c.id.in_(ids), OWED).values(delivered=True)
    return set(session.scalars(marked.returning(_EVENTS.c.id)))
