"""Sending: notifications become owed messages, owed messages are sent, each step from rows alone.

A message is sent at least once; its id stays the same, so that a receiver knows it again. A few are sent at
once, never two to one host and by turns, so that a slow peer costs one of them; a host that fails is left alone for
a while.
"""

import base64
import hashlib
import hmac
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select, update

from webapp.accounts.models import Account
from webapp.accounts.oauth.models import OAuthConsent
from webapp.accounts.oauth.standing import rests
from webapp.accounts.scopes import FIRST_PARTY, parse_scopes
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db, table_of
from webapp.notifications import reading
from webapp.notifications.live.stream import wire
from webapp.notifications.models import NotificationState
from webapp.notifications.reading import Told
from webapp.notifications.webhooks.apps import end_all, good, kinds_for
from webapp.notifications.webhooks.models import Webhook, WebhookDelivery
from webapp.notifications.webhooks.service import owed, policy
from webapp.notifications.webhooks.turns import AT_ONCE, Job, due_jobs
from webapp.outgoing import Answer, OutgoingError, request

MOST_HANDED_OVER = 100
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=6)
LIFE = timedelta(days=2)  # of a message that never gets through
DISABLED_AFTER = timedelta(days=5)
KEPT = timedelta(days=7)
MOST_DELETED = 5_000
log = structlog.get_logger(__name__)
Ask = Callable[..., Answer]


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return a message's signature as Standard Webhooks has it: HMAC-SHA256 of id, time and body."""
    said = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()


def hand_over() -> int:
    """Owe webhooks the notifications that came since; return how many messages are owed now."""
    behind = (
        select(Webhook, OAuthConsent.scope)
        .outerjoin(OAuthConsent, OAuthConsent.id == Webhook.consent_id)
        .join(NotificationState, NotificationState.account_id == Webhook.account_id)
        .join(Account, Account.id == Webhook.account_id)
        .where(NotificationState.newest > Webhook.position, Webhook.disabled_at.is_(None))
        .where(Account.suspended_at.is_(None), Account.deleted_at.is_(None), good())
        .where(~rests(table_of(Webhook).c.consent_id))
        .order_by(Webhook.id)
        .limit(MOST_HANDED_OVER)
    )
    count = 0
    with writing() as session:
        now = utc_now()
        rows: Sequence[Any] = session.execute(behind).all()
        for webhook, scope in rows:
            newest = reading.state(session, webhook.account_id)[0]
            told = reading.after(session, webhook.account_id, webhook.position, MOST_HANDED_OVER)
            allowed = kinds_for(FIRST_PARTY if scope is None else parse_scopes(scope))
            wanted = [one for one in told if one.kind in allowed.intersection(webhook.kinds)]
            session.add_all(_owed(webhook, one, now) for one in wanted)
            webhook.position = told[-1].number if len(told) == MOST_HANDED_OVER else newest
            count += len(wanted)
    return count


def _owed(webhook: Webhook, one: Told, now: datetime) -> WebhookDelivery:
    actor_id = None if one.profile is None else one.profile.id
    return owed(webhook, one.kind, wire(one), now, actor_id)


def send_due(ask: Ask = request) -> int:
    """Send some messages that are due, one to a host at a time; return how many were tried."""
    jobs = due_jobs()
    if not jobs:
        return 0
    allowed = policy()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(
            pool.map(lambda job: _send(job, lambda *a, **k: ask(*a, allowed, **k)), jobs)
        )
    with writing():
        for job, (status, problem) in zip(jobs, outcomes, strict=True):
            _settle(job, status, problem)
    return len(jobs)


def forget_old() -> int:
    """Delete messages of long ago, some at a time, and webhooks that nobody allows; return how many messages went."""
    end_all()
    old = select(WebhookDelivery.id).where(WebhookDelivery.created_at < utc_now() - KEPT)
    with writing() as session:
        gone = session.execute(
            delete(WebhookDelivery).where(WebhookDelivery.id.in_(old.limit(MOST_DELETED)))
        )
        return int(gone.rowcount)  # type: ignore[attr-defined]


def _send(job: Job, ask: Ask) -> tuple[int | None, str | None]:
    now = int(utc_now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Troth-Webhooks/1",
        "webhook-id": str(job.id),
        "webhook-timestamp": str(now),
        "webhook-signature": signature(job.key, str(job.id), now, job.body),
    }
    try:
        answer = ask("POST", job.url, body=job.body, headers=headers)
    except OutgoingError as error:
        return None, str(error)[:200]
    if 200 <= answer.status < 300:
        return answer.status, None
    return answer.status, f"It answered {answer.status}."


def _settle(job: Job, status: int | None, problem: str | None) -> None:
    session, now = db.session(), utc_now()
    message = session.get(WebhookDelivery, job.id)
    webhook = session.get(Webhook, job.webhook_id)
    if message is None or webhook is None:  # deleted meanwhile
        return
    webhook.tried_at = now
    message.attempts, message.status, message.problem = job.attempts + 1, status, problem
    if problem is None:
        message.next_attempt_at, message.delivered_at = None, now
        webhook.failing_since = None
        return
    wait = backoff(message.attempts)
    message.next_attempt_at = now + wait if now + wait < job.created_at + LIFE else None
    webhook.failing_since = webhook.failing_since or now
    if now - webhook.failing_since >= DISABLED_AFTER:
        webhook.disabled_at = now
        webhook.disabled_reason = f"Nothing got through for {DISABLED_AFTER.days} days: {problem}"[
            :200
        ]
        log.info("webhook.disabled", webhook=str(webhook.id), host=webhook.host)
    session.flush()
    _leave_alone(job, now, now + min(wait, timedelta(minutes=1)))


def _leave_alone(job: Job, now: datetime, until: datetime) -> None:
    """Let all else that is due for a host that failed wait a little as well."""
    there = select(Webhook.id).where(Webhook.host == job.host)
    db.session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.webhook_id.in_(there), WebhookDelivery.next_attempt_at <= now)
        .values(next_attempt_at=until)
        .execution_options(synchronize_session=False)
    )


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many failures: doubled each time, up to half of it by chance."""
    wait: timedelta = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts - 1, 20))
    return wait * (1 - random.random() / 2)  # noqa: S311 - spreads retries, guards nothing
