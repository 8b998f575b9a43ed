"""Writing events."""

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from webapp.columns import utc_now
from webapp.database import connection_of
from webapp.events.models import Event, EventType
from webapp.extensions import table_of

_INSERT = insert(table_of(Event))


def record_event(
    session: Session, kind: EventType, account_id: UUID, subject: str, **data: str | int
) -> None:
    """Append an event to the open write transaction."""
    row = {"type": str(kind), "account_id": account_id, "subject": subject, "data": dict(data)}
    connection_of(session).execute(_INSERT, {**row, "created_at": utc_now()})
