"""Finality: one number for each chain, the highest block that ever counted as final here.

It alone says what is final. The depth that is set only says how far it may rise; the newest block, which steps
back in a rewind, says nothing of it. It rises in the commit that moves the cursor, no rewind goes below it, and
only an operator's command on a chain that dropped final blocks, or is another one, lowers it.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.outbox.models import Chain


def final_number(session: Session, chain_ref: int) -> int | None:
    """Return the highest block of a chain that ever counted as final, None if none did."""
    return session.scalar(select(Chain.final_to).where(Chain.id == chain_ref))


def raise_final(chain: Chain, number: int) -> int | None:
    """Let a chain's row, which is locked, be final up to a block; a lower one changes nothing.

    Returns up to which block it is final now, None if no block is: ``number`` may be negative.
    """
    if number > (-1 if chain.final_to is None else chain.final_to):
        chain.final_to = number
    return chain.final_to


def accept_loss(chain: Chain, fork: int | None) -> None:
    """Take back finality above a fork, or all of it; only where an operator asked for that."""
    if fork is None or chain.final_to is None:
        chain.final_to = None
    else:
        chain.final_to = min(chain.final_to, fork)
