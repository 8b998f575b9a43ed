"""Keeping an account from being deleted while something is written for it.

Whoever was signed in when a request began may be gone when it writes: what they wrote would outlive its
erasure. So a service that writes rows of a person first asks here, which waits for a deletion that is under
way, and makes one that comes wait.
"""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.accounts.errors import NoSessionError
from webapp.accounts.models import Account
from webapp.database import kept, locked


def keep_living(session: Session, account_id: UUID) -> None:
    """Keep an account as it is until the commit, as many may at once; raises NoSessionError.

    Needs an open write transaction, before anything that deleting the account would lock.
    """
    _check(session, kept(session, _living(account_id), Account))


def lock_living(session: Session, account_id: UUID) -> None:
    """Do the same, one at a time; raises NoSessionError."""
    _check(session, locked(session, _living(account_id)))


def _living(account_id: UUID) -> Select[UUID]:
    return select(Account.id).where(Account.id == account_id, Account.deleted_at.is_(None))


def _check(session: Session, query: Select[UUID]) -> None:
    if session.scalar(query) is None:
        raise NoSessionError("The account was deleted")
