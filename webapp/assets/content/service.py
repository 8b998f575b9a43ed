"""Use-cases of content: keep one, count who uses it, give it up.

One file may be kept by many. Whoever changes who keeps it locks its row first, and its file is erased under the
lock of the row that says it may be left over (``ContentLeftover``): so an erasure never takes what somebody
else came to keep a moment before. Order of locks: account, content, leftover, owner.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from webapp.accounts.living import lock_active
from webapp.assets.content.cids import Cid
from webapp.assets.content.errors import ContentBusyError, ContentQuotaError
from webapp.assets.content.models import Content, ContentLeftover, ContentOwner
from webapp.assets.content.pins import unwant, want
from webapp.assets.content.staging import Staged, stage_bytes, stage_file, stage_metadata
from webapp.assets.content.storage import path_of
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, locked, ring_after_commit, writing
from webapp.extensions import table_of
from webapp.upserts import upsert

__all__ = ["Staged", "stage_bytes", "stage_file", "stage_metadata"]  # how content comes here

CONTENT_TASK = "troth.content"
_C, _O, _L = (table_of(model).c for model in (Content, ContentOwner, ContentLeftover))


@dataclass(frozen=True)
class StoredContent:
    """A content that is kept: ``cid`` canonical, ``sha256`` of the whole file, ``leaves`` of its chunks."""

    cid: str
    size: int
    mime: str
    sha256: bytes
    leaves: bytes


def store_bytes(account_id: UUID, data: bytes) -> StoredContent:
    """Keep bytes for an account; not within a write transaction.

    Raises ContentTooLargeError, ContentQuotaError and ContentBusyError.
    """
    return _store(account_id, stage_bytes(data))


def store_file(account_id: UUID, file: BinaryIO) -> StoredContent:
    """Keep an open file for an account; as ``store_bytes``."""
    return _store(account_id, stage_file(file))


def store_metadata(account_id: UUID, document: bytes) -> StoredContent:
    """Keep a token's metadata for an account; raises MetadataTooLargeError too."""
    return _store(account_id, stage_metadata(document))


def _store(account_id: UUID, staged: Staged) -> StoredContent:
    with writing() as session:
        return keep(session, account_id, staged)


def keep(session: Session, account_id: UUID, staged: Staged) -> StoredContent:
    """Let an account keep what was staged, unused as yet; again it is unused anew. Needs an open write transaction.

    Raises ContentQuotaError, ContentBusyError and NoSessionError.
    """
    # One at a time of an account: their sizes must not pass the quota together.
    lock_active(session, account_id)
    content = _take(session, staged)
    now, mine = utc_now(), {"cid": content.cid, "account_id": account_id}
    if insert_or_ignore(session, ContentOwner, **mine, uses=0, created_at=now, touched_at=now):
        _check_quota(session, account_id)
    else:
        session.execute(_owner(account_id, content.cid).values(touched_at=now))
    return content


def _take(session: Session, staged: Staged) -> StoredContent:
    """Return the row of a content, made if need be, once it is sure that its file stays."""
    cid = str(staged.cid)
    facts: dict[str, Any] = {
        "cid": cid,
        "size": staged.size,
        "mime": staged.mime,
        "sha256": staged.sha256,
        "leaves": staged.leaves,
    }
    now = utc_now()
    if insert_or_ignore(session, Content, **facts, created_at=now, damaged_at=None):
        want(session, cid)
    # Its file was written a moment ago, so that it is whole, whatever was found before.
    whole = update(table_of(Content)).where(_C.cid == cid).values(damaged_at=None)
    still_there = session.execute(whole).rowcount  # type: ignore[attr-defined]
    session.execute(delete(ContentLeftover).where(_L.cid == cid))
    # Nobody erases it from here to the commit; somebody may have between its staging and now.
    if not still_there or not path_of(staged.cid).exists():
        raise ContentBusyError(cid)
    return StoredContent(**facts)


def _check_quota(session: Session, account_id: UUID) -> None:
    query = select(func.count(), func.coalesce(func.sum(_C.size), 0)).select_from(ContentOwner)
    query = query.join(Content, _C.cid == _O.cid).where(_O.account_id == account_id)
    files, used = session.execute(query).one()
    here = settings()
    if files > here.content_quota_files:
        raise ContentQuotaError(files - 1, here.content_quota_files, "files")
    if int(used) > here.content_quota_bytes:
        raise ContentQuotaError(int(used), here.content_quota_bytes, "bytes")


def hold(session: Session, account_id: UUID, cid: Cid | str) -> None:
    """Count one use more of a content that the account keeps: used, it stays. Needs an open write transaction.

    Raises ContentBusyError where the account does not keep it.
    """
    values = {"uses": _O.uses + 1, "touched_at": utc_now()}
    held = session.execute(_owner(account_id, str(cid)).values(values))
    if not held.rowcount:  # type: ignore[attr-defined]
        raise ContentBusyError(str(cid))


def release(session: Session, account_id: UUID, cid: Cid | str) -> None:
    """Count one use less; unused, it stays for a while. What the account does not keep changes nothing."""
    values = {"uses": _O.uses - 1, "touched_at": utc_now()}
    session.execute(_owner(account_id, str(cid)).where(_O.uses > 0).values(values))


def _owner(account_id: UUID, cid: str) -> Any:
    return update(table_of(ContentOwner)).where(_O.cid == cid, _O.account_id == account_id)


def give_up(session: Session, cids: Collection[str], *which: ColumnElement[bool]) -> int:
    """Let owners of some contents, those that the condition names, give them up; return how many gave one up.

    What nobody keeps any more is gone with the commit; a worker erases it from the disk and unpins it.
    """
    if not cids:
        return 0
    order = select(_C.cid).where(_C.cid.in_(cids)).order_by(_C.cid)
    session.execute(locked(session, order)).all()
    gone = session.execute(delete(ContentOwner).where(_O.cid.in_(cids), *which))
    kept = exists().where(_O.cid == _C.cid)
    alone = session.scalars(select(_C.cid).where(_C.cid.in_(cids), ~kept).order_by(_C.cid)).all()
    _forget(session, alone)
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _forget(session: Session, cids: Collection[str]) -> None:
    if not cids:
        return
    session.execute(delete(Content).where(_C.cid.in_(cids)))
    now = utc_now()
    rows = [{"cid": cid, "due_at": now} for cid in cids]
    session.execute(upsert(session, ContentLeftover, rows, {"due_at": now}))
    unwant(session, cids)
    ring_after_commit(session, CONTENT_TASK, 0)


def erase_all(session: Session, account_id: UUID) -> int:
    """Let an account that is being deleted give up all that it keeps, minted or not; return how much."""
    mine = list(session.scalars(select(_O.cid).where(_O.account_id == account_id)))
    return give_up(session, mine, _O.account_id == account_id)
