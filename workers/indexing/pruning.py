"""Old blocks are deleted: some at a time, and only those that nobody can ask for any more.

A record may name any final block of the last day, and a fork is looked for among the blocks that are stored. So
twice that day is kept, and so many blocks, below the newest final one. That one is never replaced, whence no
rewind can make a deleted block young again.
"""

import structlog
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from webapp.database import locked, writing
from webapp.extensions import db
from webapp.log.rules import MAX_AGE_SECONDS
from webapp.outbox.models import Attempt, Block, Chain, Transaction
from workers.sending.states import UNSETTLED

KEPT_SECONDS = 2 * MAX_AGE_SECONDS
# For chains that mine seldom: there a day may be no block at all.
KEPT_BLOCKS = 1_000
# What one sweep deletes at once or leaves for later: a commit for every single block would cost more.
STEP = 200
log = structlog.get_logger(__name__)


def prune(chain_ref: int) -> int:
    """Delete the oldest ``STEP`` blocks of a chain, if so many are due; return how many went.

    The blocks of attempts that are not settled stay until they are. Needs the claim on indexing the chain.
    """
    due = _due(db.session(), chain_ref)
    db.session.rollback()
    if due is None:
        return 0
    settled = ~exists().where(
        Attempt.block_hash == Block.hash, Transaction.id == Attempt.transaction_id
    ).where(Transaction.state.in_(UNSETTLED)).correlate(Block)
    with writing() as session:
        chain = session.scalars(locked(session, select(Chain).filter_by(id=chain_ref))).one()
        if (last := _due(session, chain_ref)) is None:
            return 0
        old = (Block.chain_ref == chain_ref, Block.number <= last, settled)
        gone: int = session.execute(delete(Block).where(*old)).rowcount  # type: ignore[attr-defined]
        chain.first_block = last + 1
    log.info("indexing.pruned", chain_ref=chain_ref, to=last, rows=gone)
    return gone


def _due(session: Session, chain_ref: int) -> int | None:
    """Return the number of the block at the end of the next step, None while it has to be kept."""
    final = session.execute(
        select(Chain.first_block, Block.number, Block.time)
        .join(Block, (Block.chain_ref == Chain.id) & (Block.number == Chain.final_to))
        .where(Chain.id == chain_ref)
    ).one_or_none()
    if final is None or final.number - final.first_block < KEPT_BLOCKS + STEP:
        return None
    kept = select(Block.number, Block.time).where(
        Block.chain_ref == chain_ref, Block.number >= final.first_block
    )
    last = session.execute(kept.order_by(Block.number).offset(STEP - 1).limit(1)).one_or_none()
    if last is None or last.number >= final.number - KEPT_BLOCKS:
        return None
    return None if last.time >= final.time - KEPT_SECONDS else int(last.number)
