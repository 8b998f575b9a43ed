"""Content that is kept, who keeps it, what is to be erased, and what the IPFS node is to pin."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import HASH, UtcDateTime
from webapp.extensions import Base

CID = String(64)  # canonical, in base32
UNUSED = "uses = 0"
DUE = "next_attempt_at IS NOT NULL"
DAMAGED = "damaged_at IS NOT NULL"
MOST_PROBLEM = 500


class PinState(StrEnum):
    """Whether the node is still to do what is wanted, has pinned it, or failed and is asked again."""

    WAITING = "waiting"
    PINNED = "pinned"
    FAILED = "failed"


class Content(Base):
    """A file by its CID; there is one, however many people keep it.

    ``sha256`` is that of the whole file, ``leaves`` are those of its chunks of 262,144 bytes, one after the other.
    ``damaged_at`` says when the disk gave other bytes than these.
    """

    __tablename__ = "contents"
    __table_args__ = (
        Index(
            "ix_contents_damaged",
            "cid",
            sqlite_where=text(DAMAGED),
            postgresql_where=text(DAMAGED),
        ),
    )

    cid: Mapped[str] = mapped_column(CID, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mime: Mapped[str] = mapped_column(String(50))
    sha256: Mapped[bytes] = mapped_column(HASH)
    leaves: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    damaged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContentOwner(Base):
    """An account that keeps a content; ``uses`` counts its assets of it. Unused since ``touched_at``, it goes."""

    __tablename__ = "content_owners"
    __table_args__ = (
        Index("ix_content_owners_account", "account_id", "created_at", "cid"),
        Index(
            "ix_content_owners_unused",
            "touched_at",
            sqlite_where=text(UNUSED),
            postgresql_where=text(UNUSED),
        ),
    )

    cid: Mapped[str] = mapped_column(ForeignKey("contents.cid"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    uses: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ContentLeftover(Base):
    """A file on the disk that perhaps nobody keeps: written before it is put there, and when it is given up.

    A worker erases it once ``due_at`` has passed, unless a content of that CID is kept by then.
    """

    __tablename__ = "content_leftovers"

    cid: Mapped[str] = mapped_column(CID, primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ContentPin(Base):
    """What the IPFS node is to have: pinned, or no more where ``wanted`` is false; gone once that is done.

    ``next_attempt_at`` is null when there is nothing to do.
    """

    __tablename__ = "content_pins"
    __table_args__ = (
        Index(
            "ix_content_pins_due",
            "next_attempt_at",
            sqlite_where=text(DUE),
            postgresql_where=text(DUE),
        ),
    )

    cid: Mapped[str] = mapped_column(CID, primary_key=True)
    wanted: Mapped[bool]
    state: Mapped[str] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str | None] = mapped_column(String(MOST_PROBLEM))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
