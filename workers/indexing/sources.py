"""What a contract's events need in order to be followed: a filter, a reader, and a way back."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from chain import wire
from chain.errors import NodeUnavailable

# What people are told of a transaction whose block is gone.
ORPHANED = "The chain dropped the transaction's block; it is being sent again"
Topics = Sequence[bytes | None]


class BadEventsError(NodeUnavailable):
    """A node's answer about a block's events that cannot be true; nothing of it is taken."""


class Source(Protocol):
    """One contract's events, and what becomes of them in the database.

    The follower calls every method that takes a session inside the commit that moves the cursor; the
    session of ``expected`` only reads.
    """

    @property
    def contract(self) -> str:
        """The address that emits the events, lower-case 0x."""

    @property
    def topics(self) -> Topics:
        """The filter by position; None matches any."""

    def expected(self, session: Session) -> frozenset[bytes]:
        """Return hashes of transactions whose success must show as an event."""

    def decode(self, log: wire.Log) -> Any:
        """Read an event; raises ValueError for one that is malformed."""

    def apply(self, session: Session, block: wire.Block, events: Sequence[Any]) -> None:
        """Write what a canonical block's events, in their order, mean."""

    def undo(self, session: Session, above: int) -> None:
        """Take back what the events of the blocks above a number meant."""

    def final_due(self, session: Session, number: int) -> bool:
        """Tell whether something up to a block's number is not yet marked as final."""

    def finalise(self, session: Session, number: int) -> None:
        """Mark as final what the events up to a block's number meant."""
