"""Tables of what people are to each other; a row is there or it is not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import UtcDateTime
from webapp.extensions import Base


class Follow(Base):
    """The follower's feed shows what the followee posts."""

    __tablename__ = "follows"
    __table_args__ = (
        Index("ix_follows_followee_time", "followee_id", "created_at", "follower_id"),
        Index("ix_follows_follower_time", "follower_id", "created_at", "followee_id"),
    )

    follower_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    followee_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Block(Base):
    """Neither sees, follows, answers, mentions or writes to the other; nobody is told."""

    __tablename__ = "account_blocks"
    __table_args__ = (Index("ix_account_blocks_blocked", "blocked_id", "blocker_id"),)

    blocker_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    blocked_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Mute(Base):
    """The muter's feed, search and notifications leave the muted out; the muted notices nothing."""

    __tablename__ = "mutes"

    muter_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    muted_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
