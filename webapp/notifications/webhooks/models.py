"""Tables of webhooks and of what is sent to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import DOCUMENT, UtcDateTime
from webapp.extensions import Base

WAITS = text("next_attempt_at IS NOT NULL")
ACTED = text("actor_id IS NOT NULL")


class Webhook(Base):
    """Where somebody's app wants to be told; ``position`` is the newest notification handed over.

    ``consent_id`` is by what an app made it for its person, null for a person's own: no foreign key, as a consent
    goes with its person. The secret is kept encrypted: it signs. ``tried_at`` is when something was sent last: whoever waits longest
    is next. ``failing_since`` is when the first of an unbroken row of failures
    was; after days of that it is disabled, which ``disabled_reason`` says.
    """

    __tablename__ = "webhooks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    consent_id: Mapped[UUID | None]
    url: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(String(255))
    kinds: Mapped[list[str]] = mapped_column(DOCUMENT)
    secret: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_reason: Mapped[str | None] = mapped_column(String(200))


class WebhookDelivery(Base):
    """One message to one webhook; ``next_attempt_at`` is null once it is delivered or given up.

    ``actor_id`` is whom the body names, so that it can be erased with them.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(
            "ix_webhook_deliveries_next",
            "next_attempt_at",
            sqlite_where=WAITS,
            postgresql_where=WAITS,
        ),
        Index("ix_webhook_deliveries_webhook", "webhook_id", "id"),
        Index(
            "ix_webhook_deliveries_actor",
            "actor_id",
            sqlite_where=ACTED,
            postgresql_where=ACTED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id"))
    kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[UUID | None]
    body: Mapped[dict[str, Any]] = mapped_column(DOCUMENT)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    problem: Mapped[str | None] = mapped_column(String(200))
