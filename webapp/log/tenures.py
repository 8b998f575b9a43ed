"""From when to when an address was an account's: what was said of it counts for the person of that time.

An author's row says whose an address is now. It forgets who had it before, and until when.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from webapp.columns import utc_now
from webapp.extensions import table_of
from webapp.log.models import AuthorTenure

_TENURES = table_of(AuthorTenure)
_T = _TENURES.c


def begin_tenure(session: Session, address: str, account_id: UUID) -> None:
    """Note that an address is an account's from now on; needs the open write transaction."""
    session.add(AuthorTenure(address=address, account_id=account_id, since=utc_now()))
    session.flush()


def end_tenure(session: Session, address: str) -> None:
    """Note that an address is nobody's from now on; needs the open write transaction."""
    open_one = update(_TENURES).where(_T.address == address, _T.until.is_(None))
    session.execute(open_one.values(until=utc_now()))


def forget_tenures(session: Session, account_id: UUID) -> None:
    """Forget which addresses an account ever had; needs the open write transaction."""
    session.execute(delete(_TENURES).where(_T.account_id == account_id))


def addresses_at(session: Session, account_id: UUID, moment: datetime | None) -> list[str]:
    """Return the addresses that an account had at a moment, or has now, in the order in which they came.

    A moment is a whole second, at its end, as the times of blocks are.
    """
    held = [_T.account_id == account_id]
    if moment is None:
        held.append(_T.until.is_(None))
    else:
        end = moment.replace(microsecond=0) + timedelta(seconds=1)
        held += [_T.since < end, or_(_T.until.is_(None), _T.until >= end)]
    query = select(_T.address).where(*held).order_by(_T.since, _T.address)
    return list(dict.fromkeys(session.scalars(query)))
