"""The posts as they stand now; their signed versions are entries of the log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.columns import ADDRESS, DOCUMENT, HASH, UtcDateTime
from webapp.extensions import Base
from webapp.log.models import Entry


class Post(Base):
    """A post's current version; text and media are null once it is deleted."""

    __tablename__ = "posts"
    __table_args__ = (Index("ix_posts_account_time", "account_id", "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    author: Mapped[str] = mapped_column(ADDRESS)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    audience: Mapped[str] = mapped_column(String(10))
    text: Mapped[str | None] = mapped_column(Text)
    media: Mapped[list[dict[str, Any]]] = mapped_column(DOCUMENT)
    reply_to: Mapped[bytes | None] = mapped_column(HASH, index=True)
    quotes: Mapped[bytes | None] = mapped_column(HASH, index=True)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    entry: Mapped[Entry] = relationship(lazy="joined", innerjoin=True)
