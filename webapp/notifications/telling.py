"""Writing notifications: who is told what, once, in an order that each person's readers can follow.

A person's row of ``notification_states`` is locked first, so that their numbers are given in the order in
which transactions commit: whoever has seen a number has seen all below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    column,
    exists,
    or_,
    select,
    tuple_,
    update,
    values,
)
from sqlalchemy.orm import Session

from webapp.columns import utc_now
from webapp.database import insert_many, wake_after_commit
from webapp.extensions import table_of
from webapp.notifications.conditions import awake, holds, readable, wanted
from webapp.notifications.models import Kind, Notification, NotificationState
from webapp.upserts import upsert

# Of one kind and topic, what comes within a day is told together, but never more than can be counted at
# each look.
WINDOW = timedelta(hours=24)
MOST_IN_GROUP = 1_000
MOST_AT_ONCE = 200
# What the same person does twice to the same thing is told once.
ONCE = (Kind.FOLLOW, Kind.LIKE, Kind.COMMENT, Kind.MENTION, Kind.QUOTE, Kind.REPOST)
_N, _STATES = table_of(Notification), table_of(NotificationState)
_Topic = tuple[UUID, str, str]


@dataclass(frozen=True)
class News:
    """Something that ``account_id`` is to be told, unless a rule or their wish forbids it.

    ``source`` names once what it came from; the other fields are those of Notification.
    """

    account_id: UUID
    kind: Kind
    source: str
    actor_id: UUID | None = None
    post_id: UUID | None = None
    about_id: UUID | None = None
    subject: str | None = None
    topic: str | None = None

    @property
    def sameness(self) -> tuple[object, ...]:
        """What two that are the same have in common."""
        if self.kind in ONCE:
            return (self.account_id, self.kind, self.topic, self.actor_id, self.about_id)
        return (self.account_id, self.kind, self.source)


def notify(
    session: Session,
    account_id: UUID,
    kind: Kind,
    source: str,
    *,
    actor_id: UUID | None = None,
    subject: str | None = None,
    topic: str | None = None,
) -> None:
    """Tell somebody something, in the open write transaction.

    ``source`` (at most 64 characters) is the id of what it came from, such as a message: the same one is
    told once. ``subject`` is the id that the reader needs, such as the conversation's; with a ``topic``
    several of a day are shown as one. People who are blocked, muted or suspended are left out here.
    """
    news = News(account_id, kind, source, actor_id, subject=subject, topic=topic)
    notify_all(session, [news])


def notify_all(session: Session, news: Sequence[News]) -> None:
    """Tell people things, in their order; what was told before or may not be told is left out."""
    fresh: dict[tuple[object, ...], News] = {}
    for one in news:
        if one.actor_id != one.account_id:
            fresh.setdefault(one.sameness, one)
    found = list(fresh.values())
    # All of them first: who tells several lots of people at once must not wait for another crosswise.
    people = sorted({one.account_id for one in found})
    for start in range(0, len(people), MOST_AT_ONCE):
        lock_people(session, set(people[start : start + MOST_AT_ONCE]))
    for start in range(0, len(found), MOST_AT_ONCE):
        _tell(session, found[start : start + MOST_AT_ONCE])


def _tell(session: Session, news: list[News]) -> None:
    newest = lock_people(session, {one.account_id for one in news})
    news = [news[position] for position in allowed(session, news)]
    if not news:
        return
    rows, old_heads = _placed(news, newest, _heads(session, news))
    if old_heads:
        session.execute(
            update(_N)
            .where(tuple_(_N.c.account_id, _N.c.number).in_(old_heads))
            .values(is_head=False)
        )
    insert_many(session, Notification, rows)
    counted = [
        {"person": account_id, "last": newest[account_id]}
        for account_id in {one.account_id for one in news}
    ]
    session.connection().execute(
        update(_STATES)
        .where(_STATES.c.account_id == bindparam("person"))
        .values(newest=bindparam("last")),
        counted,
    )
    wake_after_commit(session, {one.account_id for one in news})


def lock_people(session: Session, accounts: set[UUID]) -> dict[UUID, int]:
    """Lock people's states, made where they are not there yet, and return their newest numbers."""
    # In the order of ids: two who lock several wait for each other, never crosswise.
    rows = [{"account_id": one, "newest": 0} for one in sorted(accounts)]
    locked = upsert(session, NotificationState, rows, {"newest": _STATES.c.newest})
    found = session.execute(locked.returning(_STATES.c.account_id, _STATES.c.newest))
    return {row.account_id: row.newest for row in found}


