"""Reviews of claims about people: decision and its row in the trail are one commit."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.tokens import Caller
from webapp.database import writing
from webapp.identities import review
from webapp.identities.course import one_view
from webapp.identities.errors import ClaimNotFoundError
from webapp.identities.kinds import ClaimKind
from webapp.identities.states import ClaimView
from webapp.moderation import trail
from webapp.moderation.models import Action
from webapp.moderation.service import Actor, add_action
from webapp.moderation.subjects import (
    CLAIM,
    check_concerns_another,
    check_moderator,
    lock_role,
)

GRANT, REFUSE, TAKE_BACK = "grant", "refuse", "take_back"
# What the trail calls them.
ACTS = {GRANT: "vouch", REFUSE: "refuse_claim", TAKE_BACK: "take_back"}


def queue(session: Session, caller: Caller, page: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what waits for a review, one more than the page's limit; raises ModeratorsOnlyError."""
    check_moderator(caller)
    return [_shown(one) for one in review.pending_reviews(session, caller.account_id, page)]


def one(session: Session, caller: Caller, claim_id: UUID) -> dict[str, Any]:
    """Return a claim with its evidence.

    Raises ModeratorsOnlyError, ClaimNotFoundError, OneselfError and OperatorProtectedError.
    """
    found = _readable(session, caller, claim_id)
    return _shown(found) | {"evidence": review.evidence_of(session, claim_id)}


def evidence(
    session: Session, caller: Caller, claim_id: UUID, evidence_id: UUID
) -> tuple[str, bytes]:
    """Return type and bytes of a piece of evidence; raises what ``one`` raises, and EvidenceNotFoundError."""
    _readable(session, caller, claim_id)
    return review.evidence_bytes(session, claim_id, evidence_id)


def decide(caller: Caller, claim_id: UUID, decision: str, reason: str) -> Action:
    """Vouch for a person, refuse, or take back a claim of any kind; raises what ``one`` raises, and ClaimStateError."""
    check_moderator(caller)
    with writing() as session:
        whose = review.account_of(session, claim_id)
        check_concerns_another(caller, whose, lock_role(session, whose))
        claim = review.reviewed_claim(session, claim_id, of_any_kind=decision == TAKE_BACK)
        if decision == TAKE_BACK:
            review.take_back(session, claim, reason)
        else:
            review.decide(session, claim, granted=decision == GRANT, reason=reason)
        actor = Actor(caller.account_id, caller.role)
        action = add_action(session, actor, ACTS[decision], (CLAIM, claim_id, whose), reason)
        trail.append(session, action)
        return action


def _readable(session: Session, caller: Caller, claim_id: UUID) -> ClaimView:
    check_moderator(caller)
    found = one_view(session, claim_id)
    if found.kind != ClaimKind.PERSON:
        raise ClaimNotFoundError(str(claim_id))
    role = session.scalar(select(Account.role).where(Account.id == found.account_id))
    check_concerns_another(caller, found.account_id, role or "")
    return found


def _shown(found: ClaimView) -> dict[str, Any]:
    names = ("id", "account_id", "subject", "value", "state")
    times = ("requested_at", "checked_at", "ended_at")
    shown = {name: getattr(found, name) for name in (*names, *times)}
    return shown | {"evidence": [one | {"text": None} for one in found.evidence]}
