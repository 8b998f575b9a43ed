"""Telling authors that posts of theirs became final: one notification per person and batch.

A batch has up to 10,000 entries: its people are found by one query and told in a few statements each
thousand.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, delete, exists, func, literal, select, update
from sqlalchemy.orm import Session

from chain.proofs.records import Kind as RecordKind
from webapp.columns import utc_now
from webapp.database import insert_many, wake_after_commit
from webapp.extensions import table_of
from webapp.log.models import Author, Batch, Entry
from webapp.notifications.conditions import awake, wanted
from webapp.notifications.models import Kind, Notification, NotificationState
from webapp.posts.models import Post
from webapp.upserts import upsert

PEOPLE_AT_ONCE = 1_000
_N, _STATES, _POSTS = table_of(Notification), table_of(NotificationState), table_of(Post).c
_ENTRIES, _BATCHES, _AUTHORS = table_of(Entry), table_of(Batch), table_of(Author)
# A deleted post has no message any more.
_POST = (_ENTRIES.c.kind == int(RecordKind.POST), _ENTRIES.c.message.is_not(None))


def tell_of_batch(session: Session, batch_id: int) -> None:
    """Tell each author of posts in a batch how many of them became final; once per batch, ever."""
    people = untold(session, batch_id)
    now = utc_now()
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        some = people[start : start + PEOPLE_AT_ONCE]
        given = upsert(
            session,
            NotificationState,
            [{"account_id": one.account_id, "newest": 1} for one in some],
            {"newest": _STATES.c.newest + 1},
        ).returning(_STATES.c.account_id, _STATES.c.newest)
        numbers = {row.account_id: row.newest for row in session.execute(given)}
        rows = [row_of(one, numbers[one.account_id], batch_id, now) for one in some]
        insert_many(session, Notification, rows)
        wake_after_commit(session, numbers)


def untold(session: Session, batch_id: int) -> Sequence[Any]:
    """Return who is still to be told of a batch, with the number of their posts, by ascending id.

    That is the order in which everybody locks people's states.
    """
    return session.execute(_people(batch_id, _source(batch_id))).all()


def posts_in_batches(
    session: Session, account_id: UUID, batches: Collection[int]
) -> dict[int, int]:
    """Return how many posts of somebody that were not deleted are in each of some batches; none for zero."""
    # By author: an entry's batch has no index.
    query = (
        select(_ENTRIES.c.batch_id, func.count(func.distinct(_ENTRIES.c.record)))
        .join(_AUTHORS, _AUTHORS.c.address == _ENTRIES.c.author)
        .where(_AUTHORS.c.account_id == account_id, _ENTRIES.c.batch_id.in_(batches), *_POST)
        .group_by(_ENTRIES.c.batch_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def recount_batches(session: Session, post_id: UUID) -> None:
    """Take a deleted post out of what its author was told of batches; where nothing is left, all of it."""
    post = select(_POSTS.author, _POSTS.account_id).where(_POSTS.id == post_id)
    for author, account_id in session.execute(post):
        batches = (
            select(_ENTRIES.c.batch_id)
            .where(_ENTRIES.c.author == author, _ENTRIES.c.record == post_id.bytes)
            .where(_ENTRIES.c.kind == int(RecordKind.POST), _ENTRIES.c.batch_id.is_not(None))
        )
        for batch_id in session.scalars(batches.distinct()).all():
            _recount(session, batch_id, account_id)


def _recount(session: Session, batch_id: int, account_id: UUID) -> None:
    told = and_(
        _N.c.account_id == account_id,
        _N.c.kind == str(Kind.ANCHORED),
        _N.c.source == _source(batch_id),
    )
    left = session.scalar(
        select(func.count(func.distinct(_ENTRIES.c.record)))
        .select_from(_in_batch(batch_id))
        .where(_AUTHORS.c.account_id == account_id, *_POST)
    )
    if left:
        session.execute(update(_N).where(told).values(count=left))
    else:
        session.execute(delete(_N).where(told))


def _in_batch(batch_id: int) -> Any:
    # By position: an entry's batch has no index.
    place = and_(
        _ENTRIES.c.log_id == _BATCHES.c.log_id,
        _ENTRIES.c.position >= _BATCHES.c.first,
        _ENTRIES.c.position < _BATCHES.c.first + _BATCHES.c.count,
        _BATCHES.c.id == batch_id,
    )
    return _BATCHES.join(_ENTRIES, place).join(_AUTHORS, _AUTHORS.c.address == _ENTRIES.c.author)


def _people(batch_id: int, source: str) -> Select[Any]:
    """Return the query of whom to tell, with the number of their posts, by ascending id."""
    authors = (
        select(_AUTHORS.c.account_id, func.count(func.distinct(_ENTRIES.c.record)).label("posts"))
        .select_from(_in_batch(batch_id))
        .where(*_POST)
        .group_by(_AUTHORS.c.account_id)
        .subquery()
    )
    row = (
        select(
            authors,
            literal(str(Kind.ANCHORED)).label("kind"),
            literal(None, Uuid).label("actor_id"),
        )
        .cte("people")
        .c
    )
    told = exists().where(
        _N.c.account_id == row.account_id, _N.c.kind == row.kind, _N.c.source == source
    )
    query = select(row.account_id, row.posts).where(awake(row), wanted(row), ~told)
    return query.order_by(row.account_id)


def _source(batch_id: int) -> str:
    return f"batch:{batch_id}"


def row_of(one: Any, number: int, batch_id: int, now: datetime) -> dict[str, Any]:
    """Return the columns of what somebody of ``untold`` is told."""
    return {
        "account_id": one.account_id,
        "number": number,
        "kind": str(Kind.ANCHORED),
        "source": _source(batch_id),
        "subject": str(batch_id),
        "count": one.posts,
        "group_number": number,
        "group_size": 1,
        "group_began_at": now,
        "is_head": True,
        "created_at": now,
    }
