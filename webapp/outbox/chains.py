"""What is known of a chain beyond its blocks: its state, with the reason, as the worker last found it."""

import structlog
from sqlalchemy.orm import Session

from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.models import Chain, ChainState

HALTED = frozenset({ChainState.HALTED_DEEP, ChainState.HALTED_INSTANCE})
MOST_REASON = 400
log = structlog.get_logger(__name__)


def chain_state(chain_ref: int) -> ChainState:
    """Return the state that is stored of a chain."""
    state = ChainState(db.session.get_one(Chain, chain_ref).state)
    db.session.rollback()
    return state


def set_state(chain: Chain, state: ChainState, reason: str | None = None) -> None:
    """Set the state of a chain's row in the open write transaction; the same again changes nothing."""
    short = None if reason is None else reason[:MOST_REASON]
    if (chain.state, chain.reason) == (state, short) and chain.state_at is not None:
        return
    if chain.state != state:
        tell = log.error if state in HALTED else log.info
        tell("chain.state", chain_ref=chain.id, was=chain.state, state=str(state), reason=short)
        chain.state_at = utc_now()
    chain.state, chain.reason = state, short
    chain.state_at = chain.state_at or utc_now()


def note_state(chain_ref: int, state: ChainState, reason: str | None = None) -> None:
    """Store the state of a chain, in a commit of its own, if it differs from what is stored."""
    row = db.session.get_one(Chain, chain_ref)
    known = (row.state, row.reason, row.state_at is None)
    db.session.rollback()
    if known != (state, None if reason is None else reason[:MOST_REASON], False):
        with writing() as session:
            set_state(_row(session, chain_ref), state, reason)


def note_wait(chain_ref: int, reason: str) -> None:
    """Store that a chain's node is waited for; what was halted stays so, since nothing was learnt."""
    if chain_state(chain_ref) not in HALTED:
        note_state(chain_ref, ChainState.WAITING, reason)


def _row(session: Session, chain_ref: int) -> Chain:
    return session.get_one(Chain, chain_ref)
