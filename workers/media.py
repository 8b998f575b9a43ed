"""Thumbnails, and files that are given up: from rows, by one worker at a time, a few at a time."""

import time
from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, exists, or_, select, update

from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import locked, writing
from webapp.errors import ProblemError
from webapp.extensions import db, table_of
from webapp.http import nameless_file
from webapp.media.decoding import THUMBNAILS, make_thumbnails
from webapp.media.errors import MediaBusyError
from webapp.media.models import MediaFile, MediaLeftover, MediaState
from webapp.media.service import give_up
from webapp.media.storage import erase, path_of, place
from workers.claims import claimed

JOB = "media"
MOST_ATTEMPTS = 3
ROUND_SECONDS = 10.0
SOME = 100
_M, _L = table_of(MediaFile).c, table_of(MediaLeftover).c
log = structlog.get_logger(__name__)


def work() -> None:
    """Do what waits, for ROUND_SECONDS at most; asks for the claim only if there is something."""
    if not _waits():
        return
    with claimed(JOB) as mine:
        if mine:
            deadline = time.monotonic() + ROUND_SECONDS
            remove_unused()
            erase_leftovers(deadline)
            prepare(deadline)


def _waits() -> bool:
    waiting = exists().where(_M.state == MediaState.PROCESSING)
    due = exists().where(_L.due_at <= utc_now())
    unused = exists().where(_M.uses == 0, _M.touched_at < _oldest())
    found = bool(db.session.scalar(select(or_(waiting, due, unused))))
    db.session.rollback()
    return found


def _oldest() -> object:
    return utc_now() - timedelta(seconds=settings().media_unused_seconds)


def remove_unused() -> int:
    """Remove uploads that nothing showed for long; return how many."""
    with writing() as session:
        old = select(_M.id).where(_M.uses == 0, _M.touched_at < _oldest())
        some = list(session.scalars(old.order_by(_M.touched_at).limit(SOME)))
        # In the order in which everybody locks them.
        session.execute(locked(session, select(_M.id).where(_M.id.in_(some)).order_by(_M.id)))
        gone = give_up(session, _M.id.in_(some), _M.touched_at < _oldest())
        # An avatar is old and unused in posts: it is looked at again a day later.
        kept = update(table_of(MediaFile)).where(_M.id.in_(some)).values(touched_at=utc_now())
        session.execute(kept)
    if gone:
        log.info("media.unused_removed", files=gone)
    return gone


def erase_leftovers(deadline: float) -> int:
    """Erase files that no row owns, then what said so; return how many."""
    due = select(_L.id, _L.digest).where(_L.due_at <= utc_now()).order_by(_L.due_at).limit(SOME)
    rows = db.session.execute(due).all()
    db.session.rollback()
    erased = 0
    for row in rows:
        if time.monotonic() > deadline:
            break
        try:
            erased += _erase_one(row.id, row.digest)
        except OSError as error:  # the row stays, and the next round tries again
            log.exception("media.not_erased", media=str(row.id), kind=type(error).__name__)
    if erased:
        log.info("media.erased", files=erased)
    return erased


def _erase_one(media_id: UUID, digest: bytes) -> bool:
    with writing() as session:
        # First the row, uncommitted: an upload that comes to own the file after all waits, and is refused.
        mine = delete(table_of(MediaLeftover)).where(_L.id == media_id)
        if not session.execute(mine).rowcount:  # type: ignore[attr-defined]
            return False
        erase(digest, media_id)
        return True


def prepare(deadline: float) -> int:
    """Make the thumbnails of files that wait for them, oldest first; return how many were tried."""
    query = select(MediaFile).where(_M.state == MediaState.PROCESSING).order_by(_M.id).limit(SOME)
    files = list(db.session.scalars(query))
    db.session.rollback()
    tried = 0
    for file in files:
        if time.monotonic() > deadline:
            break
        prepare_one(file.id, file.digest, file.mime)
        tried += 1
    return tried


def prepare_one(media_id: UUID, digest: bytes, mime: str) -> None:
    """Make one file's thumbnails; after MOST_ATTEMPTS that failed or died it is given up on."""
    this = update(table_of(MediaFile)).where(_M.id == media_id, _M.state == MediaState.PROCESSING)
    with writing() as session:
        begun = session.execute(
            this.where(_M.attempts < MOST_ATTEMPTS).values(attempts=_M.attempts + 1)
        )
        if not begun.rowcount:  # type: ignore[attr-defined]
            session.execute(this.values(state=MediaState.FAILED))
            log.error("media.failed", media=str(media_id), attempts=MOST_ATTEMPTS)
            return
    try:
        _make(media_id, digest, mime)
    except MediaBusyError:
        with writing() as session:  # nobody's fault
            session.execute(this.values(attempts=_M.attempts - 1))
    except (ProblemError, OSError) as error:
        log.warning("media.thumbnails_failed", media=str(media_id), problem=str(error))
    else:
        with writing() as session:
            done = session.execute(this.values(state=MediaState.READY))
        if not done.rowcount:  # type: ignore[attr-defined]
            erase(digest, media_id)  # it was given up meanwhile


def _make(media_id: UUID, digest: bytes, mime: str) -> None:
    with ExitStack() as files:
        source = files.enter_context(path_of(digest, media_id).open("rb"))
        targets = [files.enter_context(nameless_file()) for _ in THUMBNAILS]
        make_thumbnails(source, mime, targets)
        for name, target in zip(THUMBNAILS, targets, strict=True):
            place(target, path_of(digest, media_id, name))
