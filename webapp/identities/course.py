"""The course of a claim's row, whoever sees to it: read, locked, checked, ended, declined."""

from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from chain.contracts import RevocationReason
from webapp.accounts.models import Account
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, kept, locked, ring_after_commit
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.identities.errors import ClaimNotFoundError
from webapp.identities.kinds import RECHECK, ClaimKind, End, Method
from webapp.identities.models import ClaimDecline, ClaimEvidence, IdentityClaim
from webapp.identities.states import ClaimView, claim_views, select_claims
from webapp.identities.steps import HALTED
from webapp.outbox.models import Transaction

TASK = "troth.claims"
NOT_THEIRS = "The address does not belong to the account any more"


def one_view(session: Session, claim_id: UUID) -> ClaimView:
    """Return what is shown of a claim that is there; raises ClaimNotFoundError."""
    found = claim_views(session, select_claims().where(IdentityClaim.id == claim_id))
    if not found:
        raise ClaimNotFoundError(str(claim_id))
    return found[0]


def lock_claim(session: Session, claim_id: UUID) -> IdentityClaim | None:
    """Lock a claim, its account before it, as whoever deletes the account does; None if there is none.

    Needs the open write transaction.
    """
    whose = select(Account.id).join(IdentityClaim, IdentityClaim.account_id == Account.id)
    session.execute(kept(session, whose.where(IdentityClaim.id == claim_id), Account))
    query = select(IdentityClaim).where(IdentityClaim.id == claim_id)
    return session.scalars(locked(session, query)).one_or_none()


def mark_checked(session: Session, claim: IdentityClaim, method: Method) -> None:
    """Note that a claim was verified; the worker owes it to the chain then. Needs the open write transaction."""
    now = utc_now()
    claim.checked_at, claim.method = now, str(method)
    claim.problem, claim.failing_since, claim.tries = None, None, 0
    looked_at = claim.kind in (ClaimKind.DOMAIN, ClaimKind.HANDLE)
    claim.next_check_at = now + RECHECK if looked_at else None
    record_event(session, EventType.CLAIM_CHECKED, claim.account_id, str(claim.id))
    ring_after_commit(session, TASK, 0)


def end_claim(
    session: Session,
    claim: IdentityClaim,
    end: End,
    revoke_reason: RevocationReason,
    reason: str | None,
) -> None:
    """Decide that a claim is over; the worker tells the chain. Needs the open write transaction."""
    claim.end, claim.ended_at, claim.revoke_reason = str(end), utc_now(), int(revoke_reason)
    claim.reason = None if reason is None else reason[:300]
    # From here on the tries are those of its revocation.
    claim.next_check_at, claim.code_hash, claim.tries = None, None, 0
    # It was given for one decision alone.
    session.execute(delete(ClaimEvidence).where(ClaimEvidence.claim_id == claim.id))
    record_event(session, EventType.CLAIM_ENDED, claim.account_id, str(claim.id), end=str(end))


def note_decline(session: Session, claim: IdentityClaim) -> None:
    """Remember that a subject declined what a claim says, whatever becomes of the claim."""
    key = {"subject": claim.subject, "kind": claim.kind, "tag": claim.tag}
    insert_or_ignore(session, ClaimDecline, **key, declined_at=utc_now())


def is_revocation_halted(session: Session, claim: IdentityClaim) -> bool:
    """Tell whether a claim's revocation came to nothing on the chain."""
    if claim.revoke_reason is None or claim.revocation_id is None:
        return False
    return session.get_one(Transaction, claim.revocation_id).state in HALTED


def handle_value(handle: str) -> str:
    """Return what a handle's claim says: the handle, and where it is one."""
    return f"{handle}@{urlsplit(settings().base_url).netloc}"
