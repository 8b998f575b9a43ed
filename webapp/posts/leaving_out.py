"""Counts as one viewer sees them: without whom lists leave out for them, whom they block or mute or who blocks them.

Kept counts are the same for everybody. Most viewers block and mute nobody, which the query of the posts says of
itself; for the others one more statement finds what to take off, however long the page.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.relations.models import Block, Mute
from webapp.extensions import table_of
from webapp.posts.models import Like, Post, Repost

_B, _M, _A = table_of(Block).c, table_of(Mute).c, table_of(Account)
_P, _LIKES, _REPOSTS = table_of(Post), table_of(Like), table_of(Repost)
Counts = dict[str, int]


def leaves_out(viewer: ColumnElement[Any]) -> ColumnElement[bool]:
    """Tell whether there is anybody whom lists leave out for a viewer; asked once for all rows of a query."""
    return or_(
        select(literal(1)).where(_B.blocker_id == viewer).exists(),
        select(literal(1)).where(_B.blocked_id == viewer).exists(),
        select(literal(1)).where(_M.muter_id == viewer).exists(),
    )


def left_out_of(session: Session, viewer: UUID, posts: Sequence[UUID]) -> dict[UUID, Counts]:
    """Return by how much the kept counts of posts are more than the viewer's, where they are."""
    found: dict[UUID, Counts] = {}
    if posts:
        for row in session.execute(_LEFT_OUT, {"viewer": viewer, "ids": list(posts)}):
            found.setdefault(row.post_id, {})[row.name] = row.number
    return found


_VIEWER = bindparam("viewer", type_=_A.c.id.type)
_IDS = bindparam("ids", expanding=True, type_=_P.c.id.type)
_BLOCKED = union(
    select(_B.blocked_id.label("id")).where(_B.blocker_id == _VIEWER),
    select(_B.blocker_id.label("id")).where(_B.blocked_id == _VIEWER),
).cte("blocked")
_MUTED = select(_M.muted_id.label("id")).where(_M.muter_id == _VIEWER).cte("muted")
_EITHER = union(select(_BLOCKED.c.id), select(_MUTED.c.id)).cte("either")


def _active(account_id: ColumnElement[Any]) -> ColumnElement[bool]:
    # Whoever is suspended is in no count.
    person = _A.alias("person")
    return (
        select(literal(1))
        .where(person.c.id == account_id, person.c.suspended_at.is_(None))
        .exists()
    )


def _reactions(name: str, table: Any) -> Select[Any]:
    return (
        select(table.c.post_id, literal(name).label("name"), func.count().label("number"))
        .where(
            table.c.post_id.in_(_IDS),
            table.c.account_id.in_(select(_EITHER.c.id)),
            _active(table.c.account_id),
        )
        .group_by(table.c.post_id)
    )


def _answers(name: str, column: str) -> Select[Any]:
    """Count answers; of somebody muted their own below their own post stay, as in its list."""
    answer, answered = _P.alias("answer"), _P.alias("answered")
    to = answer.c[column]
    left_out = or_(
        answer.c.account_id.in_(select(_BLOCKED.c.id)),
        answer.c.account_id.in_(select(_MUTED.c.id))
        & (answer.c.account_id != answered.c.account_id),
    )
    return (
        select(to.label("post_id"), literal(name).label("name"), func.count().label("number"))
        .select_from(answer.join(answered, answered.c.id == to))
        .where(
            to.in_(_IDS),
            answer.c.deleted_at.is_(None),
            answer.c.hidden_at.is_(None),
            left_out,
            _active(answer.c.account_id),
        )
        .group_by(to)
    )


_LEFT_OUT = union_all(
    _reactions("likes", _LIKES),
    _reactions("reposts", _REPOSTS),
    _answers("comments", "parent_id"),
    _answers("quotes", "quoted_id"),
)
