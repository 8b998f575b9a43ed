"""What may belong into a feed, newest first: from the kept feed, and from people's own posts and reposts.

The one module that differs by database: PostgreSQL looks up each person's newest with LATERAL, SQLite with
a correlated IN; both walk an index and stop at the limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Insert,
    Select,
    Subquery,
    Table,
    and_,
    bindparam,
    select,
    true,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.accounts.relations.models import Follow
from webapp.columns import UtcDateTime
from webapp.database import connection_of
from webapp.extensions import table_of
from webapp.feed.models import Feed, FeedItem, MergedAccount
from webapp.pagination import EPOCH, Cursor
from webapp.posts.models import Post, Repost
from webapp.posts.views import VIEWER

_I, _F, _M = table_of(FeedItem), table_of(Follow), table_of(MergedAccount)
_FEEDS, _P, _R = table_of(Feed), table_of(Post), table_of(Repost)
LATEST = Cursor(datetime.max.replace(tzinfo=EPOCH.tzinfo), UUID(int=2**128 - 1))
EARLIEST = Cursor(EPOCH, UUID(int=0))
_MOMENT = UtcDateTime()


@dataclass(frozen=True, order=True)
class Candidate:
    """A post at the moment its author made it, or an actor passed it on."""

    created_at: datetime
    post_id: UUID
    actor_id: UUID

    @property
    def place(self) -> Cursor:
        """Where it stands in a feed."""
        return Cursor(self.created_at, self.post_id)


@dataclass(frozen=True)
class Window:
    """Of a newest-first list: what is older than ``before`` and newer than ``after``, at most ``limit``."""

    before: Cursor | None = None
    after: Cursor | None = None
    limit: int = 20

    def holds(self, one: Candidate) -> bool:
        """Tell whether a candidate is within the bounds."""
        place = (one.created_at, one.post_id)
        before, after = self.before or LATEST, self.after or EARLIEST
        return (after.moment, after.id) < place < (before.moment, before.id)

    def reaches(self, one: Candidate) -> bool:
        """Tell whether what is asked for may go on below a candidate."""
        after = self.after or EARLIEST
        return (one.created_at, one.post_id) > (after.moment, after.id)

    def values(self) -> Mapping[str, Any]:
        """Return the window as parameters of a query."""
        before, after = self.before or LATEST, self.after or EARLIEST
        return {
            "before": before.moment,
            "before_id": before.id,
            "after": after.moment,
            "after_id": after.id,
            "most": self.limit,
        }


@dataclass(frozen=True)
class KeptFeed:
    """A feed's row, and the candidates in a window of it, newest first."""

    read_at: datetime
    from_at: datetime | None
    found: list[Candidate]


def kept(session: Session, viewer: UUID, window: Window) -> KeptFeed | None:
    """Return a part of a kept feed; what the reader and very popular people did is read beside it."""
    query = _kept(connection_of(session).dialect.name)
    rows = session.execute(query, {"viewer": viewer, **window.values()}).all()
    if not rows:
        return None
    found = [Candidate(*row[2:]) for row in rows if row.post_id is not None]
    return KeptFeed(rows[0].read_at, rows[0].from_at, found)


def looked_up(session: Session, viewer: UUID, window: Window) -> list[Candidate]:
    """Return a part of a feed from the posts and reposts of everybody whom the viewer follows."""
    query = _looked_up(connection_of(session).dialect.name)
    rows = session.execute(query, {"viewer": viewer, **window.values()})
    return [Candidate(*row) for row in rows]


def of_person(session: Session, person: UUID, window: Window) -> list[Candidate]:
    """Return what one person posted and passed on."""
    query = _of_person(connection_of(session).dialect.name)
    rows = session.execute(query, {"person": person, **window.values()})
    return [Candidate(*row) for row in rows]


def merged_by(session: Session, viewer: UUID) -> list[UUID]:
    """Return the people whom the viewer follows and whose posts are looked up at every read."""
    query = select(_M.c.account_id).join(_F, _F.c.followee_id == _M.c.account_id)
    return sorted(session.scalars(query.where(_F.c.follower_id == viewer)))