def allowed(session: Session, news: list[News]) -> list[int]:
    """Return the places of what is new, still holds and is wanted."""
    ids = [column(name, Uuid) for name in ("account_id", "actor_id", "post_id", "about_id")]
    texts = [column(name, String) for name in ("kind", "source", "topic")]
    given = values(column("place", Integer), *ids, *texts, name="given_values").data(
        [
            (
                place,
                one.account_id,
                one.actor_id,
                one.post_id,
                one.about_id,
                str(one.kind),
                one.source,
                one.topic,
            )
            for place, one in enumerate(news)
        ]
    )
    # A column of nothing but NULLs is of no type by itself.
    columns = [cast(one, one.type).label(one.name) for one in given.cte("given").c]
    cte = select(*columns).cte("news")
    row = cte.c
    posts = []
    for name in ("post_id", "about_id"):
        reader = cte.alias(f"{name}_reader").c
        posts.append(or_(row[name].is_(None), row.place.in_(readable(reader, reader[name]))))
    same_deed = and_(
        row.kind.in_(ONCE),
        _N.c.topic == row.topic,
        _N.c.actor_id == row.actor_id,
        or_(_N.c.about_id == row.about_id, row.about_id.is_(None)),
    )
    theirs = (_N.c.account_id == row.account_id, _N.c.kind == row.kind)
    told = exists().where(*theirs, _N.c.source == row.source)
    done = exists().where(*theirs, same_deed)
    query = select(row.place).where(awake(row), holds(row), wanted(row), *posts, ~told, ~done)
    return sorted(session.scalars(query))


def _heads(session: Session, news: list[News]) -> dict[_Topic, Any]:
    """Return the newest head of each topic."""
    topics = {(one.account_id, str(one.kind), one.topic) for one in news if one.topic is not None}
    if not topics:
        return {}
    query = (
        select(
            *(_N.c[name] for name in ("account_id", "kind", "topic", "number")),
            *(_N.c[name] for name in ("group_number", "group_size", "group_began_at")),
        )
        .where(_N.c.is_head, tuple_(_N.c.account_id, _N.c.kind, _N.c.topic).in_(sorted(topics)))
        .order_by(_N.c.number)
    )
    return {(row.account_id, row.kind, row.topic): row._asdict() for row in session.execute(query)}


def _placed(
    news: list[News], newest: dict[UUID, int], heads: dict[_Topic, Any]
) -> tuple[list[dict[str, Any]], list[tuple[UUID, int]]]:
    """Give numbers and groups; return the rows, and the stored ones that are heads no longer."""
    now = utc_now()
    rows: list[dict[str, Any]] = []
    stored = {(head["account_id"], head["number"]) for head in heads.values()}
    old_heads: list[tuple[UUID, int]] = []
    for one in news:
        newest[one.account_id] += 1
        row = row_of(one, newest[one.account_id], now)
        if one.topic is not None:
            key = (one.account_id, str(one.kind), one.topic)
            head = heads.get(key)
            if head is not None and has_room(head, now):
                row["group_number"] = head["group_number"]
                row["group_size"] = head["group_size"] + 1
                row["group_began_at"] = head["group_began_at"]
                head["is_head"] = False
                if (place := (head["account_id"], head["number"])) in stored:
                    old_heads.append(place)
            heads[key] = row
        rows.append(row)
    return rows, old_heads


def has_room(head: dict[str, Any], now: datetime) -> bool:
    """Tell whether what comes now still belongs to the group of a row."""
    return bool(head["group_size"] < MOST_IN_GROUP and now - head["group_began_at"] < WINDOW)


def row_of(one: News, number: int, now: datetime) -> dict[str, Any]:
    """Return the columns of a notification that is a group of its own."""
    return {
        "account_id": one.account_id,
        "number": number,
        "kind": str(one.kind),
        "source": one.source,
        "actor_id": one.actor_id,
        "post_id": one.post_id,
        "about_id": one.about_id,
        "subject": one.subject,
        "topic": one.topic,
        "count": 1,
        "group_number": number,
        "group_size": 1,
        "group_began_at": now,
        "is_head": True,
        "created_at": now,
    }
