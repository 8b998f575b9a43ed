"""Use-cases of relations: follow, block, mute. Row, counts and event are one commit.

Whoever changes what two people are to each other first locks the counts of both, by ascending id: a
follow and a block that come at once never miss each other, and no two wait for each other in a circle.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from webapp.accounts.errors import UserNotFoundError
from webapp.accounts.living import check_active
from webapp.accounts.models import Account
from webapp.accounts.relations import conditions
from webapp.accounts.relations.counting import count_follow, lock_counts
from webapp.accounts.relations.errors import NotOneselfError, YouBlockError
from webapp.accounts.relations.models import Block, Follow, Mute
from webapp.accounts.relations.reading import Standing, standing
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, writing
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.extensions import table_of

_A = table_of(Account).c


def follow(account_id: UUID, person_id: UUID) -> tuple[Standing, bool]:
    """Follow somebody; return what they are to each other now, and whether that is new.

    Raises NotOneselfError, UserNotFoundError and YouBlockError.
    """
    _check_other(account_id, person_id, "follow")
    with writing() as session:
        _meet(session, account_id, person_id)
        now = standing(session, account_id, person_id)
        if now.blocking:
            raise YouBlockError(str(person_id))
        pair = {"follower_id": account_id, "followee_id": person_id}
        made = insert_or_ignore(session, Follow, **pair, created_at=utc_now())
        if made:
            count_follow(session, account_id, person_id, 1)
            record_event(session, EventType.FOLLOWED, account_id, str(person_id))
        return standing(session, account_id, person_id), made


def unfollow(account_id: UUID, person_id: UUID) -> None:
    """Stop following somebody; nothing happens where nobody is followed."""
    with writing() as session:
        lock_counts(session, {account_id, person_id})
        check_active(session, account_id)
        _end_follow(session, account_id, person_id)


def block(account_id: UUID, person_id: UUID) -> tuple[Standing, bool]:
    """Block somebody, which ends following both ways; return what they are now, and whether it is new.

    Raises NotOneselfError and UserNotFoundError.
    """
    _check_other(account_id, person_id, "block")
    with writing() as session:
        _meet(session, account_id, person_id)
        pair = {"blocker_id": account_id, "blocked_id": person_id}
        made = insert_or_ignore(session, Block, **pair, created_at=utc_now())
        if made:
            _end_follow(session, account_id, person_id)
            _end_follow(session, person_id, account_id)
            record_event(session, EventType.BLOCKED, account_id, str(person_id))
        return standing(session, account_id, person_id), made


def unblock(account_id: UUID, person_id: UUID) -> None:
    """End a block; who followed whom before does not come back."""
    pair = (Block.blocker_id == account_id, Block.blocked_id == person_id)
    with writing() as session:
        lock_counts(session, {account_id, person_id})
        check_active(session, account_id)
        if session.execute(delete(Block).where(*pair)).rowcount:  # type: ignore[attr-defined]
            record_event(session, EventType.UNBLOCKED, account_id, str(person_id))


def mute(account_id: UUID, person_id: UUID) -> tuple[Standing, bool]:
    """Mute somebody; return what they are to each other now, and whether that is new.

    Raises NotOneselfError and UserNotFoundError.
    """
    _check_other(account_id, person_id, "mute")
    with writing() as session:
        _meet(session, account_id, person_id)
        pair = {"muter_id": account_id, "muted_id": person_id}
        made = insert_or_ignore(session, Mute, **pair, created_at=utc_now())
        if made:
            record_event(session, EventType.MUTED, account_id, str(person_id))
        return standing(session, account_id, person_id), made


def unmute(account_id: UUID, person_id: UUID) -> None:
    """Stop muting somebody."""
    pair = (Mute.muter_id == account_id, Mute.muted_id == person_id)
    with writing() as session:
        if session.execute(delete(Mute).where(*pair)).rowcount:  # type: ignore[attr-defined]
            record_event(session, EventType.UNMUTED, account_id, str(person_id))


def _check_other(account_id: UUID, person_id: UUID, deed: str) -> None:
    if account_id == person_id:
        raise NotOneselfError(deed)


def _meet(session: Session, account_id: UUID, person_id: UUID) -> None:
    """Lock two people's counts; raises UserNotFoundError for one whom this account may not know of.

    Raises NoSessionError and SuspendedError where the account itself was deleted or suspended a moment ago: its
    request began before that, and whoever does either locks the same counts.
    """
    lock_counts(session, {account_id, person_id})
    check_active(session, account_id)
    there = (_A.deleted_at.is_(None), _A.id.in_([account_id, person_id]))
    known: ColumnElement[bool] = ~conditions.blocks(_A.id, account_id)
    found = set(session.scalars(select(_A.id).where(*there, known)))
    if found != {account_id, person_id}:
        raise UserNotFoundError(str(person_id))


def _end_follow(session: Session, follower: UUID, followee: UUID) -> None:
    pair = (Follow.follower_id == follower, Follow.followee_id == followee)
    if session.execute(delete(Follow).where(*pair)).rowcount:  # type: ignore[attr-defined]
        count_follow(session, follower, followee, -1)
        record_event(session, EventType.UNFOLLOWED, follower, str(followee))
