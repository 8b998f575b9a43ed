"""Claims about addresses that are not their account's any more, wherever nobody ended them.

An unlinking ends them as its event arrives (``consumer``). Releases before that was so in every case left some
standing, of which no event tells any more.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select

from chain.contracts import RevocationReason
from webapp.database import writing
from webapp.extensions import db
from webapp.identities.course import NOT_THEIRS, end_claim, lock_claim
from webapp.identities.kinds import End
from webapp.identities.models import IdentityClaim
from webapp.log.models import Author

ROWS = 500


def stands_unlinked() -> ColumnElement[bool]:
    """Return the condition that a claim stands, and that its address is not linked to who asked for it."""
    # A wallet that signed nothing has no row any more once it is unlinked.
    theirs = exists().where(
        Author.address == IdentityClaim.subject,
        Author.account_id == IdentityClaim.account_id,
        Author.released_at.is_(None),
    )
    return and_(IdentityClaim.ended_at.is_(None), ~theirs)


def end_unlinked() -> int:
    """End such claims, some at a time and each by itself; return how many. The chain is told as of any other end."""
    ended, after = 0, UUID(int=0)
    while True:
        left = select(IdentityClaim.id).where(stands_unlinked(), IdentityClaim.id > after)
        found = list(db.session.scalars(left.order_by(IdentityClaim.id).limit(ROWS)))
        db.session.rollback()
        ended += sum(_end(claim_id) for claim_id in found)
        if len(found) < ROWS:
            return ended
        after = found[-1]


def _end(claim_id: UUID) -> bool:
    """End a claim, unless its address was linked again meanwhile; return whether it did."""
    with writing() as session:
        claim = lock_claim(session, claim_id)
        still = select(IdentityClaim.id).where(IdentityClaim.id == claim_id, stands_unlinked())
        if claim is None or session.scalar(still) is None:
            return False
        end_claim(session, claim, End.REVOKED, RevocationReason.NO_LONGER_TRUE, NOT_THEIRS)
        return True
