"""Use-cases of webhooks: make, list, delete, test, and look at what was sent."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from webapp.accounts.living import lock_living
from webapp.chain_access import settings
from webapp.columns import iso, utc_now
from webapp.database import locked, writing
from webapp.errors import MalformedRequestError
from webapp.extensions import db
from webapp.notifications import reading
from webapp.notifications.models import Kind
from webapp.notifications.webhooks.errors import TooManyWebhooksError, WebhookNotFoundError
from webapp.notifications.webhooks.models import Webhook, WebhookDelivery
from webapp.outgoing import Policy, RefusedUrlError, parse_target

MOST_WEBHOOKS = 5
SHOWN_DELIVERIES = 50
TEST = "test"


def policy() -> Policy:
    """Return what webhooks may lead to."""
    return Policy(http_to_loopback=bool(settings().webhooks_to_loopback))


def make(account_id: UUID, url: str, kinds: Sequence[Kind]) -> tuple[Webhook, str]:
    """Make a webhook; return it with its secret, which is shown this once.

    Raises MalformedRequestError for a URL that is not asked, TooManyWebhooksError.
    """
    try:
        target = parse_target(url, policy())
    except RefusedUrlError as error:
        raise MalformedRequestError([{"field": "url", "problem": str(error)}]) from error
    key = secrets.token_bytes(32)
    with writing() as session:
        # The account's row is the lock under which its webhooks are counted.
        lock_living(session, account_id)
        mine = select(func.count()).select_from(Webhook).where(Webhook.account_id == account_id)
        if (session.scalar(mine) or 0) >= MOST_WEBHOOKS:
            raise TooManyWebhooksError(MOST_WEBHOOKS)
        webhook = Webhook(
            id=uuid7(),
            account_id=account_id,
            url=url,
            host=target.host[:255],
            kinds=[str(kind) for kind in dict.fromkeys(kinds)],
            secret=_cipher().encrypt(key).decode(),
            position=reading.state(session, account_id)[0],
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


def webhooks(account_id: UUID) -> Sequence[Webhook]:
    """Return somebody's webhooks, oldest first; there are few."""
    return db.session.scalars(select(Webhook).filter_by(account_id=account_id).order_by("id")).all()


def remove(account_id: UUID, webhook_id: UUID) -> None:
    """Delete a webhook and what waits for it; one that is not there is deleted too."""
    with writing() as session:
        mine = select(Webhook.id).where(Webhook.id == webhook_id, Webhook.account_id == account_id)
        # For deletion: whoever hands something over to it just now comes before, or finds it gone.
        if session.scalar(mine.with_for_update()) is None:
            return
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id))
        session.execute(delete(Webhook).where(Webhook.id == webhook_id))


def try_out(account_id: UUID, webhook_id: UUID) -> WebhookDelivery:
    """Owe a webhook a test message, which also enables it again; raises WebhookNotFoundError.

    One that still waits is due at once, instead of another.
    """
    with writing() as session:
        webhook = _own(session, account_id, webhook_id)
        webhook.disabled_at = webhook.disabled_reason = webhook.failing_since = None
        now = utc_now()
        # Two tests at once are one.
        session.execute(locked(session, select(Webhook.id).where(Webhook.id == webhook_id)))
        waiting = select(WebhookDelivery).filter_by(webhook_id=webhook_id, kind=TEST)
        found = session.scalars(waiting.where(WebhookDelivery.next_attempt_at.is_not(None))).first()
        if found is not None:
            found.next_attempt_at = now
            return found
        delivery = owed(webhook.id, TEST, {"kind": TEST, "created_at": iso(now)}, now)
        session.add(delivery)
        session.flush()
    return delivery


def owed(
    webhook_id: UUID,
    kind: str,
    data: dict[str, Any],
    now: datetime,
    actor_id: UUID | None = None,
) -> WebhookDelivery:
    """Return a message that is owed from now on, and names somebody."""
    body = {"type": f"notification.{kind}", "timestamp": iso(now), "data": data}
    return WebhookDelivery(
        id=uuid7(),
        webhook_id=webhook_id,
        kind=kind,
        actor_id=actor_id,
        body=body,
        created_at=now,
        attempts=0,
        next_attempt_at=now,
    )


def deliveries(account_id: UUID, webhook_id: UUID) -> Sequence[WebhookDelivery]:
    """Return the newest messages to a webhook; raises WebhookNotFoundError."""
    session = db.session()
    _own(session, account_id, webhook_id)
    newest = select(WebhookDelivery).filter_by(webhook_id=webhook_id)
    return session.scalars(newest.order_by(WebhookDelivery.id.desc()).limit(SHOWN_DELIVERIES)).all()


def _own(session: Session, account_id: UUID, webhook_id: UUID) -> Webhook:
    webhook = session.get(Webhook, webhook_id)
    if webhook is None or webhook.account_id != account_id:
        raise WebhookNotFoundError(str(webhook_id))
    return webhook


def _cipher() -> Fernet:
    secret = current_app.config["JWT_SECRET_KEY"].encode()
    key = hashlib.sha256(b"webhook secrets\0" + secret).digest()
    return Fernet(base64.urlsafe_b64encode(key))
