"""What a final event of the registry means beyond itself: claims that ended on the chain, and who is told."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from chain.contracts import ClaimStatus
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, locked
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.identities.issuers import own_issuer, trusted_issuers
from webapp.identities.kinds import End, reason_text
from webapp.identities.models import ClaimDecline, ClaimEvent, IdentityClaim
from webapp.log.models import Author

EVENTS = {
    ClaimStatus.VALID: EventType.CLAIM_ISSUED,
    ClaimStatus.REVOKED: EventType.CLAIM_REVOKED,
    ClaimStatus.DECLINED: EventType.CLAIM_DECLINED,
}
_SOME = 500


@dataclass(frozen=True)
class Said:
    """An event of the registry, as far as it means something here."""

    chain_ref: int
    block_number: int
    log_index: int
    issuer: str
    subject: str
    schema: bytes
    digest: bytes
    status: int
    reason: int


SAID = tuple(one.name for one in fields(Said))


def take_effect(session: Session, events: Sequence[Said]) -> None:
    """End claims of this server that ended on the chain, whoever saw to that; remember what was declined.

    Needs the open write transaction; the same again changes nothing.
    """
    own = own_issuer(session) if events else None
    ours = [one for one in events if one.issuer == own]
    _count_anew(session, [one.digest for one in ours if one.status == ClaimStatus.VALID])
    for event in ours:
        if event.status == ClaimStatus.VALID:
            continue
        terms = {"digest": event.digest, "issuer": event.issuer, "subject": event.subject}
        query = locked(session, select(IdentityClaim).filter_by(**terms))
        claim = session.scalars(query).one_or_none()
        if claim is None:
            continue
        declined = event.status == ClaimStatus.DECLINED
        if declined:
            key = {"subject": claim.subject, "kind": claim.kind, "tag": claim.tag}
            insert_or_ignore(session, ClaimDecline, **key, declined_at=utc_now())
            claim.shown = False
            claim.revoke_reason = None  # nothing is left to revoke
        if claim.end in (None, End.EXPIRED):
            claim.end = str(End.DECLINED if declined else End.REVOKED)
            claim.ended_at, claim.next_check_at = utc_now(), None
            claim.reason = None if declined else reason_text(event.reason)
        session.flush()


def _count_anew(session: Session, digests: Sequence[bytes]) -> None:
    """Forget how often the chain refused what it has taken now: the next renewal has tries of its own."""
    for start in range(0, len(digests), _SOME):
        some = IdentityClaim.digest.in_(digests[start : start + _SOME])
        refused = update(IdentityClaim).where(some, IdentityClaim.ended_at.is_(None))
        session.execute(
            refused.where(IdentityClaim.tries > 0).values(tries=0),
            execution_options={"synchronize_session": False},
        )


def tell(session: Session, events: Sequence[Said]) -> None:
    """Record what became final for those whom it is about; of issuers that are not trusted nothing is told."""
    issuers = trusted_issuers(session) if events else {}
    for event in events:
        if event.issuer not in issuers or _is_renewal(session, event):
            continue
        mine = select(Author.account_id).filter_by(address=event.subject, released_at=None)
        account_id = session.scalar(mine)
        if account_id is None:
            continue
        same = {"digest": event.digest, "issuer": event.issuer, "subject": event.subject}
        claim_id = session.scalar(select(IdentityClaim.id).filter_by(**same))
        subject = event.digest.hex() if claim_id is None else str(claim_id)
        kind = EVENTS[ClaimStatus(event.status)]
        record_event(session, kind, account_id, subject, issuer=event.issuer)


def _is_renewal(session: Session, event: Said) -> bool:
    """Tell whether the issuer had said the same before."""
    if event.status != ClaimStatus.VALID:
        return False
    same = {
        name: getattr(event, name)
        for name in ("chain_ref", "issuer", "subject", "schema", "digest")
    }
    before = or_(
        ClaimEvent.block_number < event.block_number,
        (ClaimEvent.block_number == event.block_number) & (ClaimEvent.log_index < event.log_index),
    )
    query = select(ClaimEvent.log_index).filter_by(**same).where(before).limit(1)
    return session.scalar(query) is not None
