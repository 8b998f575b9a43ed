"""Tables of private messages. Texts and titles are ciphertexts: see ``encryption``."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, false
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import UtcDateTime
from webapp.extensions import Base

KEY_ID = String(16)
STAMP = LargeBinary(16)


class Kind(StrEnum):
    """What a conversation is."""

    DIRECT = "direct"
    GROUP = "group"


class Accept(StrEnum):
    """From whom somebody accepts messages."""

    EVERYBODY = "everybody"
    FOLLOWING = "following"


class Conversation(Base):
    """What two people, or the members of a group, write to each other.

    ``active_at`` is the time of the newest message and only grows, so the times of a conversation's messages
    are their order. ``stamp`` is drawn anew with every change of its messages: see ``recent``.
    """

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_title_key_id", "title_key_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(6))
    # Both ids of a direct conversation, the lower one first: two people share one.
    pair: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    title: Mapped[bytes | None] = mapped_column(LargeBinary)
    title_key_id: Mapped[str | None] = mapped_column(KEY_ID)
    stamp: Mapped[bytes] = mapped_column(STAMP)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    active_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Member(Base):
    """Somebody in a conversation; who left keeps the row, so that what they wrote has a name.

    They see what was written from ``since`` on, and have read what was written up to ``read_at``.
    """

    __tablename__ = "conversation_members"
    __table_args__ = (Index("ix_conversation_members_account", "account_id", "left_at"),)

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Message(Base):
    """One message; its text is null once it is deleted. ``told``: nobody is owed a notification of it."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_conversation_time", "conversation_id", "created_at", "id"),
        Index("ix_messages_sender", "sender_id", "id"),
        Index("ix_messages_key_id", "key_id", "id"),
        Index(
            "ix_messages_untold",
            "id",
            sqlite_where=sql("NOT told"),
            postgresql_where=sql("NOT told"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"))
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    text: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_id: Mapped[str | None] = mapped_column(KEY_ID)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told: Mapped[bool] = mapped_column(default=False, server_default=false())


class MessagePreference(Base):
    """Whose messages somebody accepts; no row means everybody's."""

    __tablename__ = "message_preferences"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    accept: Mapped[str] = mapped_column(String(10))
