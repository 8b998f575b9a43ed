"""Upkeep: rows that have expired are deleted, and counts compared with their rows, some at a time."""

from datetime import timedelta

import structlog
from sqlalchemy import delete

from webapp.accounts.idempotency import LIFE, forget_tokens
from webapp.accounts.models import IdempotencyKey, SignInNonce, SignInSession
from webapp.accounts.oauth.models import OAuthCode
from webapp.assets.content.storage import erase_old_parts
from webapp.assets.tidying import tidy_mints
from webapp.columns import utc_now
from webapp.database import empty_write_ahead_log, writing
from webapp.feed.keeping import drop_dormant
from webapp.full_text import purge
from webapp.identities.erasing import erase_old
from webapp.identities.models import ClaimMail
from webapp.identities.rotation import reencrypt_claims
from webapp.identities.unlinked import end_unlinked
from webapp.messages.rotation import reencrypt_all
from webapp.notifications.service import forget_old
from webapp.notifications.webhooks import sending as webhooks
from webapp.posts.recounting import recount_some
from workers.claims import claimed
from workers.content import recheck_damaged

# Expired nonces and codes are kept a little, so that a replay is known for what it is.
NONCE_KEPT = timedelta(hours=1)
CODE_KEPT = timedelta(hours=1)
# Longer than any bound on mail looks back.
MAIL_KEPT = timedelta(days=2)
SESSION_KEPT = timedelta(days=30)
# Of each kind and at each time: a small part of a second where nothing is very popular.
RECOUNT_BATCHES = 10
log = structlog.get_logger(__name__)


def tidy() -> int:
    """Delete what has expired or is over, end claims of unlinked wallets, and encrypt anew what older keys encrypted.

    Rows that go: expired nonces, codes, idempotency keys and sessions, old notifications, webhook deliveries and records
    of mail; evidence of decided claims and values of ended ones; mints that came to nothing; feeds nobody reads; words of erased
    texts in the index. Parts of uploads that were left go from the disk, and damaged content is looked at again.
    Returns how many rows and feeds went.
    """
    now = utc_now()
    expired = (
        delete(SignInNonce).where(SignInNonce.expires_at < now - NONCE_KEPT),
        delete(IdempotencyKey).where(IdempotencyKey.created_at < now - LIFE),
        delete(OAuthCode).where(OAuthCode.expires_at < now - CODE_KEPT),
        delete(ClaimMail).where(ClaimMail.sent_at < now - MAIL_KEPT),
        delete(SignInSession).where(SignInSession.expires_at < now - SESSION_KEPT),
    )
    with writing() as session:
        forget_tokens(session)
        purge(session)
        erased = erase_old(session)
        gone = erased + sum(session.execute(one).rowcount for one in expired)  # type: ignore[attr-defined]
    gone += tidy_mints() + drop_dormant() + forget_old() + webhooks.forget_old()
    erase_old_parts()
    if ended := end_unlinked():
        log.warning("claims.ended_unlinked", claims=ended)
    recheck_damaged()
    empty_write_ahead_log()
    log.info("upkeep.tidied", rows=gone, encrypted_anew=reencrypt_all() + reencrypt_claims())
    return gone


def recount() -> int:
    """Compare some counts of accounts and posts with their rows, and correct them; return how many were wrong."""
    with claimed("recount") as mine:
        corrections = recount_some(RECOUNT_BATCHES) if mine else []
    for one in corrections:
        log.warning(
            "counts.corrected",
            counted_kind=one.kind,
            of=str(one.id),
            kept=one.kept,
            rows=one.counted,
        )
    return len(corrections)
