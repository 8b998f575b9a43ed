"""Tables of what people are told, how far they have read, and what they want to be told."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import UtcDateTime
from webapp.extensions import Base

HEADS = text("is_head")
ACTED = text("actor_id IS NOT NULL")


class Kind(StrEnum):
    """The one list of what a notification can be about."""

    FOLLOW = "follow"
    LIKE = "like"
    COMMENT = "comment"
    MENTION = "mention"
    QUOTE = "quote"
    REPOST = "repost"
    ANCHORED = "anchored"
    MESSAGE = "message"
    VERIFIED = "verified"
    REVOKED = "revoked"
    ASSET_RECEIVED = "asset_received"
    ASSET_SENT = "asset_sent"
    ASSET_MINTED = "asset_minted"


class Whom(StrEnum):
    """Whose doings somebody wants to be told of, for one kind."""

    ALL = "all"
    FOLLOWING = "following"
    OFF = "off"


# Nobody does these: "only people I follow" would mean nothing.
NOBODYS = frozenset(
    {Kind.ANCHORED, Kind.VERIFIED, Kind.REVOKED, Kind.ASSET_SENT, Kind.ASSET_MINTED}
)


class Notification(Base):
    """One thing that one person is told, once.

    ``number`` counts a person's notifications in the order of their commits. ``source`` is what it came
    from and makes it unique: an event, a message. ``post_id`` is the post concerned, ``about_id`` the
    answer or quote itself, ``subject`` the id of anything else; ``count`` how many it speaks of.
    ``topic`` is what others of its kind are put together by: rows with one ``group_number``, of which the
    newest is the head.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("account_id", "kind", "source"),
        Index(
            "ix_notifications_heads",
            "account_id",
            "number",
            sqlite_where=HEADS,
            postgresql_where=HEADS,
        ),
        Index(
            "ix_notifications_topic_heads",
            "account_id",
            "kind",
            "topic",
            sqlite_where=HEADS,
            postgresql_where=HEADS,
        ),
        Index("ix_notifications_topic", "account_id", "kind", "topic", "actor_id"),
        Index("ix_notifications_group", "account_id", "group_number"),
        Index("ix_notifications_created_at", "created_at"),
        # For whoever is deleted: what others were told of them is found by it.
        Index(
            "ix_notifications_actor",
            "actor_id",
            sqlite_where=ACTED,
            postgresql_where=ACTED,
        ),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("posts.id"))
    about_id: Mapped[UUID | None] = mapped_column(ForeignKey("posts.id"))
    subject: Mapped[str | None] = mapped_column(String(80))
    topic: Mapped[str | None] = mapped_column(String(64))
    count: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    group_number: Mapped[int] = mapped_column(BigInteger)
    group_size: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    group_began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_head: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NotificationState(Base):
    """The newest number given to a person and how far they have read; its lock orders their notifications.

    ``revision`` counts changes of the preferences; their ETag.
    """

    __tablename__ = "notification_states"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    newest: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    read_up_to: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    revision: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class NotificationPreference(Base):
    """What somebody wants to be told of one kind; no row means everything."""

    __tablename__ = "notification_preferences"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    whom: Mapped[str] = mapped_column(String(16))
