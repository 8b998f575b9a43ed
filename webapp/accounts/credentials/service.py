"""Use-cases of credentials: change a password, recover an account."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from webapp.accounts.credentials.closing import closers
from webapp.accounts.credentials.codes import HOW_MANY, code_digest, matching, new_code
from webapp.accounts.credentials.confirming import confirm, lock_confirmed
from webapp.accounts.credentials.errors import HandleNeededError
from webapp.accounts.credentials.models import RecoveryCode
from webapp.accounts.errors import SignInRefusedError
from webapp.accounts.handles import PATTERN
from webapp.accounts.idempotency import forget_tokens_of
from webapp.accounts.living import check_session
from webapp.accounts.models import Account
from webapp.accounts.oauth.consents import revoke_all
from webapp.accounts.oauth.models import OAuthCode, OAuthConsent
from webapp.accounts.passwords import hash_password
from webapp.accounts.sessions.service import end_sessions
from webapp.accounts.tokens import Tokens, start_session
from webapp.accounts.wallets.owners import Linked, linked_wallets
from webapp.columns import utc_now
from webapp.database import go_first, locked, writing
from webapp.extensions import db

NOBODY = UUID(int=0)
REFUSED = "Handle or code is wrong"


@dataclass(frozen=True)
class Recovered(Tokens):
    """What a recovery gives: tokens, and the wallets that can sign in as before."""

    wallets: list[Linked]


def change_password(
    account_id: UUID,
    session_id: UUID,
    old: str | None,
    new: str,
    *,
    close_others: bool = False,
) -> None:
    """Set a new password and end every other session.

    With ``close_others`` nothing that somebody else may have left lets in or tells any more but wallets: what apps
    were allowed is taken back, webhooks rest, and recovery codes are void.

    Raises PasswordRefusedError, PasswordWrongError, SignInAgainError, HandleNeededError, and NoSessionError where
    the session is over meanwhile.
    """
    confirmed = confirm(account_id, session_id, old)
    password_hash = hash_password(new)
    with writing() as session:
        if close_others:
            go_first(session, account_id)
        account = lock_confirmed(session, account_id, confirmed)
        check_session(session, session_id)
        if account.handle is None:
            raise HandleNeededError
        _choose_password(account, password_hash, known=confirmed is not None and old is not None)
        if close_others:
            session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
            _close_to_others(session, account_id, kept=session_id)
        else:
            _end_codes(session, account_id)
            end_sessions(session, account_id, kept=session_id)
        forget_tokens_of(session, session_id)


def new_recovery_codes(account_id: UUID, session_id: UUID, password: str | None) -> list[str]:
    """Return ten fresh recovery codes; those before are void.

    Raises PasswordWrongError, SignInAgainError, HandleNeededError, and NoSessionError where the session is over
    meanwhile.
    """
    confirmed = confirm(account_id, session_id, password)
    codes = [new_code() for _ in range(HOW_MANY)]
    with writing() as session:
        account = lock_confirmed(session, account_id, confirmed)
        check_session(session, session_id)
        if account.handle is None:
            raise HandleNeededError
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        for code in codes:
            row = {"account_id": account_id, "digest": code_digest(account_id, code)}
            session.add(RecoveryCode(id=uuid7(), created_at=utc_now(), **row))
    return codes


def recover(handle: str, code: str, new_password: str) -> Recovered:
    """Let somebody in by a recovery code, with a new password.

    Whoever was in before has nothing left but the account's wallets, which are listed: every session ends, what
    apps were allowed is taken back, and webhooks rest.

    Raises PasswordRefusedError, and SignInRefusedError, the same for a wrong handle and a wrong code.
    """
    password_hash = hash_password(new_password)  # first, for everybody: it takes longest
    name = handle.lower()
    which = select(Account.id).filter_by(handle=name, deleted_at=None)
    account_id = db.session.scalar(which) if PATTERN.match(name) else None
    mine = select(RecoveryCode.id, RecoveryCode.digest, RecoveryCode.created_at).filter_by(
        account_id=account_id or NOBODY, used_at=None
    )
    rows = {row.id: row for row in db.session.execute(mine)}
    kept = {which: row.digest for which, row in rows.items()}
    found = matching(kept, code_digest(account_id or NOBODY, code))
    if account_id is None or found is None:
        raise SignInRefusedError(REFUSED)
    with writing() as session:
        go_first(session, account_id)
        account = session.scalars(
            locked(session, select(Account).filter_by(id=account_id, deleted_at=None))
        ).one_or_none()
        unused = (RecoveryCode.id == found, RecoveryCode.used_at.is_(None))
        spent = session.execute(update(RecoveryCode).where(*unused).values(used_at=utc_now()))
        if account is None or not spent.rowcount:  # type: ignore[attr-defined]
            raise SignInRefusedError(REFUSED)
        account.password_hash = password_hash
        # It stands as long as the code does: whoever has one of months ago is more than a wallet of yesterday.
        account.password_since = rows[found].created_at
        _close_to_others(session, account_id)
        tokens, wallets = start_session(session, account_id), linked_wallets(session, account_id)
        return Recovered(tokens.access_token, tokens.refresh_token, tokens.account, wallets)


def _close_to_others(session: Session, account_id: UUID, kept: UUID | None = None) -> None:
    """Take back what apps were allowed, end every session but one that is kept, and let webhooks rest."""
    revoke_all(session, account_id)
    end_sessions(session, account_id, kept)
    for closer in closers():
        closer.close(session, account_id)


def _choose_password(account: Account, password_hash: str, *, known: bool) -> None:
    """Set a password; one that nobody proved to know before begins to stand now."""
    account.password_hash = password_hash
    if not known:
        account.password_since = utc_now()


def _end_codes(session: Session, account_id: UUID) -> None:
    """Delete the codes that apps did not exchange yet; before the sessions end, so that none begins after."""
    own = select(OAuthConsent.id).where(OAuthConsent.account_id == account_id)
    session.execute(
        delete(OAuthCode).where(OAuthCode.consent_id.in_(own)),
        execution_options={"synchronize_session": False},
    )
