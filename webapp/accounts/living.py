"""Keeping an account from being deleted, or suspended, while something is written for it.

Whoever was signed in when a request began may be gone when it writes: what they wrote would outlive its
erasure. So a service that writes rows of a person first asks here, which waits for a deletion that is under
way, and makes one that comes wait. What suspended accounts may not do asks so for active accounts: whoever is
suspended says nothing more and counts for nobody.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.accounts.errors import NoSessionError
from webapp.accounts.models import Account, SignInSession
from webapp.database import in_turn, kept, locked
from webapp.extensions import table_of
from webapp.log.errors import SuspendedError

_A, _S = table_of(Account).c, table_of(SignInSession).c


def keep_living(session: Session, account_id: UUID) -> None:
    """Keep an account as it is until the commit, as many may at once; raises NoSessionError.

    Needs an open write transaction, before anything that deleting the account would lock.
    """
    _check(session, kept(session, in_turn(session, _living(account_id), account_id), Account))


def keep_active(session: Session, account_id: UUID) -> None:
    """Do the same for an account that is not suspended; raises SuspendedError, too."""
    query = in_turn(session, _suspension(account_id), account_id)
    _check_active(session, kept(session, query, Account))


def check_active(session: Session, account_id: UUID) -> None:
    """Refuse an account that was deleted or suspended since its request began, under its author's lock.

    Raises NoSessionError and SuspendedError.
    """
    _check_active(session, _suspension(account_id))


def check_session(session: Session, session_id: UUID) -> None:
    """Refuse a session that was ended since its request began, under the account's lock; raises NoSessionError.

    Who recovers an account ends its sessions under that lock: nothing that lets in or tells is added after.
    """
    alive = select(_S.id).where(_S.id == session_id, _S.revoked_at.is_(None))
    if session.scalar(alive) is None:
        raise NoSessionError("The session was ended")


def lock_living(session: Session, account_id: UUID) -> None:
    """Keep an account as it is until the commit, one at a time; raises NoSessionError."""
    _check(session, locked(session, _living(account_id)))


def lock_active(session: Session, account_id: UUID) -> None:
    """Do the same for an account that is not suspended; raises SuspendedError, too."""
    _check_active(session, locked(session, _suspension(account_id)))


def _suspension(account_id: UUID) -> Select[Any]:
    return select(_A.suspended_at).where(_A.id == account_id, _A.deleted_at.is_(None))


def _living(account_id: UUID) -> Select[UUID]:
    return select(Account.id).where(Account.id == account_id, Account.deleted_at.is_(None))


def _check(session: Session, query: Select[UUID]) -> None:
    if session.scalar(query) is None:
        raise NoSessionError("The account was deleted")


def _check_active(session: Session, query: Select[object]) -> None:
    row = session.execute(query).one_or_none()
    if row is None:
        raise NoSessionError("The account was deleted")
    if row.suspended_at is not None:
        raise SuspendedError
