"""The table of exports."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import UtcDateTime
from webapp.extensions import Base

WAITING, RUNNING, READY, FAILED, EXPIRED = "waiting", "running", "ready", "failed", "expired"
_OPEN = "state IN ('waiting', 'running')"


class Export(Base):
    """A file that somebody asked for; the worker writes it into the data folder."""

    __tablename__ = "exports"
    __table_args__ = (
        Index(
            "uq_exports_open",
            "account_id",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    # How often a worker began it: one that never ends is given up.
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    size: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
