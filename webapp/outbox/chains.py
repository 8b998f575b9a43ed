"""What is known of a chain beyond its blocks: its state, with the reason, as the worker last found it."""

from collections.abc import Iterable

import structlog
from sqlalchemy.orm import Session

from chain import wire
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, writing
from webapp.extensions import db
from webapp.outbox.models import Block, Chain, ChainState

HALTED = frozenset({ChainState.HALTED_DEEP, ChainState.HALTED_INSTANCE})
MOST_REASON = 400
# What anybody may read; the stored reason names nodes, and is for the operator alone.
PUBLIC_REASONS = {
    ChainState.HALTED_DEEP: (
        "The chain dropped blocks that counted as final. Nothing is sent until the operator has looked; "
        "what is saved stays saved."
    ),
    ChainState.HALTED_INSTANCE: (
        "What the node serves is not the chain that the log is on, or does not agree with the log. Nothing "
        "is sent until the operator has looked; what is saved stays saved."
    ),
}
log = structlog.get_logger(__name__)


def chain_state(chain_ref: int) -> ChainState:
    """Return the state that is stored of a chain."""
    state = ChainState(db.session.get_one(Chain, chain_ref).state)
    db.session.rollback()
    return state


def set_state(
    chain: Chain, state: ChainState, reason: str | None = None, sound_to: int | None = None
) -> None:
    """Set the state of a chain's row in the open write transaction; the same again changes nothing.

    ``sound_to`` is the newest block known to be on a halted chain: see ``Chain``.
    """
    short = None if reason is None else reason[:MOST_REASON]
    chain.sound_to = sound_to if state in HALTED else None
    if (chain.state, chain.reason) == (state, short) and chain.state_at is not None:
        return
    if chain.state != state:
        tell = log.error if state in HALTED else log.info
        tell("chain.state", chain_ref=chain.id, was=chain.state, state=str(state), reason=short)
        chain.state_at = utc_now()
    chain.state, chain.reason = state, short
    chain.state_at = chain.state_at or utc_now()


def note_state(
    chain_ref: int, state: ChainState, reason: str | None = None, sound_to: int | None = None
) -> None:
    """Store the state of a chain, in a commit of its own, if it differs from what is stored."""
    row = db.session.get_one(Chain, chain_ref)
    known = (row.state, row.reason, row.state_at is None, row.sound_to)
    db.session.rollback()
    if known != (state, None if reason is None else reason[:MOST_REASON], False, sound_to):
        with writing() as session:
            set_state(session.get_one(Chain, chain_ref), state, reason, sound_to)


def note_wait(chain_ref: int, reason: str) -> None:
    """Store that a chain's node is waited for; what was halted stays so, since nothing was learnt."""
    if chain_state(chain_ref) not in HALTED:
        note_state(chain_ref, ChainState.WAITING, reason)


def add_blocks(session: Session, chain_ref: int, blocks: Iterable[wire.Block]) -> None:
    """Store blocks in the open write transaction; those that are there already stay."""
    for block in blocks:
        row = {"hash": block.hash, "parent": block.parent, "time": block.time}
        insert_or_ignore(session, Block, chain_ref=chain_ref, number=block.number, **row)
