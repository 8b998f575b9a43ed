"""Use-cases of webhooks: make, list, delete, test, and look at what was sent."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app
from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from webapp.accounts.errors import NoSessionError
from webapp.accounts.living import check_session, lock_active
from webapp.accounts.oauth.models import OAuthConsent
from webapp.accounts.scopes import Scope
from webapp.chain_access import settings
from webapp.columns import iso, utc_now
from webapp.database import kept, locked, writing
from webapp.errors import MalformedRequestError
from webapp.extensions import db
from webapp.notifications import reading
from webapp.notifications.models import Kind
from webapp.notifications.webhooks.apps import check_kinds, good, kinds_for
from webapp.notifications.webhooks.errors import TooManyWebhooksError, WebhookNotFoundError
from webapp.notifications.webhooks.models import Webhook, WebhookDelivery
from webapp.outgoing import Policy, RefusedUrlError, parse_target

MOST_WEBHOOKS = 5
# Of one app, for one person.
MOST_OF_APP = 2
SHOWN_DELIVERIES = 50
TEST = "test"


@dataclass(frozen=True)
class Holder:
    """Whose webhooks are meant: a person's, or, by a consent, those that an app made for them."""

    account_id: UUID
    session_id: UUID
    consent_id: UUID | None
    scopes: frozenset[Scope]

    @property
    def own(self) -> ColumnElement[bool]:
        """The condition for webhooks that this one may see and change: a person all of theirs, an app its own."""
        mine = Webhook.account_id == self.account_id
        if self.consent_id is None:
            return mine
        return and_(mine, Webhook.consent_id == self.consent_id, good())


@dataclass(frozen=True)
class Listed:
    """A webhook, and the app that made it (None for a person's own)."""

    webhook: Webhook
    client_id: UUID | None


def policy() -> Policy:
    """Return what webhooks may lead to."""
    return Policy(http_to_loopback=bool(settings().webhooks_to_loopback))


def make(holder: Holder, url: str, kinds: Sequence[Kind] | None) -> tuple[Webhook, str]:
    """Make a webhook; return it with its secret, which is shown this once. None for all that may be sent.

    Raises MalformedRequestError for a URL that is not asked, ScopeMissingError, TooManyWebhooksError, and
    NoSessionError where the account, or what it allowed the app, is gone since the request began.
    """
    chosen = sorted(kinds_for(holder.scopes)) if kinds is None else kinds
    check_kinds(chosen, holder.scopes)
    try:
        target = parse_target(url, policy())
    except RefusedUrlError as error:
        raise MalformedRequestError([{"field": "url", "problem": str(error)}]) from error
    key = secrets.token_bytes(32)
    with writing() as session:
        # The account's row is the lock under which its webhooks are counted.
        lock_active(session, holder.account_id)
        check_session(session, holder.session_id)
        _check_consent(session, holder)
        same = Webhook.consent_id.is_not_distinct_from(holder.consent_id)
        mine = select(func.count()).select_from(Webhook).where(holder.own, same)
        most = MOST_WEBHOOKS if holder.consent_id is None else MOST_OF_APP
        if (session.scalar(mine) or 0) >= most:
            raise TooManyWebhooksError(most)
        webhook = Webhook(
            id=uuid7(),
            account_id=holder.account_id,
            consent_id=holder.consent_id,
            url=url,
            host=target.host[:255],
            kinds=[str(kind) for kind in dict.fromkeys(chosen)],
            secret=_cipher().encrypt(key).decode(),
            position=reading.state(session, holder.account_id)[0],
            created_at=utc_now(),
        )
        session.add(webhook)
        session.flush()
    return webhook, f"whsec_{base64.b64encode(key).decode()}"


def key_of(webhook: Webhook) -> bytes | None:
    """Return the key that signs a webhook's messages; None if this server's own secret is another by now."""
    try:
        return _cipher().decrypt(webhook.secret)
    except InvalidToken:
        return None


def client_of(session: Session, consent_id: UUID | None) -> UUID | None:
    """Return the app of a consent."""
    query = select(OAuthConsent.app_id).where(OAuthConsent.id == consent_id)
    return None if consent_id is None else session.scalar(query)


