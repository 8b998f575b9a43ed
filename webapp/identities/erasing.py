"""What is erased of claims: all of a deleted account's, of which the chain is told; and in time what served its end."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from chain.contracts import RevocationReason
from webapp.accounts.deletion.erasers import Eraser
from webapp.columns import utc_now
from webapp.identities.kinds import End
from webapp.identities.models import ClaimEvidence, ClaimMail, IdentityClaim

# For so long evidence outlives the decision, and a value its end: for questions about either.
KEPT = timedelta(days=30)


def erase_claims(session: Session, account_id: UUID) -> None:
    """Erase what an account had verified; what it declined stays known by a keyed hash."""
    unsynced = {"synchronize_session": False}
    mine = select(IdentityClaim.id).where(IdentityClaim.account_id == account_id)
    session.execute(
        delete(ClaimEvidence).where(ClaimEvidence.claim_id.in_(mine)), execution_options=unsynced
    )
    session.execute(
        delete(ClaimMail).where(ClaimMail.account_id == account_id), execution_options=unsynced
    )
    standing = update(IdentityClaim).where(
        IdentityClaim.account_id == account_id,
        func.coalesce(IdentityClaim.end, End.EXPIRED) == End.EXPIRED,
    )
    over = {"end": str(End.ERASED), "ended_at": utc_now(), "next_check_at": None, "tries": 0}
    over["revoke_reason"] = int(RevocationReason.ASKED_BY_SUBJECT)
    session.execute(standing.values(over), execution_options=unsynced)
    gone = {"sealed": None, "key_id": None, "code_hash": None, "shown": False}
    gone |= {"problem": None, "reason": None}
    session.execute(
        update(IdentityClaim).where(IdentityClaim.account_id == account_id).values(gone),
        execution_options=unsynced,
    )


def erase_old(session: Session) -> int:
    """Erase what nobody needs any more; return how many rows. Needs the open write transaction.

    Evidence some time after the decision that it was given for; value and salt some time after their subject took
    them back, or after they were refused.
    """
    unsynced, past = {"synchronize_session": False}, utc_now() - KEPT
    decided = select(IdentityClaim.id).where(
        (IdentityClaim.checked_at < past) | (IdentityClaim.ended_at < past)
    )
    evidence = delete(ClaimEvidence).where(ClaimEvidence.claim_id.in_(decided))
    over = update(IdentityClaim).where(
        IdentityClaim.sealed.is_not(None),
        IdentityClaim.end.in_([str(one) for one in (End.WITHDRAWN, End.DECLINED, End.REFUSED)]),
        IdentityClaim.ended_at < past,
    )
    gone = {"sealed": None, "key_id": None, "problem": None}
    steps = (evidence, over.values(gone))
    return sum(
        session.execute(one, execution_options=unsynced).rowcount  # type: ignore[attr-defined]
        for one in steps
    )


ERASERS = (Eraser("claims", erase_claims),)
