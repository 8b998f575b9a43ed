"""Writing events."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from webapp.columns import utc_now
from webapp.database import connection_of
from webapp.events.models import Event, EventType
from webapp.extensions import table_of

_INSERT = insert(table_of(Event)).inline()


def event_row(kind: EventType, account_id: UUID, subject: str, **data: str | int) -> dict[str, Any]:
    """Return an event's columns, for whoever inserts it together with other rows."""
    row = {"type": str(kind), "account_id": account_id, "subject": subject}
    return {**row, "data": data, "created_at": utc_now()}


def record_event(
    session: Session, kind: EventType, account_id: UUID, subject: str, **data: str | int
) -> None:
    """Append an event to the open write transaction."""
    connection_of(session).execute(_INSERT, event_row(kind, account_id, subject, **data))
