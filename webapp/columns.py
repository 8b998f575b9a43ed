"""Column types that mean the same on SQLite and on PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Index, Integer, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

ADDRESS = String(42)  # lower-case hex with 0x
HASH = LargeBinary(32)
RECORD_ID = LargeBinary(16)
# SQLite numbers rows by itself only for a column of the exact type INTEGER.
ROW_ID = BigInteger().with_variant(Integer, "sqlite")
# None is SQL NULL: an erased message leaves no value at all.
DOCUMENT = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def given_index(name: str, *columns: str) -> Index:
    """Return an index of the rows whose first column is not null."""
    given = text(f"{columns[0]} IS NOT NULL")
    return Index(name, *columns, sqlite_where=given, postgresql_where=given)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite drops the zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Refuse a naive time: it would mean different moments on different machines."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; pass a UTC time.")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment with its zone."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime | None) -> str | None:
    """Return a moment as RFC 3339 text in UTC with microseconds, or None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