def insert_items(session: Session, chosen: Select[Any] | None = None) -> Insert:
    """Return an INSERT of feed items, by rows or from a query, that leaves alone what is there."""
    names = [column.name for column in _I.c]
    postgres = connection_of(session).dialect.name == "postgresql"
    made: Any = (postgresql.insert if postgres else sqlite.insert)(_I)
    if chosen is not None:
        made = made.from_select(names, chosen)
    inserted: Insert = made.on_conflict_do_nothing()
    return inserted


def _within(moment: Any, post_id: Any) -> Any:
    """Restrict to the window, by bounds that an index over both columns can begin at."""
    before, after = (bindparam(name, type_=_MOMENT) for name in ("before", "after"))
    before_id, after_id = (
        bindparam(name, type_=_P.c.id.type) for name in ("before_id", "after_id")
    )
    return and_(
        tuple_(moment, post_id) < tuple_(before, before_id),
        tuple_(moment, post_id) > tuple_(after, after_id),
    )


def _newest(query: Select[Any], moment: Any, post_id: Any) -> Select[Any]:
    within = query.where(_within(moment, post_id))
    return within.order_by(moment.desc(), post_id.desc()).limit(bindparam("most"))


def _of_people(people: Subquery, dialect: str) -> list[Select[Any]]:
    """Return the queries of each person's newest posts and reposts."""
    return [
        _of_each(people, _P, _P.c.id, dialect),
        _of_each(people, _R, _R.c.post_id, dialect),
    ]


def _of_each(people: Subquery, table: Table, post_id: Any, dialect: str) -> Select[Any]:
    one = table.alias("one")
    its_id = one.c[post_id.name]
    theirs = _newest(
        select(one.c.created_at, its_id.label("post_id"), one.c.account_id.label("actor_id")).where(
            one.c.account_id == people.c.id
        ),
        one.c.created_at,
        its_id,
    )
    if dialect == "postgresql":
        newest = theirs.correlate(people).lateral("newest")
        return select(newest).select_from(people.join(newest, true()))
    ids = theirs.with_only_columns(its_id).correlate(people)
    same = and_(table.c.account_id == people.c.id, post_id.in_(ids))
    return select(table.c.created_at, post_id, table.c.account_id).select_from(
        people.join(table, same)
    )


def _merge(parts: list[Select[Any]]) -> Select[Any]:
    """Return the newest of several queries' rows."""
    # A very popular person's newest may be in the kept feed too.
    every = union(*parts).subquery("every")
    moment, post_id, actor = every.c
    found = select(moment.label("created_at"), post_id.label("post_id"), actor.label("actor_id"))
    return found.order_by(moment.desc(), post_id.desc(), actor).limit(bindparam("most"))


@cache
def _kept(dialect: str) -> Select[Any]:
    popular = select(_F.c.followee_id.label("id")).join(_M, _M.c.account_id == _F.c.followee_id)
    mine = select(VIEWER.label("id"))
    people = union_all(popular.where(_F.c.follower_id == VIEWER), mine).subquery("people")
    items = _newest(
        select(_I.c.created_at, _I.c.post_id, _I.c.actor_id).where(_I.c.account_id == VIEWER),
        _I.c.created_at,
        _I.c.post_id,
    ).subquery("items")
    found = _merge([select(items), *_of_people(people, dialect)]).subquery("found")
    query = select(_FEEDS.c.read_at, _FEEDS.c.from_at, found).select_from(
        _FEEDS.outerjoin(found, true())
    )
    return query.where(_FEEDS.c.account_id == VIEWER).order_by(
        found.c.created_at.desc(), found.c.post_id.desc(), found.c.actor_id
    )


@cache
def _looked_up(dialect: str) -> Select[Any]:
    followed = select(_F.c.followee_id.label("id")).where(_F.c.follower_id == VIEWER)
    people = union_all(followed, select(VIEWER.label("id"))).subquery("people")
    return _merge(_of_people(people, dialect))


@cache
def _of_person(dialect: str) -> Select[Any]:
    person = bindparam("person", type_=_P.c.id.type)
    return _merge(_of_people(select(person.label("id")).subquery("people"), dialect))
