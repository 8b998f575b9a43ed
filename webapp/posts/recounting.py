"""Counting anew what accounts and posts are said to have, from the rows that are counted.

Some rows at a time: their counts are locked first, so that whoever changes one meanwhile waits, and whoever
came before is counted.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, insert, or_, select, update

from webapp.accounts.models import Account, AccountCounts
from webapp.accounts.relations.models import Follow
from webapp.database import locked, writing
from webapp.extensions import Base, db, table_of
from webapp.posts.models import Like, Post, PostCounts, Repost

TOGETHER = 500
_A, _N, _F = (table_of(model).c for model in (Account, AccountCounts, Follow))
_P, _C, _L, _R = (table_of(model).c for model in (Post, PostCounts, Like, Repost))
_OTHER = table_of(Post).alias("other")


def _number(table: Any, *terms: Any) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(*terms).scalar_subquery()


_OF_ACCOUNTS = {
    "followers": _number(table_of(Follow), _F.followee_id == _N.account_id),
    "following": _number(table_of(Follow), _F.follower_id == _N.account_id),
    "posts": _number(table_of(Post), _P.account_id == _N.account_id, _P.deleted_at.is_(None)),
}
_OF_POSTS = {
    "likes": _number(table_of(Like), _L.post_id == _C.post_id),
    "reposts": _number(table_of(Repost), _R.post_id == _C.post_id),
    "comments": _number(_OTHER, _OTHER.c.parent_id == _C.post_id, _OTHER.c.deleted_at.is_(None)),
    "quotes": _number(_OTHER, _OTHER.c.quoted_id == _C.post_id, _OTHER.c.deleted_at.is_(None)),
}


def recount() -> int:
    """Count everything anew; return how many rows of counts there are."""
    accounts = _walk(Account, lambda ids: _recount(AccountCounts, _N.account_id, ids, _OF_ACCOUNTS))
    posts = _walk(Post, lambda ids: _recount(PostCounts, _C.post_id, ids, _OF_POSTS))
    return accounts + posts


def _walk(model: type[Base], work: Any) -> int:
    """Do work on the ids of all rows, some at a time."""
    key, last, done = table_of(model).c.id, UUID(int=0), 0
    while True:
        ids = db.session.scalars(select(key).where(key > last).order_by(key).limit(TOGETHER)).all()
        db.session.rollback()
        if not ids:
            return done
        done += work(ids)
        last = ids[-1]


def _recount(
    model: type[Base], key: Any, ids: Sequence[UUID], numbers: dict[str, ScalarSelect[int]]
) -> int:
    with writing() as session:
        known = session.scalars(
            locked(session, select(key).where(key.in_(ids)).order_by(key))
        ).all()
        missing = _uncounted(model, set(ids) - set(known))
        if missing:
            session.execute(insert(model), [{key.name: one} for one in missing])
        session.execute(update(model).where(key.in_(ids)).values(numbers))
    return len(known) + len(missing)


def _uncounted(model: type[Base], ids: set[UUID]) -> list[UUID]:
    """Return which of the posts and accounts need a row of counts: every account, and posts with something."""
    if model is AccountCounts or not ids:
        return sorted(ids)
    anything: list[ColumnElement[bool]] = [
        select(table.c[name]).where(table.c[name] == _P.id).exists()
        for table, name in (
            (table_of(Like), "post_id"),
            (table_of(Repost), "post_id"),
            (_OTHER, "parent_id"),
            (_OTHER, "quoted_id"),
        )
    ]
    return sorted(db.session.scalars(select(_P.id).where(_P.id.in_(ids), or_(*anything))))
