"""Anchoring to the end, with no more sweeps than it takes."""

from sqlalchemy import ColumnElement, func, or_, select

from webapp.extensions import db
from webapp.log.models import Anchor, Batch, Entry
from webapp.outbox.models import Transaction
from workers.anchoring import sweep
from workers.sending.states import UNSETTLED


def anchor_all() -> None:
    """Seal, send and index; sweep once more if something still waits."""
    sweep()
    waits = db.session.scalar(select(or_(_unsealed(), _unsettled(), _not_final())))
    db.session.rollback()
    if waits:
        sweep()


def _unsealed() -> ColumnElement[bool]:
    return select(Entry.id).where(Entry.batch_id.is_(None)).exists()


def _unsettled() -> ColumnElement[bool]:
    return select(Transaction.id).where(Transaction.state.in_(UNSETTLED)).exists()


def _not_final() -> ColumnElement[bool]:
    final = select(func.count()).select_from(Anchor).where(Anchor.final_at.is_not(None))
    batches = select(func.count()).select_from(Batch)
    return batches.scalar_subquery() > final.scalar_subquery()
