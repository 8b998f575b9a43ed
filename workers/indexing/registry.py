"""What the sources of registries share; each registry's own source says what its events mean."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain import wire
from webapp.outbox.models import Attempt, AttemptKind, RegistryKind, Transaction
from webapp.outbox.registries import read_again
from workers.indexing.anchor_log import OPEN
from workers.indexing.sources import Topics


class RegistrySource:
    """All events of one registry on one chain; a ``Source`` once a kind adds what they mean."""

    kind: RegistryKind
    # None at a place matches any topic there; events that mean nothing are left out by `apply`.
    topics: Topics = ()

    def __init__(self, chain_ref: int, address: str) -> None:
        self.chain_ref, self.contract = chain_ref, address

    def expected(self, session: Session) -> frozenset[bytes]:
        """Return the hashes of all attempts at calls of the registry that are not final."""
        query = (
            select(Attempt.hash)
            .join(Transaction, Transaction.id == Attempt.transaction_id)
            .where(Transaction.chain_ref == self.chain_ref, Transaction.to == self.contract)
            .where(Transaction.state.in_(OPEN), Attempt.kind == AttemptKind.CALL)
        )
        return frozenset(session.scalars(query))

    def decode(self, log: wire.Log) -> Any:
        """Read an event; raises ValueError for one that is malformed."""
        raise NotImplementedError

    def apply(
        self, session: Session, block: wire.Block, events: Sequence[Any], *, final: bool = False
    ) -> None:
        """Write what a canonical block's events, in their order, mean; ``final`` where it is an old block."""
        raise NotImplementedError

    def undo(self, session: Session, above: int) -> None:
        """Take back what the events above a block meant, and have them read again."""
        self.drop(session, above)
        read_again(session, self.chain_ref, above, (self.kind,))

    def drop(self, session: Session, above: int) -> None:
        """Take back what the events above a block meant."""
        raise NotImplementedError

    def final_due(self, session: Session, number: int) -> bool:
        """Tell whether something up to a block's number is not yet marked as final."""
        raise NotImplementedError

    def finalise(self, session: Session, number: int) -> None:
        """Mark as final what the events up to a block's number meant."""
        raise NotImplementedError
