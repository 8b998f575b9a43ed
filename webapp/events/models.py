"""The append-only table of what happened."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import DOCUMENT, ROW_ID, UtcDateTime
from webapp.extensions import Base

# Exactly the condition of the partial index: only so is it used.
OWED = text("NOT delivered")


class EventType(StrEnum):
    """The one list of event types."""

    ACCOUNT_CREATED = "account.created"
    ROLE_GRANTED = "role.granted"
    DEVICE_ALLOWED = "device.allowed"
    DEVICE_REVOKED = "device.revoked"
    POST_CREATED = "post.created"
    POST_EDITED = "post.edited"
    POST_DELETED = "post.deleted"
    POST_LIKED = "post.liked"
    POST_UNLIKED = "post.unliked"
    POST_REPOSTED = "post.reposted"
    POST_UNREPOSTED = "post.unreposted"
    POST_HIDDEN = "post.hidden"
    POST_SHOWN = "post.shown"
    FOLLOWED = "account.followed"
    UNFOLLOWED = "account.unfollowed"
    BLOCKED = "account.blocked"
    UNBLOCKED = "account.unblocked"
    MUTED = "account.muted"
    UNMUTED = "account.unmuted"
    PROFILE_CHANGED = "account.profile_changed"
    WALLET_LINKED = "account.wallet_linked"
    WALLET_UNLINKED = "account.wallet_unlinked"
    ACCOUNT_SUSPENDED = "account.suspended"
    ACCOUNT_RESTORED = "account.restored"
    ACCOUNT_DELETED = "account.deleted"
    APP_REGISTERED = "app.registered"
    APP_DELETED = "app.deleted"
    APP_ALLOWED = "app.allowed"
    APP_REVOKED = "app.revoked"
    BATCH_FINAL = "batch.final"
    STAMP_CREATED = "stamp.created"
    STAMP_DELETED = "stamp.deleted"
    # What was so when an instance was upgraded whose events did not say all of it yet; told to nobody.
    ACCOUNT_KNOWN = "baseline.account"
    FOLLOW_KNOWN = "baseline.follow"
    POST_KNOWN = "baseline.post"
    LIKE_KNOWN = "baseline.like"
    REPOST_KNOWN = "baseline.repost"
    SUSPENSION_KNOWN = "baseline.suspended"
    HIDDEN_KNOWN = "baseline.hidden"
    ASSET_MINTED = "asset.minted"
    ASSET_MOVED = "asset.moved"
    ASSET_HIDDEN = "asset.hidden"
    ASSET_SHOWN = "asset.shown"
    CLAIM_REQUESTED = "claim.requested"
    CLAIM_CHECKED = "claim.checked"
    CLAIM_ENDED = "claim.ended"
    CLAIM_ISSUED = "claim.issued"
    CLAIM_REVOKED = "claim.revoked"
    CLAIM_DECLINED = "claim.declined"


class Event(Base):
    """One thing that happened, written in the commit that made it happen.

    Carries ids and public addresses only: no text, no message, no credential. Nothing of it ever changes
    but ``delivered``: until that is true, feeds, notifications and webhooks are owed what it says. What
    nobody did, such as a batch that becomes final, has no account.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index(
            "ix_events_owed",
            "id",
            sqlite_where=OWED,
            postgresql_where=OWED,
        ),
        Index("ix_events_account", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    type: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    subject: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(DOCUMENT)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered: Mapped[bool] = mapped_column(server_default=false())


class EventFailure(Base):
    """What one consumer is still owed of a delivered event, since it failed on it; parked: given up."""

    __tablename__ = "event_failures"
    __table_args__ = (Index("ix_event_failures_next", "parked_at", "next_attempt_at"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    consumer: Mapped[str] = mapped_column(String(40), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(200))
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime)
    parked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
