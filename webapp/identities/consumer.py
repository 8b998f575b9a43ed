"""What happens to people and means something for what was said of their addresses."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.contracts import RevocationReason
from webapp.database import locked
from webapp.events.models import EventType
from webapp.events.service import Consumer, OwedEvent
from webapp.identities.course import NOT_THEIRS, end_claim
from webapp.identities.kinds import End
from webapp.identities.models import IdentityClaim
from webapp.identities.unlinked import stands_unlinked


def apply(session: Session, events: Sequence[OwedEvent]) -> None:
    """Take back what was said of addresses that were unlinked; needs the open write transaction."""
    people = {one.account_id for one in events if one.type == EventType.WALLET_UNLINKED}
    if not people:
        return
    query = select(IdentityClaim).where(IdentityClaim.account_id.in_(people), stands_unlinked())
    for claim in session.scalars(locked(session, query.order_by(IdentityClaim.id))):
        end_claim(session, claim, End.REVOKED, RevocationReason.NO_LONGER_TRUE, NOT_THEIRS)
    session.flush()


IDENTITIES = Consumer("identities", apply)
