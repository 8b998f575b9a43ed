"""Upkeep: rows that have expired are deleted, some at a time."""

from datetime import timedelta

import structlog
from sqlalchemy import delete

from webapp.accounts.idempotency import LIFE, forget_tokens
from webapp.accounts.models import IdempotencyKey, SignInNonce, SignInSession
from webapp.columns import utc_now
from webapp.database import writing
from webapp.notifications.service import forget_old
from webapp.notifications.webhooks import sending as webhooks

# Expired nonces are kept a little, so that a replay is told "used" and not "never given".
NONCE_KEPT = timedelta(hours=1)
SESSION_KEPT = timedelta(days=30)
log = structlog.get_logger(__name__)


def tidy() -> int:
    """Delete what has expired, erase old tokens; return how many rows went."""
    now = utc_now()
    expired = (
        delete(SignInNonce).where(SignInNonce.expires_at < now - NONCE_KEPT),
        delete(IdempotencyKey).where(IdempotencyKey.created_at < now - LIFE),
        delete(SignInSession).where(SignInSession.expires_at < now - SESSION_KEPT),
    )
    with writing() as session:
        forget_tokens(session)
        gone: int = sum(session.execute(one).rowcount for one in expired)  # type: ignore[attr-defined]
    gone += forget_old() + webhooks.forget_old()
    log.info("upkeep.tidied", rows=gone)
    return gone
