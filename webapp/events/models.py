"""The append-only table of what happened."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import DOCUMENT, ROW_ID, UtcDateTime
from webapp.extensions import Base


class EventType(StrEnum):
    """The one list of event types."""

    ACCOUNT_CREATED = "account.created"
    ROLE_GRANTED = "role.granted"
    DEVICE_ALLOWED = "device.allowed"
    DEVICE_REVOKED = "device.revoked"
    POST_CREATED = "post.created"
    POST_EDITED = "post.edited"
    POST_DELETED = "post.deleted"


class Event(Base):
    """One thing that happened, written in the commit that made it happen.

    Carries ids and public addresses only: no text, no message, no credential.
    """

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    type: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    subject: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(DOCUMENT)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
