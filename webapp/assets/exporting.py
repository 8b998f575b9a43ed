"""What assets give to an export: one's mints with their metadata, and the tokens that one's wallets hold."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import ROWS, File, Part, json_file
from webapp.assets import minting, reading
from webapp.assets.schemas import AssetSchema, MintSchema
from webapp.extensions import table_of
from webapp.log.models import Log
from webapp.pagination import Cursor


def _mints(session: Session, account_id: UUID) -> Iterator[File]:
    yield json_file("mints.json", _all_mints(session, account_id))


def _all_mints(session: Session, account_id: UUID) -> Iterator[dict[str, Any]]:
    page: dict[str, Any] = {"limit": ROWS}
    schema = MintSchema(exclude=["permission"])
    while True:
        found = minting.mints_of(session, account_id, page)
        session.rollback()
        yield from (schema.dump(one) for one in found[:ROWS])
        if len(found) <= ROWS:
            return
        last = found[ROWS - 1]
        page["cursor"] = Cursor(last.created_at, last.id)


def _assets(session: Session, account_id: UUID) -> Iterator[File]:
    yield json_file("assets.json", _all_assets(session, account_id))


def _all_assets(session: Session, account_id: UUID) -> Iterator[dict[str, Any]]:
    if session.scalar(select(table_of(Log).c.id).limit(1)) is None:
        return
    page: dict[str, Any] = {"limit": ROWS}
    schema = AssetSchema()
    while True:
        found = reading.gallery(session, account_id, account_id, page)
        session.rollback()
        yield from (schema.dump(one) for one in found[:ROWS])
        if len(found) <= ROWS:
            return
        page["cursor"] = found[ROWS - 1].place


PARTS = (Part("mints", _mints), Part("assets", _assets))
