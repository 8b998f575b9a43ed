"""Use-cases of uploaded files: keep one, count who uses it, give it up."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from webapp.accounts.living import lock_active
from webapp.accounts.models import Account
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import (
    insert_or_ignore,
    locked,
    ring_after_commit,
    write_alone,
    writing,
)
from webapp.extensions import db, table_of
from webapp.http import nameless_file
from webapp.media.decoding import recode
from webapp.media.errors import (
    MediaBusyError,
    MediaNotFoundError,
    MediaProcessingError,
    MediaQuotaError,
    MediaTooLargeError,
    MediaUnknownError,
    MediaUnusableError,
)
from webapp.media.models import MediaFile, MediaLeftover, MediaState
from webapp.media.sniffing import IMAGES, sniff
from webapp.media.storage import digest_of, path_of, place
from webapp.media.uploads import Upload
from webapp.media.video import blank_video

MEDIA_TASK = "troth.media"
# An upload that has not committed by then has died.
UPLOAD_LIFE = timedelta(hours=1)
_M = table_of(MediaFile).c


@dataclass(frozen=True)
class _Made:
    """A file as it will be served."""

    file: BinaryIO
    digest: bytes
    facts: dict[str, Any]


def keep_upload(account_id: UUID, upload: Upload) -> tuple[MediaFile, bool]:
    """Keep what was uploaded, without its metadata; return its row and whether it is new.

    The same file of the same account again is the same row, unused for as long anew. Raises MediaTypeError,
    MediaTooLargeError, MediaTooManyPixelsError, MediaUnreadableError, MediaQuotaError and MediaBusyError.
    """
    mime = sniff(upload.file)
    here = settings()
    most = here.media_image_bytes if mime in IMAGES else here.media_video_bytes
    if upload.size > most:
        raise MediaTooLargeError(mime, upload.size, most)
    _check_quota(db.session(), account_id, 0)
    db.session.rollback()  # reading is over before the file is read, which takes a while
    with _made(upload, mime) as made:
        same = _touch(account_id, made.digest, upload.alt)
        return (same, False) if same is not None else _keep(account_id, made, upload.alt)


@contextmanager
def _made(upload: Upload, mime: str) -> Iterator[_Made]:
    if mime not in IMAGES:
        video = blank_video(upload.file, mime)
        digest, size = digest_of(upload.file)
        facts = {"width": video.width, "height": video.height, "frames": 0}
        yield _Made(upload.file, digest, facts | {"mime": mime, "size": size})
        return
    with nameless_file() as target:
        facts = recode(upload.file, mime, target)
        digest, size = digest_of(target)
        yield _Made(target, digest, facts | {"mime": mime, "size": size})


def _touch(account_id: UUID, digest: bytes, alt: str) -> MediaFile | None:
    """Return an account's row of this content, as if it were uploaded now."""
    mine = (_M.account_id == account_id, _M.digest == digest)
    values: dict[str, Any] = {"touched_at": utc_now()} | ({"alt": alt} if alt else {})
    if db.session.scalar(select(_M.id).where(*mine)) is None:
        db.session.rollback()
        return None
    with writing() as session:
        session.execute(update(table_of(MediaFile)).where(*mine).values(values))
        found = session.scalars(select(MediaFile).where(*mine)).one_or_none()
        if found is None:  # it was removed a moment ago
            raise MediaBusyError
        return found


def _keep(account_id: UUID, made: _Made, alt: str) -> tuple[MediaFile, bool]:
    media_id, now = uuid7(), utc_now()
    # Whatever happens from here on, a worker knows of the file and erases it if no row came to own it.
    due = {"id": media_id, "digest": made.digest, "due_at": now + UPLOAD_LIFE}
    write_alone(db.session(), insert(table_of(MediaLeftover)).values(due))
    place(made.file, path_of(made.digest, media_id))
    image = made.facts["mime"] in IMAGES
    row = made.facts | {
        "id": media_id,
        "account_id": account_id,
        "digest": made.digest,
        "alt": alt,
        "state": MediaState.PROCESSING if image else MediaState.READY,
        "attempts": 0,
        "uses": 0,
        "created_at": now,
        "touched_at": now,
    }
    with writing() as session:
        # One upload of an account at a time: their sizes must not pass the quota together.
        lock_active(session, account_id)
        _check_quota(session, account_id, made.facts["size"])
        if not insert_or_ignore(session, MediaFile, **row):
            mine = select(MediaFile).filter_by(account_id=account_id, digest=made.digest)
            return session.scalars(
                mine
            ).one(), False  # sent twice at once; this copy stays a leftover
        mine_now = delete(MediaLeftover).where(MediaLeftover.id == media_id)
        if not session.execute(mine_now).rowcount:  # type: ignore[attr-defined]
            raise MediaBusyError  # it took an hour: the file is being erased
        if image:
            ring_after_commit(session, MEDIA_TASK, 0)
        return session.get_one(MediaFile, media_id), True


