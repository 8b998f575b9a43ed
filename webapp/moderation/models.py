"""Tables of moderation: reports, actions, appeals, and the audit trail's rows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import HASH, UtcDateTime
from webapp.extensions import Base

OPEN = "closed_at IS NULL"
UNDECIDED = "decided_at IS NULL"
TIMED = "over_at IS NULL AND until IS NOT NULL"


class Report(Base):
    """Somebody says that something breaks the rules; open until a moderator acts on its subject."""

    __tablename__ = "reports"
    __table_args__ = (
        Index(
            "uq_reports_open",
            "reporter_id",
            "subject_type",
            "subject_id",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index("ix_reports_subject", "subject_type", "subject_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reporter_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    subject_type: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[UUID]
    # Whom it is about: the account itself, or who made what is reported.
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    action_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderation_actions.id"))


class Action(Base):
    """What was done, by whom, and why; the moderator is null for what time did.

    ``reason`` and ``reason_salt`` can be erased: the trail keeps a hash of both.
    """

    __tablename__ = "moderation_actions"
    __table_args__ = (
        Index("ix_moderation_actions_account", "account_id", "created_at", "id"),
        Index("ix_moderation_actions_subject", "subject_type", "subject_id"),
        Index(
            "ix_moderation_actions_timed",
            "until",
            sqlite_where=text(TIMED),
            postgresql_where=text(TIMED),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(String(20))
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    role: Mapped[str] = mapped_column(String(16))
    subject_type: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[UUID]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    reason_salt: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When a hiding or a suspension ended; what holds still has none.
    over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Appeal(Base):
    """Somebody says that what was done to them was wrong; open until somebody else decides."""

    __tablename__ = "appeals"
    __table_args__ = (
        Index(
            "uq_appeals_open",
            "action_id",
            unique=True,
            sqlite_where=text(UNDECIDED),
            postgresql_where=text(UNDECIDED),
        ),
        Index("ix_appeals_action", "action_id", "created_at"),
        Index("ix_appeals_time", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    action_id: Mapped[UUID] = mapped_column(ForeignKey("moderation_actions.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    granted: Mapped[bool | None]
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderation_actions.id"))


class AuditRow(Base):
    """One row of the trail: hash = keccak256(previous ‖ document); nothing of it ever changes."""

    __tablename__ = "moderation_audit"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    action_id: Mapped[UUID] = mapped_column(ForeignKey("moderation_actions.id"), unique=True)
    document: Mapped[str] = mapped_column(Text)
    previous: Mapped[bytes] = mapped_column(HASH)
    hash: Mapped[bytes] = mapped_column(HASH)


class AuditHead(Base):
    """Where the trail ends: one row, and the lock under which it grows."""

    __tablename__ = "moderation_audit_head"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(HASH)
