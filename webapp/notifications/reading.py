"""Reading notifications: grouped for people, one by one for streams and webhooks; how many are unread.

What no longer holds is left out at each look: a like that was taken back, a post that is gone, somebody who
is blocked now. So nothing has to be cleaned up when that changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.relations.reading import flags, flags_of
from webapp.extensions import table_of
from webapp.notifications.conditions import shown
from webapp.notifications.models import Kind, Notification, NotificationState
from webapp.pagination import Cursor, newest_of
from webapp.posts.models import Post
from webapp.posts.views import PostView, select_posts, views

# Whoever has more unread is told that it is more.
MOST_UNREAD = 1_000
FACES = 3
BIGGEST = 2**63 - 1
_N, _STATES, _ACCOUNTS = table_of(Notification), table_of(NotificationState), table_of(Account)
_POSTS = table_of(Post)


@dataclass(frozen=True)
class Told:
    """One notification, with the person who did it if somebody did."""

    number: int
    kind: str
    created_at: datetime
    profile: ProfileCard | None
    post_id: UUID | None
    about_id: UUID | None
    subject: str | None
    count: int


@dataclass(frozen=True)
class Group:
    """Notifications that are shown as one: the newest, the newest few people, and how many there are.

    ``people`` counts persons and ``count`` what they did, or for kinds that nobody does what it speaks of.
    """

    newest: Told
    profiles: list[ProfileCard]
    people: int
    count: int
    read: bool
    post: PostView | None
    about: PostView | None


@dataclass(frozen=True)
class NotificationPage:
    """Groups, newest first, where the next page begins (None at the end), and where the newest stands."""

    groups: list[Group]
    next: Cursor | None
    newest: Cursor


@dataclass(frozen=True)
class Unread:
    """How many notifications are unread, ``messages`` of them of messages; ``more`` where there are more than are counted."""

    unread: int
    messages: int
    more: bool
    newest: int
    read_up_to: int


def page(
    session: Session, account_id: UUID, asked: dict[str, Any], kinds: Sequence[Kind] = ()
) -> NotificationPage:
    """Return a page of what somebody was told, newest first."""
    heads = session.execute(_heads(account_id, asked, kinds)).all()
    more, heads = len(heads) > asked["limit"], heads[: asked["limit"]]
    found = _members(session, account_id, [head.group_number for head in heads])
    read_up_to = state(session, account_id)[1]
    posts = _posts(session, account_id, [rows[0] for rows in found.values()])
    groups = [
        _group(found[head.group_number], read_up_to, posts)
        for head in heads
        if head.group_number in found
    ]
    places = [Cursor(head.created_at, UUID(int=head.number)) for head in heads]
    # By number and not by time: the first is the newest, whatever the clocks said.
    return NotificationPage(groups, places[-1] if more else None, newest_of(places[:1], asked))


def after(session: Session, account_id: UUID, number: int, limit: int) -> list[Told]:
    """Return the first notifications above a number, oldest first."""
    query = (
        select(*_columns(_N.c))
        .select_from(_N.outerjoin(_PERSON, _PERSON.c.id == _N.c.actor_id))
        .where(_N.c.account_id == account_id, _N.c.number > number, shown(_N.c, account_id))
        .order_by(_N.c.number)
        .limit(limit)
    )
    return [_told(row) for row in session.execute(query)]


def unread(session: Session, account_id: UUID) -> Unread:
    """Count what somebody has not read."""
    newest, read_up_to = state(session, account_id)
    fresh = (
        select(_N.c.kind)
        .where(_N.c.account_id == account_id, _N.c.number > read_up_to, shown(_N.c, account_id))
        .limit(MOST_UNREAD + 1)
        .subquery()
    )
    of_messages = func.count().filter(fresh.c.kind == str(Kind.MESSAGE))
    found, messages = session.execute(select(func.count(), of_messages).select_from(fresh)).one()
    counted = min(found, MOST_UNREAD)
    return Unread(counted, min(messages, counted), found > MOST_UNREAD, newest, read_up_to)


def state(session: Session, account_id: UUID) -> tuple[int, int]:
    """Return somebody's newest number and the one up to which they have read."""
    columns = (_STATES.c.newest, _STATES.c.read_up_to)
    row = session.execute(select(*columns).where(_STATES.c.account_id == account_id)).one_or_none()
    return (0, 0) if row is None else (row.newest, row.read_up_to)


