"""Upkeep: rows that have expired are deleted, some at a time."""

from datetime import timedelta

import structlog
from sqlalchemy import delete

from webapp.accounts.idempotency import LIFE, forget_tokens
from webapp.accounts.models import IdempotencyKey, SignInNonce, SignInSession
from webapp.columns import utc_now
from webapp.database import empty_write_ahead_log, writing

# Expired nonces are kept a little, so that a replay is told "used" and not "never given".
NONCE_KEPT = timedelta(hours=1)
SESSION_KEPT = timedelta(days=30)
log = structlog.get_logger(__name__)


def tidy() -> int:
    """Delete expired nonces, idempotency keys and sessions, erase old tokens; return how many rows went."""
    now = utc_now()
    expired = (
        delete(SignInNonce).where(SignInNonce.expires_at < now - NONCE_KEPT),
        delete(IdempotencyKey).where(IdempotencyKey.created_at < now - LIFE),
        delete(SignInSession).where(SignInSession.expires_at < now - SESSION_KEPT),
    )
    with writing() as session:
        forget_tokens(session)
        gone = sum(session.execute(one).rowcount for one in expired)  # type: ignore[attr-defined]
    empty_write_ahead_log()
    log.info("upkeep.tidied", rows=gone)
    return gone
