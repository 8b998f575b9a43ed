"""Whose turn it is: one message for each of those hosts that were asked longest ago."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.oauth.standing import rests
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db, table_of
from webapp.notifications.webhooks.apps import good
from webapp.notifications.webhooks.models import Webhook, WebhookDelivery
from webapp.notifications.webhooks.service import key_of

AT_ONCE = 8
_D = table_of(WebhookDelivery).c
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """A message on its way, apart from any database session."""

    id: UUID
    webhook_id: UUID
    url: str
    host: str
    key: bytes
    body: bytes
    attempts: int
    created_at: datetime


def due_jobs() -> list[Job]:
    """Return one message for each of those hosts that were asked longest ago."""
    session = db.session()
    found: Sequence[Webhook] = session.scalars(_next_webhooks()).all()
    jobs = [job for webhook in found if (job := _job(session, webhook)) is not None]
    unusable = [webhook.id for webhook in found if key_of(webhook) is None]
    session.rollback()  # nothing is held while others are waited for
    if unusable:
        _disable_unusable(unusable)
    return jobs


def _next_webhooks() -> Select[Any]:
    """Return the query of the webhooks whose turn it is, one a host.

    By turns, whatever waits for one: else whoever has a long queue, and takes its time, holds up all others.
    """
    waits = (
        select(_D.webhook_id, func.min(_D.next_attempt_at).label("since"))
        .where(_D.next_attempt_at <= utc_now())
        .group_by(_D.webhook_id)
        .subquery()
    )
    tried = func.coalesce(Webhook.tried_at, Webhook.created_at)
    ranked = (
        select(
            Webhook.id,
            waits.c.since,
            func.max(tried).over(partition_by=Webhook.host).label("host_tried"),
            func.row_number()
            .over(partition_by=Webhook.host, order_by=(tried, waits.c.since, Webhook.id))
            .label("place"),
        )
        .join(waits, waits.c.webhook_id == Webhook.id)
        .join(Account, Account.id == Webhook.account_id)
        .where(Webhook.disabled_at.is_(None))
        .where(Account.suspended_at.is_(None), Account.deleted_at.is_(None), good())
        .where(~rests(table_of(Webhook).c.consent_id))
        .subquery()
    )
    return (
        select(Webhook)
        .join(ranked, ranked.c.id == Webhook.id)
        .where(ranked.c.place == 1)
        .order_by(ranked.c.host_tried, ranked.c.since, Webhook.id)
        .limit(AT_ONCE)
    )


def _job(session: Session, webhook: Webhook) -> Job | None:
    key = key_of(webhook)
    query = select(WebhookDelivery).where(
        _D.webhook_id == webhook.id, _D.next_attempt_at <= utc_now()
    )
    message = session.scalars(query.order_by(_D.next_attempt_at, _D.id).limit(1)).first()
    if key is None or message is None:
        return None
    return Job(
        id=message.id,
        webhook_id=webhook.id,
        url=webhook.url,
        host=webhook.host,
        key=key,
        body=json.dumps(message.body, separators=(",", ":")).encode(),
        attempts=message.attempts,
        created_at=message.created_at,
    )


def _disable_unusable(ids: Sequence[UUID]) -> None:
    """Disable webhooks whose secrets cannot be read any more: none of the others may wait for them."""
    why = "This server's own secret was changed; delete this webhook and make it again."
    with writing() as session:
        disabled = update(Webhook).where(Webhook.id.in_(ids))
        session.execute(disabled.values(disabled_at=utc_now(), disabled_reason=why))
    log.error("webhooks.secret_unreadable", webhooks=len(ids))
