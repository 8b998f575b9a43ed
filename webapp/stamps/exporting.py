"""What stamps give to an export: each stamp, and the bundles that prove it."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import File, Part, in_order, json_file
from webapp.columns import iso
from webapp.extensions import table_of
from webapp.log.bundles import Bundler
from webapp.log.models import Entry
from webapp.stamps.models import Stamp

_S = table_of(Stamp).c


def _stamps(session: Session, account_id: UUID) -> Iterator[File]:
    query = select(*_S).where(_S.account_id == account_id)
    items = (
        {
            "id": str(row.id),
            "author": row.author,
            "about": row.about,
            "digest": None if row.digest is None else "0x" + row.digest.hex(),
            "created_at": iso(row.created_at),
            "deleted_at": iso(row.deleted_at),
        }
        for row in in_order(session, query, _S.created_at, _S.id)
    )
    yield json_file("stamps.json", items)


def _bundles(session: Session, account_id: UUID) -> Iterator[File]:
    query = select(_S.author).where(_S.account_id == account_id)
    for row in in_order(session, query, _S.created_at, _S.id):
        # One, and a second that deletes it.
        mine = select(Entry).filter_by(author=row.author, record=row.key_of_row.bytes)
        bundler = Bundler(session)
        files = [
            (f"bundles/stamps/{row.key_of_row}/{number}.troth.json", [bundler.bundle_bytes(entry)])
            for number, entry in enumerate(session.scalars(mine.order_by(Entry.id)), start=1)
            if entry.position is not None
        ]
        session.rollback()
        session.expunge_all()
        yield from files


PARTS = (Part("stamps", _stamps), Part("stamp bundles", _bundles))
