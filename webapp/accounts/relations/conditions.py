"""Conditions for queries: what people are to each other. The one place that says what a block means."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, union

from webapp.accounts.models import Account
from webapp.accounts.relations.models import Block, Follow, Mute
from webapp.extensions import table_of

_F, _B, _M, _A = (table_of(model).c for model in (Follow, Block, Mute, Account))

# Somebody's id, or a bound parameter for one in a statement that is built once.
Person = UUID | ColumnElement[Any]


def follows(viewer: Person, person: Person) -> ColumnElement[bool]:
    """Tell whether the viewer follows somebody."""
    return exists().where(_F.follower_id == viewer, _F.followee_id == person)


def blocks(blocker: Person, person: Person) -> ColumnElement[bool]:
    """Tell whether somebody blocks somebody; it may be told to the blocker only."""
    return exists().where(_B.blocker_id == blocker, _B.blocked_id == person)


def blocked(viewer: Person, person: Person) -> ColumnElement[bool]:
    """Tell whether one of the two blocks the other."""
    return exists().where(
        or_(
            and_(_B.blocker_id == viewer, _B.blocked_id == person),
            and_(_B.blocker_id == person, _B.blocked_id == viewer),
        )
    )


def muted(viewer: Person, person: Person) -> ColumnElement[bool]:
    """Tell whether the viewer mutes somebody."""
    return exists().where(_M.muter_id == viewer, _M.muted_id == person)


def unsuspended() -> ColumnElement[bool]:
    """Tell whether the account of a query's row is not suspended."""
    return _A.suspended_at.is_(None)


def active() -> ColumnElement[bool]:
    """Tell whether the account of a query's row is neither suspended nor deleted."""
    return and_(_A.suspended_at.is_(None), _A.deleted_at.is_(None))


def left_out(viewer: Person, person: ColumnElement[Any], name: str) -> ColumnElement[int]:
    """Return how many of somebody's ``followers`` or ``following`` are in no list for the viewer: a block is between.

    Whoever is suspended is in no count either. Costs as much as the viewer has blocks.
    """
    mine, theirs = (
        ("followee_id", "follower_id") if name == "followers" else ("follower_id", "followee_id")
    )
    follow, other = table_of(Follow).alias("counted"), table_of(Account).alias("other")
    pairs = ((_B.blocked_id, _B.blocker_id), (_B.blocker_id, _B.blocked_id))
    between = union(
        *(select(one.label("id")).where(two == viewer) for one, two in pairs)
    ).subquery()
    return (
        select(func.count())
        .select_from(
            between.join(follow, follow.c[theirs] == between.c.id).join(
                other, other.c.id == between.c.id
            )
        )
        .where(follow.c[mine] == person, other.c.suspended_at.is_(None))
        .scalar_subquery()
    )
