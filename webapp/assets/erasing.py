"""What deleting an account erases of assets: its mints, and the metadata that it wrote.

Tokens stay, as they are on the chain, and say nothing of the person any more.
"""

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.accounts.deletion.erasers import Eraser
from webapp.assets.models import AssetMetadata, Mint
from webapp.extensions import table_of
from webapp.outbox.models import Transaction, TransactionState

_M, _D, _X = table_of(Mint), table_of(AssetMetadata), table_of(Transaction)


def erase_mints(session: Session, account_id: UUID) -> None:
    """Delete an account's mints, with the metadata of which nobody else began a mint too.

    What was not sent is not sent any more; what was may still be mined, since nobody can call it back.
    """
    mine = _M.c.account_id == account_id
    owed = select(_M.c.transaction_id).where(mine, _M.c.transaction_id.is_not(None))
    waiting = (_X.c.nonce.is_(None), _X.c.sent_at.is_(None))
    states = (TransactionState.QUEUED, TransactionState.BLOCKED_FEE)
    session.execute(
        update(_X)
        .where(_X.c.id.in_(owed), *waiting, _X.c.state.in_(states))
        .values(state=TransactionState.DEAD, reason="It was given up before it was sent", data=b"")
    )
    others = _M.alias("others")
    shared = select(others.c.id).where(
        others.c.digest == _D.c.digest, others.c.account_id != account_id
    )
    digests = select(_M.c.digest).where(mine)
    session.execute(delete(_D).where(_D.c.digest.in_(digests), ~shared.exists()))
    session.execute(delete(_M).where(mine))


ERASERS = (Eraser("mints", erase_mints),)
