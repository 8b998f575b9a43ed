"""Use-cases of consents: allow an app, list what was allowed, take it back."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Select, delete, select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from webapp.accounts.living import check_session, keep_active
from webapp.accounts.models import SignInSession
from webapp.accounts.oauth.models import OAuthApp, OAuthCode, OAuthConsent
from webapp.accounts.scopes import parse_scopes, scope_text
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, locked, writing
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.extensions import db
from webapp.pagination import newest_first


@dataclass(frozen=True)
class Decider:
    """Who decides, and by which session."""

    account_id: UUID
    session_id: UUID


def allow(session: Session, who: Decider, app_id: UUID, scope: str) -> UUID:
    """Keep what a person allows an app, beside what they did before; return the consent's id.

    Raises NoSessionError for an account that was deleted, or a session that was ended, a moment ago.
    """
    account_id = who.account_id
    keep_active(session, account_id)
    check_session(session, who.session_id)
    fresh = uuid7()
    row = {"id": fresh, "account_id": account_id, "app_id": app_id, "created_at": utc_now()}
    if insert_or_ignore(session, OAuthConsent, **row, scope=scope):
        record_event(session, EventType.APP_ALLOWED, account_id, str(app_id))
        return fresh
    same = select(OAuthConsent).filter_by(account_id=account_id, app_id=app_id)
    consent = session.scalars(locked(session, same)).one()
    before = consent.scope
    if consent.revoked_at is not None:
        consent.revoked_at, consent.created_at, before = None, utc_now(), ""
    consent.scope = scope_text(parse_scopes(before) | parse_scopes(scope))
    if consent.scope != before:
        record_event(session, EventType.APP_ALLOWED, account_id, str(app_id))
    return consent.id


def given(account_id: UUID, app_id: UUID) -> str:
    """Return the scopes that a person allows an app already."""
    query = select(OAuthConsent.scope).filter_by(account_id=account_id, app_id=app_id)
    return db.session.scalar(query.where(OAuthConsent.revoked_at.is_(None))) or ""


def consents_of(account_id: UUID, page: dict[str, Any]) -> list[Row[Any]]:
    """Return a page of what a person allows, with the apps' names, newest first."""
    query = (
        select(
            OAuthConsent.id,
            OAuthConsent.app_id,
            OAuthApp.name,
            OAuthConsent.scope,
            OAuthConsent.created_at,
        )
        .join(OAuthApp, OAuthApp.id == OAuthConsent.app_id)
        .where(OAuthConsent.account_id == account_id, OAuthConsent.revoked_at.is_(None))
    )
    listed = cast("Select[Any]", query)
    ordered = newest_first(OAuthConsent.created_at, OAuthConsent.id, listed, page)
    return list(db.session.execute(ordered))


def revoke_all(session: Session, account_id: UUID) -> None:
    """Take back whatever an account allows, and the codes on their way; under the lock of its row.

    End its sessions afterwards: whoever exchanges a code holds the consent's row until the app's session is there.
    """
    own = OAuthConsent.account_id == account_id
    taken = session.scalars(
        update(OAuthConsent)
        .where(own, OAuthConsent.revoked_at.is_(None))
        .values(revoked_at=utc_now())
        .returning(OAuthConsent.app_id)
    ).all()
    session.execute(
        delete(OAuthCode).where(OAuthCode.consent_id.in_(select(OAuthConsent.id).where(own))),
        execution_options={"synchronize_session": False},
    )
    for app_id in taken:
        record_event(session, EventType.APP_REVOKED, account_id, str(app_id))


def revoke(account_id: UUID, consent_id: UUID) -> None:
    """Take a consent back: the app's sessions and codes end with it; gone before is fine, too."""
    now = utc_now()
    with writing() as session:
        # First of all: whoever exchanges a code holds this row until its session is there.
        taken = session.execute(
            update(OAuthConsent)
            .where(OAuthConsent.id == consent_id, OAuthConsent.account_id == account_id)
            .where(OAuthConsent.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(OAuthConsent.app_id)
        ).one_or_none()
        if taken is None:
            return
        session.execute(
            update(SignInSession)
            .where(SignInSession.consent_id == consent_id, SignInSession.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        session.execute(delete(OAuthCode).where(OAuthCode.consent_id == consent_id))
        record_event(session, EventType.APP_REVOKED, account_id, str(taken.app_id))
