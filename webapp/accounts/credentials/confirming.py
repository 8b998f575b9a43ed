"""Making sure that whoever holds a token is the person: by the password, or by a fresh sign-in."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.credentials.errors import PasswordWrongError, SignInAgainError
from webapp.accounts.credentials.standing import standing
from webapp.accounts.errors import UserNotFoundError
from webapp.accounts.models import Account, SignInSession
from webapp.accounts.passwords import password_matches
from webapp.columns import utc_now
from webapp.database import locked
from webapp.extensions import db, table_of

_MINUTES = 10
FRESH = timedelta(minutes=_MINUTES)
_A = table_of(Account).c


def confirm(account_id: UUID, session_id: UUID, password: str | None) -> str | None:
    """Check the password, or the sign-in's age where the account has none; return the password's hash.

    A password that is newer than a wallet gives way to a fresh sign-in by that: it may be a stranger's choice.
    Call it before the write transaction: it takes its time. Raises PasswordWrongError and SignInAgainError.
    """
    kept: str | None = db.session.scalar(select(_A.password_hash).where(_A.id == account_id))
    if kept is not None:
        if password is None and _is_above_password(account_id, session_id):
            return kept
        if password is None or not password_matches(kept, password):
            raise PasswordWrongError
        return kept
    if not _is_fresh(session_id):
        raise SignInAgainError(_MINUTES)
    return None


def confirm_fresh(account_id: UUID, session_id: UUID, password: str | None) -> None:
    """Check the sign-in's age, or the password if one is sent: for ways in that a stolen token would add or take.

    Raises PasswordWrongError and SignInAgainError.
    """
    if password is not None:
        kept = db.session.scalar(select(_A.password_hash).where(_A.id == account_id))
        if not password_matches(kept, password):
            raise PasswordWrongError
    elif not _is_fresh(session_id):
        raise SignInAgainError(_MINUTES)


def _is_above_password(account_id: UUID, session_id: UUID) -> bool:
    """Tell whether a session was opened of late, by a wallet that has stood while the password has not."""
    ways = standing(db.session(), account_id)
    wallet = db.session.scalar(select(SignInSession.wallet).where(SignInSession.id == session_id))
    return not ways.password and wallet in ways.wallets and _is_fresh(session_id)


def _is_fresh(session_id: UUID) -> bool:
    began = db.session.scalar(
        select(SignInSession.created_at).where(SignInSession.id == session_id)
    )
    return began is not None and began >= utc_now() - FRESH


def lock_confirmed(session: Session, account_id: UUID, confirmed: str | None) -> Account:
    """Lock the account, if its password is still the one that was confirmed; raises PasswordWrongError."""
    mine = select(Account).filter_by(id=account_id, deleted_at=None)
    account = session.scalars(locked(session, mine)).one_or_none()
    if account is None:
        raise UserNotFoundError(str(account_id))
    if account.password_hash != confirmed:
        raise PasswordWrongError
    return account
