"""Uploaded files, and those that are still to be erased from the disk."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import HASH, UtcDateTime
from webapp.extensions import Base

WAITING = "state = 'processing'"
UNUSED = "uses = 0"


class MediaState(StrEnum):
    """Whether thumbnails are still to be made, are there (or not needed), or could not be made."""

    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class MediaFile(Base):
    """A file as it is served, which is never the file as it came; one row per owner and content.

    ``digest`` is the SHA-256 of the served bytes, as a Post's media names it. ``uses`` counts the posts that
    have a version with it; unused since ``touched_at``, it is removed after a while.
    """

    __tablename__ = "media"
    __table_args__ = (
        UniqueConstraint("account_id", "digest"),
        Index(
            "ix_media_waiting",
            "id",
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
        Index(
            "ix_media_unused",
            "touched_at",
            sqlite_where=text(UNUSED),
            postgresql_where=text(UNUSED),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    digest: Mapped[bytes] = mapped_column(HASH)
    mime: Mapped[str] = mapped_column(String(50))
    size: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    frames: Mapped[int] = mapped_column(Integer)
    alt: Mapped[str] = mapped_column(String(1_000))
    state: Mapped[str] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    uses: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MediaLeftover(Base):
    """A file on the disk that no row owns: written in the commit that gave it up, or before it was kept.

    A worker erases the file once ``due_at`` has passed, and then the row.
    """

    __tablename__ = "media_leftovers"

    id: Mapped[UUID] = mapped_column(primary_key=True)  # that of the media
    digest: Mapped[bytes] = mapped_column(HASH)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
