"""What deleting an account erases of OAuth: the apps that it registered, and what it allowed."""

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.accounts.deletion.erasers import Eraser
from webapp.accounts.models import SignInSession
from webapp.accounts.oauth.models import OAuthApp, OAuthCode, OAuthConsent
from webapp.columns import utc_now


def erase_apps(session: Session, account_id: UUID) -> None:
    """End an account's apps with all that others allowed them, and forget what it allowed itself.

    A row without name and addresses is left of each app, so that whom it had as users learn that it is gone.
    """
    now, unsynced = utc_now(), {"synchronize_session": False}
    apps = select(OAuthApp.id).where(OAuthApp.owner_id == account_id)
    theirs = select(OAuthConsent.id).where(OAuthConsent.app_id.in_(apps))
    own = select(OAuthConsent.id).where(OAuthConsent.account_id == account_id)
    living = SignInSession.revoked_at.is_(None)
    statements = (
        update(OAuthApp)
        .where(OAuthApp.owner_id == account_id)
        .values(name="", redirect_uris=[], deleted_at=now),
        update(OAuthConsent)
        .where(OAuthConsent.app_id.in_(apps), OAuthConsent.revoked_at.is_(None))
        .values(revoked_at=now),
        update(SignInSession)
        .where(SignInSession.consent_id.in_(theirs), living)
        .values(revoked_at=now),
        delete(OAuthCode).where(OAuthCode.consent_id.in_(theirs)),
        delete(OAuthCode).where(OAuthCode.consent_id.in_(own)),
        # Its own sessions go anyway, and would hold what allowed them.
        delete(SignInSession).where(SignInSession.account_id == account_id),
        delete(OAuthConsent).where(OAuthConsent.account_id == account_id),
    )
    for one in statements:
        session.execute(one, execution_options=unsynced)


ERASERS = (Eraser("oauth", erase_apps),)
