"""What an export is made of: each feature gives the parts that it keeps.

A part gives files, each as chunks of bytes, and reads its rows some at a time: a file never stands in
memory. The application lists the parts; a later feature adds its own there.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Row, Select, and_, or_
from sqlalchemy.orm import Session

File = tuple[str, Iterable[bytes]]
ROWS = 200
_EXTENSION = "troth_export_parts"


@dataclass(frozen=True)
class Part:
    """A part of every export: ``files`` gives names and contents for an account."""

    name: str
    files: Callable[[Session, UUID], Iterator[File]]


@dataclass(frozen=True)
class Growing:
    """An item with a list that may be long: what is in ``head``, and ``items``, which come last, as ``name``."""

    head: Mapping[str, Any]
    name: str
    items: Iterable[Any]


def export_parts() -> Sequence[Part]:
    """Return the parts that the application's features gave."""
    parts: Sequence[Part] = current_app.extensions[_EXTENSION]
    return parts


def json_file(name: str, items: Iterable[Any]) -> File:
    """Return a file that is a JSON list of items, one a line."""
    return name, _json_lines(items)


def _json_lines(items: Iterable[Any]) -> Iterator[bytes]:
    separator = b"[\n"
    for item in items:
        yield separator
        yield from _grown(item) if isinstance(item, Growing) else [_json(item)]
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"


def _grown(item: Growing) -> Iterator[bytes]:
    """Write such an item as if it were one object."""
    empty = _json({**item.head, item.name: []})
    separator = empty.removesuffix(b"]}")
    for one in item.items:
        yield separator + _json(one)
        separator = b", "
    yield b"]}" if separator == b", " else empty


def _json(item: Any) -> bytes:
    return json.dumps(item, ensure_ascii=False).encode()


def in_order(
    session: Session, query: Select[Any], moment: Any, key: Any, rows: int = ROWS
) -> Iterator[Row[Any]]:
    """Run a query some rows at a time, the oldest first, with no transaction left open between.

    ``moment`` and ``key`` are columns of it, the time and the id that tell its rows apart.
    """
    marked = query.add_columns(moment.label("moment_of_row"), key.label("key_of_row"))
    page = marked.order_by(moment, key).limit(rows)
    while found := session.execute(page).all():
        session.rollback()
        yield from found
        last = found[-1]
        beyond = or_(
            moment > last.moment_of_row, and_(moment == last.moment_of_row, key > last.key_of_row)
        )
        page = marked.where(beyond).order_by(moment, key).limit(rows)
    session.rollback()
