"""Sessions of apps: started by a code, kept by rotating refresh tokens, ended with their consent.

An app's refresh token is opaque, not a JWT: no route that reads JWTs can take it for something else.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import current_app
from flask_jwt_extended import create_access_token
from sqlalchemy import Update, select, update
from uuid6 import uuid7

from webapp.accounts.models import Account, SignInSession
from webapp.accounts.oauth.models import OAuthCode, OAuthConsent
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import locked, writing
from webapp.extensions import db

MAC_BYTES = 32


@dataclass(frozen=True)
class AppSession:
    """An app's session, as Authlib's grants want a token."""

    id: UUID
    account_id: UUID
    app_id: UUID
    refresh_id: str
    scope: str

    def check_client(self, client: Any) -> bool:
        """Tell whether the session is that client's."""
        return bool(client.app_id == self.app_id)

    def get_scope(self) -> str:
        """Return the scopes that the person allowed."""
        return self.scope


@dataclass(frozen=True)
class Code:
    """An authorization code that was found, as Authlib's grants want it."""

    hash: bytes
    consent_id: UUID
    app_id: UUID
    account_id: UUID
    redirect_uri: str
    scope: str
    code_challenge: str
    code_challenge_method: str = "S256"

    def get_redirect_uri(self) -> str:
        """Return the URI to which the code went."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Return the scopes that the code is for."""
        return self.scope


def start(code: Code) -> AppSession | None:
    """Spend a code and open its session.

    None if the consent or the code is not good any more; a code that was spent before was copied, and the
    session that it opened ends (RFC 6749, 4.1.2).
    """
    now = utc_now()
    lasts = timedelta(seconds=settings().refresh_token_seconds)
    fresh = AppSession(uuid7(), code.account_id, code.app_id, str(uuid4()), code.scope)
    with writing() as session:
        consent = select(OAuthConsent.revoked_at).where(OAuthConsent.id == code.consent_id)
        if session.execute(locked(session, consent)).one().revoked_at is not None:
            return None
        spent = session.execute(
            update(OAuthCode)
            .where(OAuthCode.hash == code.hash, OAuthCode.spent_at.is_(None))
            .where(OAuthCode.expires_at > now)
            .values(spent_at=now, session_id=fresh.id)
        )
        if not spent.rowcount:  # type: ignore[attr-defined]
            opened = session.scalar(select(OAuthCode.session_id).where(OAuthCode.hash == code.hash))
            if opened is not None:
                session.execute(_revocation(opened))
            return None
        session.add(
            SignInSession(
                id=fresh.id,
                account_id=fresh.account_id,
                consent_id=code.consent_id,
                scope=fresh.scope,
                refresh_id=fresh.refresh_id,
                created_at=now,
                last_used_at=now,
                expires_at=now + lasts,
            )
        )
    return fresh


def rotate(old: AppSession) -> AppSession | None:
    """Spend a session's refresh token; one that was spent before was copied, and the session ends."""
    now, fresh = utc_now(), str(uuid4())
    lasts = timedelta(seconds=settings().refresh_token_seconds)
    with writing() as session:
        spent = session.execute(
            update(SignInSession)
            .where(SignInSession.id == old.id, SignInSession.revoked_at.is_(None))
            .where(SignInSession.refresh_id == old.refresh_id, SignInSession.expires_at > now)
            .values(refresh_id=fresh, last_used_at=now, expires_at=now + lasts)
        )
        if not spent.rowcount:  # type: ignore[attr-defined]
            session.execute(_revocation(old.id))
            return None
    return replace(old, refresh_id=fresh)


def end(session_id: UUID) -> None:
    """End a session; ended before is ended too."""
    with writing() as session:
        session.execute(_revocation(session_id))


def find(session_id: UUID, refresh_id: str = "") -> AppSession | None:
    """Return an app's session that is not ended, as a token with that ``refresh_id`` speaks of it."""
    row = db.session.execute(
        select(SignInSession.account_id, SignInSession.scope, OAuthConsent.app_id)
        .join(OAuthConsent, OAuthConsent.id == SignInSession.consent_id)
        .join(Account, Account.id == SignInSession.account_id)
        .where(SignInSession.id == session_id, SignInSession.revoked_at.is_(None))
        .where(OAuthConsent.revoked_at.is_(None), Account.deleted_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    return AppSession(session_id, row.account_id, row.app_id, refresh_id, row.scope or "")


def bearer(session: AppSession, scope: str) -> dict[str, Any]:
    """Return the answer of the token endpoint: a JWT with scopes and client, and a refresh token."""
    claims = {"sid": str(session.id), "client_id": str(session.app_id), "scope": scope}
    return {
        "token_type": "Bearer",
        "access_token": create_access_token(str(session.account_id), additional_claims=claims),
        "expires_in": settings().access_token_seconds,
        "refresh_token": refresh_token(session),
        "scope": scope,
    }


def refresh_token(session: AppSession) -> str:
    """Return the refresh token of a session: its id and the token's own, with a MAC."""
    body = session.id.bytes + UUID(session.refresh_id).bytes
    return base64.urlsafe_b64encode(body + _mac(body)).decode()


def read_refresh_token(text: str) -> tuple[UUID, str] | None:
    """Return the ids of session and token of a refresh token of ours; None for any other text."""
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except ValueError:
        return None
    body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    if len(body) != 32 or not hmac.compare_digest(mac, _mac(body)):
        return None
    return UUID(bytes=body[:16]), str(UUID(bytes=body[16:]))


def _mac(body: bytes) -> bytes:
    secret = current_app.config["JWT_SECRET_KEY"].encode()
    return hmac.new(secret, b"oauth refresh\0" + body, hashlib.sha256).digest()


def _revocation(session_id: UUID) -> Update:
    return (
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.revoked_at.is_(None))
        .values(revoked_at=utc_now())
    )
