"""Reading content: each chunk is checked against the CID before any byte of it is passed on."""

import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

import structlog
from sqlalchemy import update

from webapp.assets.content.cids import CHUNK, Cid, parse_cid
from webapp.assets.content.errors import ContentDamagedError, ContentNotFoundError
from webapp.assets.content.models import Content
from webapp.assets.content.service import StoredContent
from webapp.assets.content.storage import path_of
from webapp.assets.content.tree import root_of, split_digests
from webapp.columns import utc_now
from webapp.database import write_alone
from webapp.extensions import db, table_of

log = structlog.get_logger(__name__)
_C = table_of(Content).c


def check_there(content: StoredContent) -> None:
    """Check that a content's file is in place, without reading it; raises as ``read_range`` does."""
    _open(content, parse_cid(content.cid)).close()


def read_all(content: StoredContent) -> bytes:
    """Return a content's bytes, checked; raises as ``read_range`` does."""
    return b"".join(read_range(content, 0, content.size))


def read_range(content: StoredContent, start: int, stop: int) -> Iterator[bytes]:
    """Return the bytes from ``start`` to before ``stop``; the first chunk is read and checked at once.

    Raises ContentNotFoundError for what was erased a moment ago, and ContentDamagedError before anything is
    passed on that the CID does not name; that may be in the middle.
    """
    pieces = _pieces(content, start, stop)
    first = next(pieces, b"")
    return chain((first,), pieces)


def _pieces(content: StoredContent, start: int, stop: int) -> Iterator[bytes]:
    cid = parse_cid(content.cid)
    digests = _digests(content, cid)
    with _open(content, cid) as file:
        # An empty file has one empty chunk, which is checked as well.
        for number in range(start // CHUNK, max(stop - 1, start) // CHUNK + 1):
            yield _chunk(content, file, number, digests)[
                max(start - number * CHUNK, 0) : stop - number * CHUNK
            ]


def _digests(content: StoredContent, cid: Cid) -> list[bytes]:
    """Return the digests of the chunks once it is sure that they are those which the CID names."""
    digests = split_digests(content.leaves)
    try:
        right = root_of(digests, content.size) == cid
    except ValueError:
        right = False
    if not right:
        raise _damaged(content, "what the database says of its blocks is not what its name says.")
    return digests


def _open(content: StoredContent, cid: Cid) -> BinaryIO:
    try:
        return path_of(cid).open("rb")
    except FileNotFoundError:
        if _given_up(content.cid):
            raise ContentNotFoundError(content.cid) from None
        raise _damaged(content, "its file is missing.") from None


def _given_up(cid: str) -> bool:
    gone = db.session.get(Content, cid) is None
    db.session.rollback()
    return gone


def _chunk(content: StoredContent, file: BinaryIO, number: int, digests: list[bytes]) -> bytes:
    try:
        file.seek(number * CHUNK)
        data = file.read(min(CHUNK, content.size - number * CHUNK))
    except OSError as error:
        raise _damaged(content, f"the disk fails ({type(error).__name__}).") from error
    if hashlib.sha256(data).digest() != digests[number]:
        raise _damaged(content, f"bytes from {number * CHUNK} on are not those it was kept with.")
    return data


def _damaged(content: StoredContent, reason: str) -> ContentDamagedError:
    """Tell the operator, in the log and for `troth doctor`, and return what to raise."""
    log.error("content.damaged", cid=content.cid, problem=reason)
    damaged = update(table_of(Content)).where(_C.cid == content.cid, _C.damaged_at.is_(None))
    write_alone(db.session(), damaged.values(damaged_at=utc_now()))
    return ContentDamagedError(content.cid, reason)
