"""Old mints are deleted: those that nobody signed or made, and those that were withdrawn; and what was counted."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from webapp.assets import files
from webapp.assets.models import Asset, Mint
from webapp.assets.permitting import KEY
from webapp.assets.quota import forget_payments
from webapp.columns import utc_now
from webapp.database import locked, writing
from webapp.extensions import db, table_of
from webapp.outbox.models import Attempt, Transaction, TransactionState

KEPT = timedelta(days=30)
MOST = 200
_M, _A, _X = table_of(Mint).c, table_of(Asset).c, table_of(Transaction).c


def tidy_mints() -> int:
    """Delete old mints that came to nothing, and calls that were given up before they were sent.

    Some at a time, each in a commit of its own; return how many went.
    """
    gone = 0
    while some := _old():
        for mint_id in some:
            with writing() as session:
                gone += _delete(session, mint_id)
    with writing() as session:
        gone += _forget_calls(session) + forget_payments(session)
    return gone


def _old() -> list[UUID]:
    before = utc_now() - KEPT
    made = exists().where(_A.chain_ref == _M.chain_ref, _A.token == _M.token)
    forgotten = (_M.signed_at.is_(None), _M.created_at < before, ~made)
    ids = set[UUID]()
    for which in ((_M.withdrawn_at < before,), (_M.withdrawn_at.is_(None), *forgotten)):
        ids |= set(db.session.scalars(select(_M.id).where(*which).limit(MOST)))
    db.session.rollback()
    return sorted(ids)


def _delete(session: Session, mint_id: UUID) -> int:
    query = locked(session, select(Mint).where(_M.id == mint_id))
    mint = session.scalars(query).one_or_none()
    if mint is None:
        return 0
    if mint.withdrawn_at is None:
        mint.withdrawn_at = utc_now()
        session.flush()
        files.let_go(session, mint)
    session.delete(mint)
    return 1


def _forget_calls(session: Session) -> int:
    """Delete calls of mints that were never signed for a nonce, once no mint needs them."""
    needed = exists().where(_M.transaction_id == _X.id)
    tried = exists().where(Attempt.transaction_id == _X.id)
    dead = (_X.state == TransactionState.DEAD, _X.nonce.is_(None), _X.key.startswith(KEY))
    gone = session.execute(delete(Transaction).where(*dead, ~needed, ~tried))
    return int(gone.rowcount)  # type: ignore[attr-defined]
