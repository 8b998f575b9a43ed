"""How many mints the server pays for: a day's of one account, of one wallet, and of all together.

Wallets cost nothing to make, so that a bound on each alone would bound nothing. Nor do accounts cost anything to
delete: what a wallet and all together spend is counted by rows that stay when an account's mints are erased.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.orm import Session

from webapp.assets.errors import MintingClosedError, MintQuotaError
from webapp.assets.models import Mint, MintPayment
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import insert_or_ignore
from webapp.extensions import table_of
from webapp.outbox.models import FOR_MINTS, Transaction
from webapp.outbox.service import OPEN

DAY = timedelta(days=1)
_M, _P, _X = (table_of(one) for one in (Mint, MintPayment, Transaction))
_PAID = select(func.count(), func.min(_X.c.sent_at)).where(text(FOR_MINTS))


def check_quota(session: Session, account_id: UUID, creator: str) -> None:
    """Refuse one more mint that the server would pay for; needs the account's lock.

    A wallet belongs to one account at a time, so that this lock is enough for both.

    Raises MintingClosedError and MintQuotaError.
    """
    here = settings()
    if not here.mints_per_account or not here.mints_per_day:
        raise MintingClosedError
    _check_own(session, account_id, here.mints_per_account)
    _check_wallet(session, creator, here.mints_per_account)
    _check_all(session, here.mints_per_day)


def _check_own(session: Session, account_id: UUID, most: int) -> None:
    # What was withdrawn before it was sent cost nothing.
    paid = or_(_M.c.withdrawn_at.is_(None), _X.c.sent_at.is_not(None))
    query = (
        select(func.count(), func.min(_M.c.signed_at))
        .select_from(_M.join(_X, _X.c.id == _M.c.transaction_id))
        .where(_M.c.signed_at > utc_now() - DAY, paid, _M.c.account_id == account_id)
    )
    count, oldest = session.execute(query).one()
    if count >= most:
        raise MintQuotaError(most, "for one account", _seconds_left(oldest))


def note_payment(session: Session, transaction_id: int, creator: str) -> None:
    """Count a mint for the wallet that it is paid for; needs the open write transaction."""
    row = {"transaction_id": transaction_id, "creator": creator, "signed_at": utc_now()}
    insert_or_ignore(session, MintPayment, **row)


def forget_payments(session: Session) -> int:
    """Delete what counts no more, after a day; return how many rows. Needs the open write transaction."""
    gone = session.execute(delete(_P).where(_P.c.signed_at < utc_now() - DAY))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _check_wallet(session: Session, creator: str, most: int) -> None:
    # What was given up before it was sent cost nothing.
    paid = or_(_X.c.sent_at.is_not(None), _X.c.state.in_(OPEN))
    query = (
        select(func.count(), func.min(_P.c.signed_at))
        .select_from(_P.join(_X, _X.c.id == _P.c.transaction_id))
        .where(_P.c.creator == creator, _P.c.signed_at > utc_now() - DAY, paid)
    )
    count, oldest = session.execute(query).one()
    if count >= most:
        raise MintQuotaError(most, "for one wallet", _seconds_left(oldest))


def _check_all(session: Session, most: int) -> None:
    """Count what was sent within a day, and what is still owed, whoever began it and whether they are still here."""
    sent, oldest = session.execute(_PAID.where(_X.c.sent_at > utc_now() - DAY)).one()
    owed, _ = session.execute(_PAID.where(_X.c.sent_at.is_(None), _X.c.state.in_(OPEN))).one()
    if sent + owed >= most:
        raise MintQuotaError(most, "for everybody together", _seconds_left(oldest))


def _seconds_left(oldest: datetime | None) -> int:
    """Return the seconds until the first one is a day old; a day, if none was sent yet."""
    now = utc_now()
    left = DAY if oldest is None else oldest.replace(tzinfo=now.tzinfo) + DAY - now
    return max(1, int(left.total_seconds()) + 1)
