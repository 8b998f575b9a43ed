"""What posts give to an export: every version, reactions, and the bundles that prove them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import File, Part, in_order, json_file
from webapp.columns import iso
from webapp.extensions import table_of
from webapp.log.bundles import Bundler
from webapp.log.models import Entry
from webapp.posts.models import Like, Post, Repost
from webapp.posts.reading import MAX_VERSIONS

_P = table_of(Post).c


def _posts(session: Session, account_id: UUID) -> Iterator[File]:
    yield json_file("posts.json", _posts_of(session, account_id))


def _posts_of(session: Session, account_id: UUID) -> Iterator[dict[str, Any]]:
    for row in _rows(session, account_id):
        versions = [
            {
                "content": "0x" + entry.content.hex(),
                "kind": entry.kind,
                "accepted_at": iso(entry.accepted_at),
                "message": entry.message,
            }
            for entry in _versions(session, row)
        ]
        session.rollback()
        yield {
            "id": str(row.id),
            "author": row.author,
            "audience": row.audience,
            "text": row.text,
            "version": row.version,
            "created_at": iso(row.created_at),
            "edited_at": iso(row.edited_at),
            "deleted_at": iso(row.deleted_at),
            "hidden_at": iso(row.hidden_at),
            "versions": versions,
        }


def _bundles(session: Session, account_id: UUID) -> Iterator[File]:
    for row in _rows(session, account_id):
        bundler = Bundler(session)
        versions = _versions(session, row)
        bundler.read_delegations(entry for entry in versions if entry.position is not None)
        files = [
            (f"bundles/{row.id}/{number}.troth.json", [bundler.bundle_bytes(entry)])
            for number, entry in enumerate(versions, start=1)
            if entry.position is not None
        ]
        session.rollback()
        session.expunge_all()
        yield from files


def _rows(session: Session, account_id: UUID) -> Iterator[Row[Any]]:
    query = select(*_P).where(_P.account_id == account_id)
    return in_order(session, query, _P.created_at, _P.id)


def _versions(session: Session, row: Row[Any]) -> list[Entry]:
    """Return a post's entries, its Deletion last; at most its own bound, so that they fit in memory."""
    mine = select(Entry).filter_by(author=row.author, record=row.id.bytes).order_by(Entry.id)
    return list(session.scalars(mine.limit(MAX_VERSIONS + 1)))


def _reactions(session: Session, account_id: UUID) -> Iterator[File]:
    for name, model in (("likes", Like), ("reposts", Repost)):
        table = table_of(model).c
        query = select(table.post_id).where(table.account_id == account_id)
        rows = in_order(session, query, table.created_at, table.post_id)
        items = ({"post": str(row.post_id), "created_at": iso(row.moment_of_row)} for row in rows)
        yield json_file(f"{name}.json", items)


PARTS = (Part("posts", _posts), Part("reactions", _reactions), Part("bundles", _bundles))
