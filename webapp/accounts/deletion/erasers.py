"""What deleting an account erases: each feature gives the erasers of what it keeps of people.

An eraser runs in the one transaction that deletes the account, after its authors, the counts of everybody it
follows or is followed by, and its row were locked. Files are not its business: a sweep deletes those that no
row has any more, so that nothing is gone if the transaction does not commit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.credentials.models import RecoveryCode
from webapp.accounts.exports.models import Export
from webapp.accounts.models import (
    Account,
    AccountCounts,
    IdempotencyKey,
    SignInNonce,
    SignInSession,
)
from webapp.accounts.relations.counting import count_person
from webapp.accounts.relations.models import Block, Follow, Mute

_EXTENSION = "troth_erasers"


@dataclass(frozen=True)
class Eraser:
    """Erases what one feature keeps of an account; needs the open write transaction."""

    name: str
    erase: Callable[[Session, UUID], None]


def erasers() -> Sequence[Eraser]:
    """Return the erasers that the application's features gave."""
    found: Sequence[Eraser] = current_app.extensions[_EXTENSION]
    return found


def _relations(session: Session, account_id: UUID) -> None:
    suspended_at = session.scalar(select(Account.suspended_at).where(Account.id == account_id))
    if suspended_at is None:  # who is suspended counts for nobody already
        count_person(session, account_id, -1)
    pairs = (
        (Follow, Follow.follower_id, Follow.followee_id),
        (Block, Block.blocker_id, Block.blocked_id),
        (Mute, Mute.muter_id, Mute.muted_id),
    )
    for table, one, other in pairs:
        session.execute(delete(table).where(or_(one == account_id, other == account_id)))
    mine = update(AccountCounts).where(AccountCounts.account_id == account_id)
    session.execute(mine.values(followers=0, following=0, posts=0))


def _credentials(session: Session, account_id: UUID) -> None:
    ids = session.scalars(select(SignInSession.id).where(SignInSession.account_id == account_id))
    scopes = [str(account_id), *(f"session:{one}" for one in ids)]
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.scope.in_(scopes)))
    for table in (SignInSession, SignInNonce, RecoveryCode, Export):
        session.execute(delete(table).where(table.account_id == account_id))


ERASERS = (Eraser("relations", _relations), Eraser("credentials", _credentials))