def webhooks(holder: Holder) -> list[Listed]:
    """Return one's webhooks, oldest first; there are few. A person sees those of apps, too."""
    query = (
        select(Webhook, OAuthConsent.app_id)
        .outerjoin(OAuthConsent, OAuthConsent.id == Webhook.consent_id)
        .where(holder.own, good())
        .order_by(Webhook.id)
    )
    return [Listed(*row) for row in db.session.execute(query)]


def remove(holder: Holder, webhook_id: UUID) -> None:
    """Delete a webhook and what waits for it; one that is not there is deleted too."""
    with writing() as session:
        mine = select(Webhook.id).where(Webhook.id == webhook_id, holder.own)
        # For deletion: whoever hands something over to it just now comes before, or finds it gone.
        if session.scalar(mine.with_for_update(of=Webhook)) is None:
            return
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id))
        session.execute(delete(Webhook).where(Webhook.id == webhook_id))


def try_out(holder: Holder, webhook_id: UUID) -> WebhookDelivery:
    """Owe a webhook a test message, which also enables it again; raises WebhookNotFoundError and NoSessionError.

    One that still waits is due at once, instead of another.
    """
    with writing() as session:
        lock_active(session, holder.account_id)
        check_session(session, holder.session_id)
        webhook = _own(session, holder, webhook_id)
        webhook.disabled_at = webhook.disabled_reason = webhook.failing_since = None
        now = utc_now()
        # Two tests at once are one.
        session.execute(locked(session, select(Webhook.id).where(Webhook.id == webhook_id)))
        waiting = select(WebhookDelivery).filter_by(webhook_id=webhook_id, kind=TEST)
        found = session.scalars(waiting.where(WebhookDelivery.next_attempt_at.is_not(None))).first()
        if found is not None:
            found.next_attempt_at = now
            return found
        delivery = owed(webhook, TEST, {"kind": TEST, "created_at": iso(now)}, now)
        session.add(delivery)
        session.flush()
    return delivery


def owed(
    webhook: Webhook,
    kind: str,
    data: dict[str, Any],
    now: datetime,
    actor_id: UUID | None = None,
) -> WebhookDelivery:
    """Return a message that is owed from now on, and names somebody."""
    body = {
        "type": f"notification.{kind}",
        "timestamp": iso(now),
        "account": str(webhook.account_id),
        "data": data,
    }
    return WebhookDelivery(
        id=uuid7(),
        webhook_id=webhook.id,
        kind=kind,
        actor_id=actor_id,
        body=body,
        created_at=now,
        attempts=0,
        next_attempt_at=now,
    )


def deliveries(holder: Holder, webhook_id: UUID) -> Sequence[WebhookDelivery]:
    """Return the newest messages to a webhook; raises WebhookNotFoundError."""
    session = db.session()
    _own(session, holder, webhook_id)
    newest = select(WebhookDelivery).filter_by(webhook_id=webhook_id)
    return session.scalars(newest.order_by(WebhookDelivery.id.desc()).limit(SHOWN_DELIVERIES)).all()


def _own(session: Session, holder: Holder, webhook_id: UUID) -> Webhook:
    query = select(Webhook).where(Webhook.id == webhook_id, holder.own, good())
    webhook = session.scalars(query).one_or_none()
    if webhook is None:
        raise WebhookNotFoundError(str(webhook_id))
    return webhook


def _check_consent(session: Session, holder: Holder) -> None:
    """Keep what allows an app from being taken back until the commit; raises NoSessionError."""
    if holder.consent_id is None:
        return
    stands = select(OAuthConsent.id).where(
        OAuthConsent.id == holder.consent_id, OAuthConsent.revoked_at.is_(None)
    )
    if session.scalar(kept(session, stands, OAuthConsent)) is None:
        raise NoSessionError("What was allowed to the app was taken back")


def _cipher() -> Fernet:
    secret = current_app.config["JWT_SECRET_KEY"].encode()
    key = hashlib.sha256(b"webhook secrets\0" + secret).digest()
    return Fernet(base64.urlsafe_b64encode(key))
