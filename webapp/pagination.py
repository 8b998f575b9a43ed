"""Opaque cursors over (time, id), stable under new items."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
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
Item = TypeVar("Item")
Answer = tuple[dict[str, Any], int, dict[str, str]]


@dataclass(frozen=True, order=True)
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


BEGINNING = Cursor(EPOCH, UUID(int=0))


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
    """Which part of a list that begins with its oldest item: after ``cursor`` or ``since`` (both newer)."""

    cursor = CursorField()
    since = CursorField()
    limit = fields.Integer(
        load_default=DEFAULT_LIMIT, validate=validate.Range(min=1, max=MAX_LIMIT)
    )


class PageSchema(Schema):
    """What every page of a list says beside its items."""

    next = fields.String(
        required=True, allow_none=True, metadata={"description": "The cursor of the next page"}
    )
    newest = fields.String(
        required=True, metadata={"description": "Later as 'since': what is newer than this page"}
    )


def oldest_first(
    column: Any, id_column: Any, query: Select[Any], page: dict[str, Any]
) -> Select[Any]:
    """Restrict an oldest-first query to a page; asks for one item more than the limit."""
    for start in (page.get("cursor"), page.get("since")):
        if start is not None:
            query = _after(column, id_column, query, start)
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
        query = _after(column, id_column, query, since)
    return query.order_by(column.desc(), id_column.desc()).limit(page["limit"] + 1)


def _after(column: Any, id_column: Any, query: Select[Any], start: Cursor) -> Select[Any]:
    newer = or_(column > start.moment, id_column > start.id)
    return query.where(column >= start.moment, newer)


def newest_of(places: Iterable[Cursor], page: dict[str, Any]) -> Cursor:
    """Return the newest place of a page; of an empty one a place that leaves nothing out that is newer."""
    given = [place for place in (page.get("since"), page.get("cursor")) if place is not None]
    return max(places, default=max(given, default=BEGINNING))


def page_answer(
    found: Sequence[Item], page: dict[str, Any], place: Callable[[Item], Cursor], **more: str
) -> Answer:
    """Return body, status and headers for a page, of which one item more than the limit was looked for.

    ``more`` says how to spell parameters in the link to the next page.
    """
    items = found[: page["limit"]]
    following = place(items[-1]) if len(found) > page["limit"] else None
    return answer_of(items, page, following, newest_of(map(place, items), page), **more)


def answer_of(
    items: Sequence[object],
    page: dict[str, Any],
    following: object | None,
    newest: Cursor,
    **more: str,
) -> Answer:
    """Return body, status and headers for the items of a page whose cursors are known."""
    body: dict[str, Any] = {"items": items, "next": None, "newest": str(newest)}
    if following is None:
        return body, 200, {}
    return body | {"next": str(following)}, 200, link_next(page, following, **more)


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
