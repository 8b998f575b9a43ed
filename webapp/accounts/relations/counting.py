"""What people count for each other: followers and followed, of which whoever is suspended counts for nobody.

Whoever changes what somebody counts for takes locks in one order: authors, counts, the account, posts.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, AccountCounts
from webapp.accounts.relations.models import Follow
from webapp.database import locked
from webapp.extensions import table_of
from webapp.log.models import Author

_N, _F, _A = (table_of(model) for model in (AccountCounts, Follow, Account))
TRIES = 10
_UNSYNCED = {"synchronize_session": False}


def lock_counts(session: Session, people: Iterable[UUID]) -> None:
    """Lock what is counted of people, by ascending id; needs an open write transaction."""
    mine = select(_N.c.account_id).where(_N.c.account_id.in_(list(people)))
    session.execute(locked(session, mine.order_by(_N.c.account_id))).all()


def lock_authors(session: Session, account_id: UUID) -> None:
    """Lock the addresses that an account speaks with: nothing of it is published, edited or deleted meanwhile."""
    authors = select(Author.address).where(Author.account_id == account_id)
    session.execute(locked(session, authors.order_by(Author.address))).all()


def lock_person(session: Session, account_id: UUID) -> None:
    """Lock an account's addresses, and the counts of it and of everybody it follows or is followed by.

    Somebody may come to be one of them before their counts are locked: then all of it begins again, since whoever
    locks one more out of turn waits for others in a circle.
    """
    lock_authors(session, account_id)
    for _ in range(TRIES):
        part = session.begin_nested()  # what is locked in it is let go with it
        related = _related(session, account_id)
        lock_counts(session, related | {account_id})
        if _related(session, account_id) <= related:
            part.commit()
            return
        part.rollback()
    lock_counts(session, _related(session, account_id) | {account_id})


def _related(session: Session, account_id: UUID) -> set[UUID]:
    pairs = select(_F.c.follower_id, _F.c.followee_id).where(
        or_(_F.c.follower_id == account_id, _F.c.followee_id == account_id)
    )
    return {person for pair in session.execute(pairs) for person in pair}


def count_follow(session: Session, follower: UUID, followee: UUID, by: int) -> None:
    """Count a follow more or less, under the lock of both counts; whoever is suspended counts for nobody."""
    changes = ((follower, followee, "following"), (followee, follower, "followers"))
    for person, other, name in changes:
        active = select(_A.c.id).where(_A.c.id == other, _A.c.suspended_at.is_(None)).exists()
        mine = update(_N).where(_N.c.account_id == person, active)
        session.execute(mine.values({name: _N.c[name] + by}))


def count_person(session: Session, account_id: UUID, by: int) -> None:
    """Let an account count, or no more, for those it follows and is followed by; needs ``lock_person``."""
    followed = select(_F.c.followee_id).where(_F.c.follower_id == account_id)
    following = select(_F.c.follower_id).where(_F.c.followee_id == account_id)
    _add(session, followed, followers=_N.c.followers + by)
    _add(session, following, following=_N.c.following + by)


def _add(session: Session, people: Any, **values: ColumnElement[int]) -> None:
    of_them = update(_N).where(_N.c.account_id.in_(people))
    session.execute(of_them.values(values), execution_options=_UNSYNCED)
