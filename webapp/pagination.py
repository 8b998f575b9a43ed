"""Opaque cursors over (time, id), stable under new items."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import request
from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy import Select, or_

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_MICROSECONDS = 253_402_300_799_000_000  # the end of year 9999
CURSOR_BYTES = 24


@dataclass(frozen=True)
class Cursor:
    """A place in a list: the moment and the id of an item."""

    moment: datetime
    id: UUID

    def __str__(self) -> str:
        micros = (self.moment - EPOCH) // timedelta(microseconds=1)
        packed = micros.to_bytes(8, "big") + self.id.bytes
        return base64.urlsafe_b64encode(packed).decode()

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read a cursor that this server gave; raises ValueError for any other text."""
        packed = base64.b64decode(text, altchars=b"-_", validate=True)
        micros = int.from_bytes(packed[:8], "big")
        if len(packed) != CURSOR_BYTES or micros > LATEST_MICROSECONDS:
            raise ValueError("not a cursor")
        return cls(EPOCH + timedelta(microseconds=micros), UUID(bytes=packed[8:]))


class CursorField(fields.String):
    """A cursor in a query string."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return Cursor.parse(str(text))
        except (ValueError, binascii.Error):
            raise ValidationError("This is no cursor of this server.") from None


class PageQuerySchema(Schema):
    """Which part of a list: after ``cursor`` (older), or newer than ``since``."""

    cursor = CursorField()
    since = CursorField()
    limit = fields.Integer(
        load_default=DEFAULT_LIMIT, validate=validate.Range(min=1, max=MAX_LIMIT)
    )


class ForwardPageQuerySchema(Schema):
    """Which part of a list that begins with its oldest item: after ``cursor`` (newer)."""

    cursor = CursorField()
    limit = fields.Integer(
        load_default=DEFAULT_LIMIT, validate=validate.Range(min=1, max=MAX_LIMIT)
    )


def oldest_first(
    column: Any, id_column: Any, query: Select[Any], page: dict[str, Any]
) -> Select[Any]:
    """Restrict an oldest-first query to a page; asks for one item more than the limit."""
    if cursor := page.get("cursor"):
        newer = or_(column > cursor.moment, id_column > cursor.id)
        query = query.where(column >= cursor.moment, newer)
    return query.order_by(column, id_column).limit(page["limit"] + 1)


def newest_first(
    column: Any, id_column: Any, query: Select[Any], page: dict[str, Any]
) -> Select[Any]:
    """Restrict a newest-first query to a page; asks for one item more than the limit.

    The bound on the moment alone is what an index can begin at: a page far down costs what the first does.
    """
    if cursor := page.get("cursor"):
        older = or_(column < cursor.moment, id_column < cursor.id)
        query = query.where(column <= cursor.moment, older)
    if since := page.get("since"):
        newer = or_(column > since.moment, id_column > since.id)
        query = query.where(column >= since.moment, newer)
    return query.order_by(column.desc(), id_column.desc()).limit(page["limit"] + 1)


def link_next(page: dict[str, Any], cursor: object, **more: str) -> dict[str, str]:
    """Return the Link header (RFC 8288) that leads to the next page; ``more`` says how to spell parameters."""
    said = {name: value for name, value in (page | more).items() if name != "cursor"}
    return _link({"cursor": cursor, **said})


def link_following(query: dict[str, Any], first: int) -> dict[str, str]:
    """Return the same of a list that goes by position: ``first`` is where the next page begins."""
    return _link(query | {"first": first})


def _link(parameters: dict[str, Any]) -> dict[str, str]:
    values = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in parameters.items()
    }
    return {"Link": f'<{request.path}?{urlencode(values)}>; rel="next"'}
