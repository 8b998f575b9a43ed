"""Use-cases of exports: ask for one, see its state, fetch it."""

from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from uuid6 import uuid7

from webapp.accounts.exports.errors import (
    ExportGoneError,
    ExportNotFoundError,
    ExportNotReadyError,
)
from webapp.accounts.exports.models import EXPIRED, FAILED, READY, RUNNING, WAITING, Export
from webapp.accounts.living import keep_living
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, writing
from webapp.extensions import db
from webapp.pagination import newest_first


def request_export(account_id: UUID) -> tuple[Export, bool]:
    """Ask for an export; return it, or the one that is under way, and whether it is new.

    A new one takes the place of those before, whose files go.
    """
    with writing() as session:
        keep_living(session, account_id)
        row = {"account_id": account_id, "state": WAITING, "tries": 0, "created_at": utc_now()}
        made = insert_or_ignore(session, Export, id=uuid7(), **row)
        if made:
            old = (Export.account_id == account_id, Export.state == READY)
            session.execute(update(Export).where(*old).values(state=EXPIRED))
        mine = (Export.account_id == account_id, Export.state.in_([WAITING, RUNNING]))
        return session.scalars(select(Export).where(*mine)).one(), made


def own_exports(account_id: UUID, page: dict[str, Any]) -> list[Export]:
    """Return an account's exports, newest first, one more than the page's limit."""
    mine = select(Export).filter_by(account_id=account_id)
    return list(db.session.scalars(newest_first(Export.created_at, Export.id, mine, page)))


def own_export(account_id: UUID, export_id: UUID) -> Export:
    """Return an export of an account; raises ExportNotFoundError."""
    mine = select(Export).filter_by(id=export_id, account_id=account_id)
    found = db.session.scalars(mine).one_or_none()
    if found is None:
        raise ExportNotFoundError(str(export_id))
    return found


def export_file(account_id: UUID, export_id: UUID) -> Path:
    """Return the path of a finished export.

    Raises ExportNotFoundError, ExportNotReadyError and ExportGoneError.
    """
    found = own_export(account_id, export_id)
    if found.state in (WAITING, RUNNING):
        raise ExportNotReadyError(found.state)
    path = path_of(export_id)
    over = found.expires_at is None or found.expires_at <= utc_now()
    if found.state in (FAILED, EXPIRED) or over or not path.is_file():
        raise ExportGoneError(str(export_id))
    return path


def folder() -> Path:
    """Return the folder of all exports."""
    return settings().data_dir.absolute() / "exports"


def path_of(export_id: UUID) -> Path:
    """Return where an export's file is or will be."""
    return folder() / f"{export_id}.zip"
