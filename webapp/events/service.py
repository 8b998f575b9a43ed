"""Writing events."""

from uuid import UUID

from sqlalchemy.orm import Session

from webapp.columns import utc_now
from webapp.events.models import Event, EventType


def record_event(
    session: Session, kind: EventType, account_id: UUID, subject: str, **data: str | int
) -> None:
    """Append an event to the open write transaction."""
    session.add(
        Event(
            type=kind, account_id=account_id, subject=subject, data=dict(data), created_at=utc_now()
        )
    )
