"""Conditions for queries: what a person may and wants to be told of now.

``row`` is the columns of a notification, or of a candidate for one: account_id, kind, actor_id, post_id,
about_id. A subquery sees the columns of the query right round it only, so that none here is two deep.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select

from webapp.accounts.models import Account
from webapp.accounts.relations import conditions
from webapp.extensions import table_of
from webapp.notifications.models import Kind, NotificationPreference, Whom
from webapp.posts.models import Like, Post, PostMention, Repost
from webapp.posts.visibility import listed

_ACCOUNTS, _POSTS = table_of(Account), table_of(Post)
_LIKES, _REPOSTS, _MENTIONS = (table_of(model).c for model in (Like, Repost, PostMention))
_WANTED = table_of(NotificationPreference).c


def shown(row: Any, viewer: UUID) -> ColumnElement[bool]:
    """Tell whether a notification of the viewer's still holds and what it speaks of is there."""
    return and_(
        holds(row), _there_or_none(viewer, row.post_id), _there_or_none(viewer, row.about_id)
    )


def holds(row: Any) -> ColumnElement[bool]:
    """Tell whether nobody in it is away or unwelcome, and nothing was taken back."""
    welcome = and_(
        exists().where(_ACCOUNTS.c.id == row.actor_id, conditions.active()),
        ~conditions.blocked(row.account_id, row.actor_id),
        ~conditions.muted(row.account_id, row.actor_id),
    )
    return and_(or_(row.actor_id.is_(None), welcome), _done(row))


def readable(row: Any, post_id: ColumnElement[Any]) -> Select[Any]:
    """Return the query of those candidates, by ``place``, who may read the post of that column."""
    source = _POSTS.join(_ACCOUNTS, _ACCOUNTS.c.id == _POSTS.c.account_id)
    there = (_POSTS.c.id == post_id, _POSTS.c.hidden_at.is_(None), listed(row.account_id))
    return select(row.place).join_from(row.place.table, source, there[0]).where(*there[1:])


def awake(row: Any) -> ColumnElement[bool]:
    """Tell whether the person to be told is neither suspended nor gone."""
    return exists().where(_ACCOUNTS.c.id == row.account_id, conditions.active())


def wanted(row: Any) -> ColumnElement[bool]:
    """Tell whether the person to be told wants to be, by their preferences."""

    def chosen(whom: Whom) -> ColumnElement[bool]:
        mine = (_WANTED.account_id == row.account_id, _WANTED.kind == row.kind)
        return exists().where(*mine, _WANTED.whom == whom)

    known = or_(row.actor_id.is_(None), conditions.follows(row.account_id, row.actor_id))
    return and_(~chosen(Whom.OFF), or_(~chosen(Whom.FOLLOWING), known))


def _there_or_none(viewer: UUID, post_id: ColumnElement[Any]) -> ColumnElement[bool]:
    there = (
        select(literal(1))
        .select_from(_POSTS.join(_ACCOUNTS, _ACCOUNTS.c.id == _POSTS.c.account_id))
        .where(_POSTS.c.id == post_id, _POSTS.c.hidden_at.is_(None), listed(viewer))
        .exists()
    )
    return or_(post_id.is_(None), there)


def _done(row: Any) -> ColumnElement[bool]:
    """Tell whether what somebody did was not taken back, or edited away; asked of the rows, not of events."""
    done = {
        Kind.MENTION: exists().where(
            _MENTIONS.post_id == row.post_id, _MENTIONS.account_id == row.account_id
        ),
        Kind.COMMENT: exists().where(
            _POSTS.c.id == row.about_id, _POSTS.c.parent_id == row.post_id
        ),
        Kind.QUOTE: exists().where(_POSTS.c.id == row.about_id, _POSTS.c.quoted_id == row.post_id),
        Kind.LIKE: exists().where(_LIKES.account_id == row.actor_id, _LIKES.post_id == row.post_id),
        Kind.REPOST: exists().where(
            _REPOSTS.account_id == row.actor_id, _REPOSTS.post_id == row.post_id
        ),
        Kind.FOLLOW: conditions.follows(row.actor_id, row.account_id),
    }
    return or_(
        row.kind.not_in(list(done)), *(and_(row.kind == kind, one) for kind, one in done.items())
    )
