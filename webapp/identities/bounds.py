"""How much one account, one address and everybody together may ask for, so that nobody else pays for it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from webapp.columns import utc_now
from webapp.identities.errors import TooManyClaimsError
from webapp.identities.models import ClaimMail, IdentityClaim
from webapp.identities.sealing import tag_of
from webapp.identities.values import registrable

MOST_OPEN, MOST_A_DAY = 20, 30
RETRY_AFTER = timedelta(seconds=30)
HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
# Codes to one mailbox and to one domain, whoever asks for them, and by one account.
MAILS_TO_MAILBOX, MAILS_TO_MAILBOX_A_DAY, MAILS_TO_DOMAIN, MAILS_BY_ACCOUNT = 3, 6, 100, 10
# How often in a month one value of one address gets to the chain.
MOST_SAME = 3


def check_bounds(session: Session, account_id: UUID) -> None:
    """Bound an account's claims; raises TooManyClaimsError."""
    mine = select(func.count()).select_from(IdentityClaim).filter_by(account_id=account_id)
    if (session.scalar(mine.where(IdentityClaim.ended_at.is_(None))) or 0) >= MOST_OPEN:
        raise TooManyClaimsError(f"You have {MOST_OPEN} claims", 3_600)
    today = mine.where(IdentityClaim.requested_at > utc_now() - DAY)
    if (session.scalar(today) or 0) >= MOST_A_DAY:
        raise TooManyClaimsError(f"You asked {MOST_A_DAY} times within a day", 3_600)


def check_same(session: Session, claim: IdentityClaim) -> None:
    """Bound how often the same is written to the chain, taken back and asked for again: that is the issuer's gas.

    Raises TooManyClaimsError.
    """
    same = {"subject": claim.subject, "kind": claim.kind, "tag": claim.tag}
    query = select(func.count()).select_from(IdentityClaim).filter_by(**same)
    recent = IdentityClaim.requested_at > utc_now() - MONTH
    written = session.scalar(query.where(IdentityClaim.transaction_id.is_not(None), recent)) or 0
    if written >= MOST_SAME:
        raise TooManyClaimsError(f"The same was vouched for {written} times in 30 days", 86_400)


def check_waited(claim: IdentityClaim, what: str) -> None:
    """Bound how often something is tried again; raises TooManyClaimsError."""
    if claim.tried_at is not None and claim.tried_at > utc_now() - RETRY_AFTER:
        raise TooManyClaimsError(what, int(RETRY_AFTER.total_seconds()))


def note_mail(session: Session, claim: IdentityClaim, address: str) -> int:
    """Count a code that is going to be sent; return how many this account let send to the mailbox within a day.

    Raises TooManyClaimsError. Needs the open write transaction.
    """
    tag, domain_tag = _mail_tags(session, address)
    mailbox, mine = ClaimMail.tag == tag, ClaimMail.account_id == claim.account_id
    bounds = (
        (mailbox, HOUR, MAILS_TO_MAILBOX, "codes to this address within an hour"),
        (mailbox, DAY, MAILS_TO_MAILBOX_A_DAY, "codes to this address within a day"),
        (
            ClaimMail.domain_tag == domain_tag,
            HOUR,
            MAILS_TO_DOMAIN,
            "codes to its domain in an hour",
        ),
        (mine, DAY, MAILS_BY_ACCOUNT, "codes within a day"),
    )
    for which, span, most, what in bounds:
        if _count(session, span, which) >= most:
            raise TooManyClaimsError(f"There were {most} {what}", int(span.total_seconds()))
    tags = {"tag": tag, "domain_tag": domain_tag}
    session.add(ClaimMail(id=uuid7(), account_id=claim.account_id, sent_at=utc_now(), **tags))
    session.flush()
    return _count(session, DAY, mailbox & mine)


def _count(session: Session, span: timedelta, which: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(ClaimMail)
    return session.scalar(query.where(which, ClaimMail.sent_at > utc_now() - span)) or 0


def _mail_tags(session: Session, address: str) -> tuple[bytes, bytes]:
    """Return the tags of a mailbox, as most servers know it, and of the domain that somebody registered.

    Case, dots and what follows a `+` make another address, but mostly no other mailbox.
    """
    local, _, domain = address.rpartition("@")
    mailbox = local.lower().partition("+")[0].replace(".", "")
    owner = registrable(domain) or domain
    return tag_of(session, "mailbox", f"{mailbox}@{domain}"), tag_of(session, "mail domain", owner)
