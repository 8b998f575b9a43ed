"""Review by a moderator: what waits, the evidence, and the decision; its trail is the business of moderation."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.contracts import RevocationReason
from webapp.database import locked
from webapp.extensions import table_of
from webapp.identities.course import end_claim, mark_checked
from webapp.identities.errors import ClaimNotFoundError, ClaimStateError, EvidenceNotFoundError
from webapp.identities.kinds import ClaimKind, End, Method
from webapp.identities.models import ClaimEvidence, IdentityClaim
from webapp.identities.sealing import open_evidence
from webapp.identities.states import ClaimView, claim_views, select_claims
from webapp.pagination import oldest_first

_C = table_of(IdentityClaim)
PENDING = (_C.c.kind == str(ClaimKind.PERSON), _C.c.checked_at.is_(None), _C.c.ended_at.is_(None))


def pending_reviews(session: Session, reviewer: UUID, page: dict[str, Any]) -> list[ClaimView]:
    """Return what waits for a review, oldest first, one more than the page's limit; not what is the reviewer's."""
    query = select_claims().where(*PENDING, _C.c.account_id != reviewer)
    return claim_views(session, oldest_first(_C.c.requested_at, _C.c.id, query, page))


def account_of(session: Session, claim_id: UUID) -> UUID:
    """Return whose claim it is; raises ClaimNotFoundError."""
    query = select(_C.c.account_id).where(_C.c.id == claim_id)
    found: UUID | None = session.scalar(query)
    if found is None:
        raise ClaimNotFoundError(str(claim_id))
    return found


def reviewed_claim(session: Session, claim_id: UUID, *, of_any_kind: bool) -> IdentityClaim:
    """Lock a claim about a person, or any, in the open write transaction; raises ClaimNotFoundError."""
    query = select(IdentityClaim).where(IdentityClaim.id == claim_id)
    claim = session.scalars(locked(session, query)).one_or_none()
    if claim is None or (claim.kind != ClaimKind.PERSON and not of_any_kind):
        raise ClaimNotFoundError(str(claim_id))
    return claim


def decide(session: Session, claim: IdentityClaim, *, granted: bool, reason: str) -> None:
    """Vouch for a person, or refuse; raises ClaimStateError for what was decided already."""
    if claim.checked_at is not None or claim.ended_at is not None:
        raise ClaimStateError("decided", "look at the queue again")
    if granted:
        mark_checked(session, claim, Method.REVIEW)
    else:
        end_claim(session, claim, End.REFUSED, RevocationReason.UNSPECIFIED, reason)
        claim.revoke_reason = None
    session.flush()


def take_back(session: Session, claim: IdentityClaim, reason: str) -> None:
    """Take back what was said, of whatever kind; raises ClaimStateError where nothing stands."""
    if claim.checked_at is None or claim.ended_at is not None:
        raise ClaimStateError("not standing", "there is nothing to take back")
    end_claim(session, claim, End.REVOKED, RevocationReason.MISTAKE, reason)
    session.flush()


def evidence_of(session: Session, claim_id: UUID) -> Sequence[dict[str, Any]]:
    """Return what evidence there is for a claim, texts in whole; raises UnreadableError."""
    query = select(ClaimEvidence).filter_by(claim_id=claim_id).order_by(ClaimEvidence.id)
    return [
        {
            "id": row.id,
            "mime": row.mime,
            "size": row.size,
            "text": open_evidence(row).decode(errors="replace")
            if row.mime == "text/plain"
            else None,
        }
        for row in session.scalars(query)
    ]


def evidence_bytes(session: Session, claim_id: UUID, evidence_id: UUID) -> tuple[str, bytes]:
    """Return type and bytes of a piece of evidence; raises EvidenceNotFoundError and UnreadableError."""
    row = session.get(ClaimEvidence, evidence_id)
    if row is None or row.claim_id != claim_id:
        raise EvidenceNotFoundError(str(evidence_id))
    return row.mime, open_evidence(row)