def _check_quota(session: Session, account_id: UUID, more: int) -> None:
    query = select(func.count(), func.coalesce(func.sum(_M.size), 0))
    files, used = session.execute(query.where(_M.account_id == account_id)).one()
    here = settings()
    if files >= here.media_quota_files:
        raise MediaQuotaError(files, here.media_quota_files, "files")
    if int(used) + more > here.media_quota_bytes:
        raise MediaQuotaError(int(used), here.media_quota_bytes, "bytes")


def own_files(session: Session, account_id: UUID, digests: Collection[bytes]) -> list[MediaFile]:
    """Return an account's files that can be shown, in the order of their digests, locked until the commit.

    Raises MediaUnknownError, MediaProcessingError and MediaUnusableError.
    """
    # By id, as everybody locks them.
    query = select(MediaFile).where(_M.account_id == account_id, _M.digest.in_(digests))
    rows = session.scalars(
        locked(session, query.order_by(_M.id)).execution_options(populate_existing=True)
    )
    found = {row.digest: row for row in rows}
    for digest in digests:
        if digest not in found:
            raise MediaUnknownError("0x" + digest.hex())
        _check_ready(found[digest])
    return [found[digest] for digest in digests]


def find_own(session: Session, account_id: UUID, ids: Collection[UUID]) -> dict[UUID, MediaFile]:
    """Return an account's files by id; raises MediaUnknownError for one that is not there."""
    query = select(MediaFile).where(_M.account_id == account_id, _M.id.in_(ids))
    found = {row.id: row for row in session.scalars(query)}
    for one in ids:
        if one not in found:
            raise MediaUnknownError(str(one))
    return found


def own_file(session: Session, account_id: UUID, media_id: UUID) -> MediaFile:
    """Return an account's file; raises MediaNotFoundError, also for somebody else's."""
    mine = select(MediaFile).where(_M.account_id == account_id, _M.id == media_id)
    file = session.scalars(mine).one_or_none()
    if file is None:
        raise MediaNotFoundError(str(media_id))
    return file


def check_avatar(session: Session, account_id: UUID, media_id: UUID) -> None:
    """Check that somebody may take a file as avatar, and keep it until the commit that does so.

    It is shown to everybody from then on, cropped or not. Needs an open write transaction. Raises
    MediaUnknownError, MediaProcessingError and MediaUnusableError.
    """
    mine = (_M.account_id == account_id, _M.id == media_id)
    # Written, not only locked: who removes unused files looks again at what changed.
    session.execute(update(table_of(MediaFile)).where(*mine).values(touched_at=utc_now()))
    file = session.scalars(select(MediaFile).where(*mine)).one_or_none()
    if file is None:
        raise MediaUnknownError(str(media_id))
    _check_ready(file)
    if file.mime not in IMAGES:
        raise MediaUnusableError(str(media_id), "is no image; an avatar must be one")


def _check_ready(file: MediaFile) -> None:
    if file.state == MediaState.PROCESSING:
        raise MediaProcessingError(str(file.id))
    if file.state != MediaState.READY:
        raise MediaUnusableError(str(file.id), "could not be prepared; upload another file")


def count_uses(session: Session, ids: Collection[UUID], change: int) -> None:
    """Count posts with versions that show files, in the commit that makes or erases them."""
    if ids:
        counted = update(table_of(MediaFile)).where(_M.id.in_(ids))
        session.execute(counted.values(uses=_M.uses + change))


def release(session: Session, ids: Collection[UUID]) -> None:
    """Give up one use of each file, and the file itself where that was the last."""
    if not ids:
        return
    session.execute(locked(session, select(_M.id).where(_M.id.in_(ids)).order_by(_M.id)))
    count_uses(session, ids, -1)
    give_up(session, _M.id.in_(ids))


def give_up(session: Session, *which: ColumnElement[bool]) -> int:
    """Remove unused files, if not shown as avatar; return how many. A worker erases them from the disk."""
    avatar = exists().where(Account.avatar_id == _M.id, Account.id == _M.account_id)
    return _remove(session, _M.uses == 0, ~avatar, *which)


def erase_all(session: Session, account_id: UUID) -> int:
    """Remove every file of an account that is being deleted, once no post of it shows any; return how many."""
    return _remove(session, _M.account_id == account_id)


def _remove(session: Session, *which: ColumnElement[bool]) -> int:
    gone = delete(table_of(MediaFile)).where(*which).returning(_M.id, _M.digest)
    now = utc_now()
    rows = [
        {"id": row.id, "digest": row.digest, "due_at": now} for row in session.execute(gone).all()
    ]
    if rows:
        session.execute(insert(MediaLeftover), rows)
        ring_after_commit(session, MEDIA_TASK, 0)
    return len(rows)


@dataclass(frozen=True)
class ExportedFile:
    """A file of an account, for its export."""

    media: MediaFile
    path: Path


def files_of(session: Session, account_id: UUID) -> list[ExportedFile]:
    """Return all files of an account, oldest first."""
    query = select(MediaFile).where(_M.account_id == account_id).order_by(_M.id)
    return [ExportedFile(row, path_of(row.digest, row.id)) for row in session.scalars(query)]