_PERSON = _ACCOUNTS.alias("person")
_FACE = tuple(
    column.label(f"card_{column.name}")
    for column in (_PERSON.c.handle, _PERSON.c.name, _PERSON.c.avatar_id)
)


def _columns(row: Any) -> tuple[ColumnElement[Any], ...]:
    own = ("number", "kind", "actor_id", "post_id", "about_id", "subject", "count", "created_at")
    return (*(getattr(row, name) for name in own), *_FACE)


def _heads(account_id: UUID, asked: dict[str, Any], kinds: Sequence[Kind]) -> Select[Any]:
    member = _N.alias("member")
    any_shown = exists().where(
        member.c.account_id == account_id,
        member.c.group_number == _N.c.group_number,
        shown(member.c, account_id),
    )
    query = select(_N.c.number, _N.c.group_number, _N.c.created_at).where(
        _N.c.account_id == account_id, _N.c.is_head, any_shown
    )
    if kinds:
        query = query.where(_N.c.kind.in_([str(kind) for kind in kinds]))
    if cursor := asked.get("cursor"):
        query = query.where(_N.c.number < number_of(cursor))
    if since := asked.get("since"):
        query = query.where(_N.c.number > number_of(since))
    return query.order_by(_N.c.number.desc()).limit(asked["limit"] + 1)


def number_of(cursor: Cursor) -> int:
    """Return the notification's number in a cursor, within what a database can hold."""
    return min(cursor.id.int, BIGGEST)


def _members(
    session: Session, account_id: UUID, group_numbers: Sequence[int]
) -> dict[int, list[Any]]:
    """Return the newest few people's newest notification of each group, with how many there are."""
    people = (
        select(
            _N.c.group_number,
            func.max(_N.c.number).label("last"),
            func.sum(_N.c.count).label("deeds"),
        )
        .where(
            _N.c.account_id == account_id,
            _N.c.group_number.in_(group_numbers),
            shown(_N.c, account_id),
        )
        .group_by(_N.c.group_number, _N.c.actor_id)
        .subquery()
    )
    group = people.c.group_number
    ranked = select(
        people.c.last,
        func.row_number().over(partition_by=group, order_by=people.c.last.desc()).label("rank"),
        func.count().over(partition_by=group).label("people"),
        func.sum(people.c.deeds).over(partition_by=group).label("deeds"),
    ).subquery()
    last = _N.alias("last")
    query = (
        select(
            *_columns(last.c),
            *flags(account_id, _PERSON.c.id),
            last.c.group_number,
            ranked.c.people,
            ranked.c.deeds,
        )
        .select_from(
            ranked.join(last, last.c.number == ranked.c.last).outerjoin(
                _PERSON, _PERSON.c.id == last.c.actor_id
            )
        )
        .where(last.c.account_id == account_id, ranked.c.rank <= FACES)
        .order_by(ranked.c.rank)
    )
    found: dict[int, list[Any]] = {}
    for row in session.execute(query):
        found.setdefault(row.group_number, []).append(row)
    return found


def _posts(session: Session, account_id: UUID, rows: Sequence[Any]) -> dict[UUID, PostView]:
    ids = {one for row in rows for one in (row.post_id, row.about_id) if one is not None}
    if not ids:
        return {}
    query = select_posts(account_id).where(_POSTS.c.id.in_(ids))
    return {post.id: post for post in views(session, query, account_id)}


def _group(rows: list[Any], read_up_to: int, posts: dict[UUID, PostView]) -> Group:
    told = [_told(row) for row in rows]
    newest = told[0]
    profiles = [one.profile for one in told if one.profile is not None]
    return Group(
        newest=newest,
        profiles=profiles,
        people=rows[0].people if profiles else 0,
        count=int(rows[0].deeds),
        read=newest.number <= read_up_to,
        post=posts.get(newest.post_id) if newest.post_id else None,
        about=posts.get(newest.about_id) if newest.about_id else None,
    )


def _told(row: Any) -> Told:
    card = None
    if row.actor_id is not None:
        viewer = flags_of(row) if hasattr(row, "following") else None
        card = card_of(row.actor_id, row.card_handle, row.card_name, row.card_avatar_id, viewer)
    return Told(
        number=row.number,
        kind=row.kind,
        created_at=row.created_at,
        profile=card,
        post_id=row.post_id,
        about_id=row.about_id,
        subject=row.subject,
        count=row.count,
    )
