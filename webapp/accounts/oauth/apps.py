"""Use-cases of apps: register, list, delete."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from uuid6 import uuid7

from webapp.accounts.living import lock_active
from webapp.accounts.models import SignInSession
from webapp.accounts.oauth.errors import AppNotFoundError, TooManyAppsError
from webapp.accounts.oauth.models import OAuthApp, OAuthConsent
from webapp.columns import utc_now
from webapp.database import locked, writing
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.extensions import db

MOST_APPS = 20


@dataclass(frozen=True)
class Registration:
    """A fresh app with its secret, which is never told again; None for a public client."""

    id: UUID
    name: str
    redirect_uris: list[str]
    confidential: bool
    created_at: datetime
    client_secret: str | None


def secret_hash(secret: str) -> bytes:
    """Return what is kept of an app's secret."""
    return hashlib.sha256(secret.encode()).digest()


def register_app(
    owner_id: UUID, name: str, redirect_uris: list[str], *, confidential: bool
) -> Registration:
    """Register an app; raises TooManyAppsError."""
    secret = secrets.token_urlsafe(32) if confidential else None
    app = OAuthApp(
        id=uuid7(),
        owner_id=owner_id,
        name=name,
        redirect_uris=redirect_uris,
        secret_hash=None if secret is None else secret_hash(secret),
        created_at=utc_now(),
    )
    with writing() as session:
        lock_active(session, owner_id)
        own = select(func.count()).where(
            OAuthApp.owner_id == owner_id, OAuthApp.deleted_at.is_(None)
        )
        if (session.scalar(own) or 0) >= MOST_APPS:
            raise TooManyAppsError(MOST_APPS)
        session.add(app)
        record_event(session, EventType.APP_REGISTERED, owner_id, str(app.id))
    return Registration(app.id, name, redirect_uris, confidential, app.created_at, secret)


def own_apps(owner_id: UUID) -> list[OAuthApp]:
    """Return a person's apps, newest first; never more than one may have."""
    query = select(OAuthApp).where(OAuthApp.owner_id == owner_id, OAuthApp.deleted_at.is_(None))
    return list(db.session.scalars(query.order_by(OAuthApp.id.desc())))


def find_app(app_id: UUID) -> OAuthApp:
    """Return an app; raises AppNotFoundError."""
    app = db.session.get(OAuthApp, app_id)
    if app is None or app.deleted_at is not None:
        raise AppNotFoundError(str(app_id))
    return app


def delete_app(owner_id: UUID, app_id: UUID) -> None:
    """Delete a person's app: whatever it was allowed, and its sessions, end; deleted before is fine.

    Raises AppNotFoundError.
    """
    now = utc_now()
    with writing() as session:
        mine = select(OAuthApp).where(OAuthApp.id == app_id, OAuthApp.owner_id == owner_id)
        app = session.scalars(locked(session, mine)).one_or_none()
        if app is None:
            raise AppNotFoundError(str(app_id))
        if app.deleted_at is not None:
            return
        app.deleted_at = now
        allowed = OAuthConsent.app_id == app_id
        session.execute(
            update(OAuthConsent)
            .where(allowed, OAuthConsent.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        session.execute(
            update(SignInSession)
            .where(SignInSession.consent_id.in_(select(OAuthConsent.id).where(allowed)))
            .where(SignInSession.revoked_at.is_(None))
            .values(revoked_at=now)
            .execution_options(synchronize_session=False)
        )
        record_event(session, EventType.APP_DELETED, owner_id, str(app_id))
