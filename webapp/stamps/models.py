"""The stamps as they stand now; their records are entries of the log."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.columns import ADDRESS, HASH, UtcDateTime
from webapp.extensions import Base
from webapp.log.models import Entry


class Stamp(Base):
    """A stamp; ``about`` and ``digest`` (SHA-256) are null once it is deleted."""

    __tablename__ = "stamps"
    __table_args__ = (
        Index("ix_stamps_account_time", "account_id", "created_at", "id"),
        Index("ix_stamps_account_digest", "account_id", "digest"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    author: Mapped[str] = mapped_column(ADDRESS)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    about: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[bytes | None] = mapped_column(HASH)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    entry: Mapped[Entry] = relationship(lazy="joined", innerjoin=True)
