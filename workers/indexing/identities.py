"""IdentityRegistry's events as a source, of all issuers: whom to believe is a setting, and may change."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from chain import wire
from chain.contracts import ClaimChange, decode_claim_change
from webapp.identities import projection
from webapp.outbox.models import RegistryKind
from workers.indexing.registry import RegistrySource


class IdentitySource(RegistrySource):
    """Claims that were issued, renewed, revoked and declined."""

    kind = RegistryKind.IDENTITY

    def decode(self, log: wire.Log) -> ClaimChange:
        """Read an event about a claim; raises ValueError."""
        return decode_claim_change(log)

    def apply(
        self,
        session: Session,
        block: wire.Block,
        events: Sequence[ClaimChange],
        *,
        final: bool = False,
    ) -> None:
        """Store the events."""
        projection.store_changes(session, self.chain_ref, block, events, final=final)

    def drop(self, session: Session, above: int) -> None:
        """Drop the events above a block."""
        projection.undo_changes(session, self.chain_ref, above)

    def final_due(self, session: Session, number: int) -> bool:
        """Tell whether events up to a block are not marked as final."""
        return projection.changes_due(session, self.chain_ref, number)

    def finalise(self, session: Session, number: int) -> None:
        """Mark the events up to a block as final."""
        projection.finalise_changes(session, self.chain_ref, number)
