"""Writing exports, for the worker: one at a time, to a file, some rows at a time."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

import structlog
from sqlalchemy import delete, exists, or_, select, update

from webapp.accounts.exports.models import EXPIRED, FAILED, READY, RUNNING, WAITING, Export
from webapp.accounts.exports.parts import export_parts
from webapp.accounts.exports.service import folder, path_of
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.claims import claimed, new_holder, renew

JOB = "exports"
LIFE = timedelta(days=1)
ROW_KEPT = timedelta(days=7)
MOST_TRIES = 3
log = structlog.get_logger(__name__)


def sweep_exports() -> None:
    """Write what was asked for, delete what has expired; cheap when there is nothing to do."""
    _remove_strays()
    expired = (Export.state == READY) & (Export.expires_at <= utc_now())
    old = Export.created_at <= utc_now() - ROW_KEPT
    due = or_(Export.state.in_([WAITING, RUNNING]), expired, old)
    something = db.session.scalar(select(exists().where(due)))
    db.session.rollback()
    if not something:
        return
    holder = new_holder()
    with claimed(JOB, holder=holder) as mine:
        if not mine:
            return
        with writing() as session:
            session.execute(update(Export).where(expired).values(state=EXPIRED))
            session.execute(delete(Export).where(old, Export.state.in_([EXPIRED, FAILED])))
            # Nobody writes while we hold the claim: what runs belongs to a worker that died.
            died = Export.state == RUNNING
            hopeless = (died, Export.tries >= MOST_TRIES)
            session.execute(update(Export).where(*hopeless).values(state=FAILED))
            session.execute(update(Export).where(died).values(state=WAITING))
        while (export := _begin()) is not None:
            _write(*export, _keeper(holder))
    _remove_strays()


def _begin() -> tuple[UUID, UUID] | None:
    with writing() as session:
        waiting = select(Export).filter_by(state=WAITING).order_by(Export.created_at, Export.id)
        export = session.scalars(waiting.limit(1)).one_or_none()
        if export is None:
            return None
        export.state, export.tries = RUNNING, export.tries + 1
        return export.id, export.account_id


def _write(export_id: UUID, account_id: UUID, keep: Callable[[], None]) -> None:
    path = path_of(export_id)
    part = path.with_suffix(".part")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _make_private(part)
        with ZipFile(part, "w", ZIP_DEFLATED) as archive:
            for name, chunks in _files(account_id):
                with archive.open(name, "w", force_zip64=True) as file:
                    for chunk in _watched(chunks, keep):
                        file.write(chunk)
        part.replace(path)
    except LostClaimError:  # row and file are somebody else's now
        log.warning("export.claim_lost", export=str(export_id))
        return
    except Exception:
        log.exception("export.failed", export=str(export_id))
        part.unlink(missing_ok=True)
        _end(export_id, FAILED)
        return
    if not _end(export_id, READY, path.stat().st_size):
        path.unlink(missing_ok=True)  # the account was deleted meanwhile


def _files(account_id: UUID) -> Iterator[tuple[str, Iterable[bytes]]]:
    for part in export_parts():
        yield from part.files(db.session(), account_id)


def _make_private(path: Path) -> None:
    """Make a file that only we can read, before anything is written to it."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _watched(chunks: Iterable[bytes], keep: Callable[[], None]) -> Iterator[bytes]:
    for chunk in chunks:
        keep()
        yield chunk


def _keeper(holder: str) -> Callable[[], None]:
    """Return a function that renews our claim when a third of its lease is over."""
    lease = settings().claim_seconds
    last = time.monotonic()

    def keep() -> None:
        nonlocal last
        if time.monotonic() - last > lease / 3:
            last = time.monotonic()
            if not renew(JOB, holder, lease):
                raise LostClaimError

    return keep


class LostClaimError(Exception):
    """Another worker writes exports now."""


def _end(export_id: UUID, state: str, size: int | None = None) -> bool:
    now = utc_now()
    terms = {"state": state, "size": size, "ready_at": now, "expires_at": now + LIFE}
    with writing() as session:
        mine = (Export.id == export_id, Export.state == RUNNING)
        ended = session.execute(update(Export).where(*mine).values(terms))
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def _remove_strays() -> None:
    """Delete files that no living export has: expired ones, and those of deleted accounts."""
    if not folder().is_dir():
        return
    files = [path for path in folder().iterdir() if path.suffix in (".zip", ".part")]
    if not files:
        return
    living = select(Export.id).where(
        or_(Export.state == RUNNING, (Export.state == READY) & (Export.expires_at > utc_now()))
    )
    kept = {str(found) for found in db.session.scalars(living)}
    db.session.rollback()
    for path in files:
        if path.stem not in kept:
            path.unlink(missing_ok=True)
