"""What events say is so: who follows whom, which posts there are, who likes and passed on what.

Of each pair (who, what) the last event of a kind decides. Only events are read, so what comes out may be compared
with the rows, and counts may be made anew from it when both are wrong.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    Subquery,
    Uuid,
    cast,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)

from webapp.events.models import Event, EventType
from webapp.extensions import table_of

_E = table_of(Event)
SQLITE = "sqlite"
# By what each begins and ends; the events of one list are about the same pair.
FOLLOWS = ((EventType.FOLLOWED, EventType.FOLLOW_KNOWN), (EventType.UNFOLLOWED,))
LIKES = ((EventType.POST_LIKED, EventType.LIKE_KNOWN), (EventType.POST_UNLIKED,))
REPOSTS = ((EventType.POST_REPOSTED, EventType.REPOST_KNOWN), (EventType.POST_UNREPOSTED,))
POSTS = (
    (EventType.POST_CREATED, EventType.POST_EDITED, EventType.POST_KNOWN),
    (EventType.POST_DELETED,),
)
_SUSPENDED = (
    (EventType.ACCOUNT_SUSPENDED, EventType.SUSPENSION_KNOWN),
    (EventType.ACCOUNT_RESTORED,),
)
_HIDDEN = ((EventType.POST_HIDDEN, EventType.HIDDEN_KNOWN), (EventType.POST_SHOWN,))
Kinds = tuple[tuple[EventType, ...], tuple[EventType, ...]]


def last_of(kinds: Kinds, *where: ColumnElement[bool]) -> Subquery:
    """Return the last event of each pair (account_id, subject) that has begun and not ended."""
    begun, ended = ([str(one) for one in some] for some in kinds)
    newest_first = func.row_number().over(
        partition_by=(_E.c.account_id, _E.c.subject), order_by=_E.c.id.desc()
    )
    numbered = (
        select(_E, newest_first.label("place"))
        .where(_E.c.type.in_([*begun, *ended]), *where)
        .subquery()
    )
    last = select(numbered).where(numbered.c.place == 1, numbered.c.type.in_(begun))
    return last.subquery()


def as_id(dialect: str, text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a UUID that an event gives as text, as the database keeps it."""
    if dialect == SQLITE:
        return type_coerce(func.replace(text, "-", ""), Uuid())
    return cast(text, Uuid())


def account_numbers(dialect: str) -> Subquery:
    """Return ``followers``, ``following`` and ``posts`` of every account that events know, by ``id``."""
    follows = _pairs(dialect, FOLLOWS)
    living = _living_posts(dialect)
    silent = _silent(dialect)
    made = select(as_id(dialect, _E.c.subject).label("id")).where(
        _E.c.type.in_([str(EventType.ACCOUNT_CREATED), str(EventType.ACCOUNT_KNOWN)])
    )
    return _summed(
        ("followers", "following", "posts"),
        {"": made},
        {
            "followers": select(follows.c.what.label("id")).where(follows.c.who.not_in(silent)),
            "following": select(follows.c.who.label("id")).where(follows.c.what.not_in(silent)),
            "posts": select(living.c.account_id.label("id")),
        },
    )


def post_numbers(dialect: str) -> Subquery:
    """Return ``likes``, ``comments``, ``reposts`` and ``quotes`` of every post of which there are any, by ``id``."""
    silent = _silent(dialect)
    reactions = {"likes": _pairs(dialect, LIKES), "reposts": _pairs(dialect, REPOSTS)}
    living = _living_posts(dialect)
    answers = {"comments": living.c.parent_id, "quotes": living.c.quoted_id}
    counted = {
        name: select(one.c.what.label("id")).where(one.c.who.not_in(silent))
        for name, one in reactions.items()
    } | {
        name: select(column.label("id")).where(
            column.is_not(None), living.c.account_id.not_in(silent)
        )
        for name, column in answers.items()
    }
    return _summed(("likes", "comments", "reposts", "quotes"), {}, counted)


def _pairs(dialect: str, kinds: Kinds) -> Subquery:
    """Return ``who`` did something to ``what``; nobody does whose account was deleted, nor to them."""
    last = last_of(kinds)
    gone = select(_E.c.subject).where(_E.c.type == str(EventType.ACCOUNT_DELETED))
    gone_ids = select(as_id(dialect, _E.c.subject)).where(
        _E.c.type == str(EventType.ACCOUNT_DELETED)
    )
    query = select(last.c.account_id.label("who"), as_id(dialect, last.c.subject).label("what"))
    return query.where(last.c.account_id.not_in(gone_ids), last.c.subject.not_in(gone)).subquery()


def _living_posts(dialect: str) -> Subquery:
    """Return ``account_id``, ``parent_id`` and ``quoted_id`` of the posts that are neither deleted nor hidden."""
    last, hidden = last_of(POSTS), last_of(_HIDDEN)
    gone = select(as_id(dialect, _E.c.subject)).where(_E.c.type == str(EventType.ACCOUNT_DELETED))
    answered = [
        as_id(dialect, last.c.data[name].as_string()).label(f"{column}_id")
        for name, column in (("parent", "parent"), ("quoted", "quoted"))
    ]
    query = select(last.c.account_id, *answered).where(
        last.c.account_id.not_in(gone), last.c.subject.not_in(select(hidden.c.subject))
    )
    return query.subquery()


def _silent(dialect: str) -> Select[Any]:
    """Return the ids of those who are suspended: they count for nobody."""
    suspended = last_of(_SUSPENDED)
    return select(as_id(dialect, suspended.c.subject))


def _summed(
    names: tuple[str, ...],
    known: Mapping[str, Select[Any]],
    counted: Mapping[str, Select[Any]],
) -> Subquery:
    """Count the rows of several queries by ``id``; those of ``known`` are there, though they count nothing."""

    def marked(query: Select[Any], name: str) -> Select[Any]:
        rows = query.subquery()
        return select(rows.c.id, literal(name, String()).label("name"))

    every: CompoundSelect[Any] = union_all(
        *(marked(query, name) for name, query in {**known, **counted}.items())
    )
    rows = every.subquery()
    sums = [func.count().filter(rows.c.name == name).label(name) for name in names]
    return select(rows.c.id, *sums).group_by(rows.c.id).subquery("folded")
