"""AssetRegistry's events as a source: who made which token, and who holds it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from chain import wire
from chain.contracts import Minted, Transferred, decode_minted, decode_transfer
from chain.contracts.asset_registry import APPROVAL, APPROVAL_FOR_ALL, MINTED, TRANSFER
from webapp.assets import projection
from webapp.assets.outcomes import calls_due, finalise_events
from webapp.outbox.models import RegistryKind
from workers.indexing.registry import RegistrySource

Change = Minted | Transferred | None
_NOTHING = (APPROVAL.topic, APPROVAL_FOR_ALL.topic)


class AssetSource(RegistrySource):
    """Tokens that were minted and moved, by whomever; approvals mean nothing here."""

    kind = RegistryKind.ASSET

    def decode(self, log: wire.Log) -> Change:
        """Read an event of the registry; raises ValueError for one that it does not have."""
        topic = log.topics[0] if log.topics else b""
        if topic == MINTED.topic:
            return decode_minted(log)
        if topic == TRANSFER.topic:
            return decode_transfer(log)
        if topic in _NOTHING:
            return None
        raise ValueError(f"0x{topic.hex()} is no event of AssetRegistry")

    def apply(
        self,
        session: Session,
        block: wire.Block,
        events: Sequence[Change],
        *,
        final: bool = False,
    ) -> None:
        """Store the transfers."""
        projection.store_events(session, self.chain_ref, block, events, final=final)

    def drop(self, session: Session, above: int) -> None:
        """Drop the transfers above a block."""
        projection.undo_events(session, self.chain_ref, above)

    def final_due(self, session: Session, number: int) -> bool:
        """Tell whether transfers up to a block, or transactions of mints, are not marked as final."""
        due = projection.transfers_due(session, self.chain_ref, number)
        return due or calls_due(session, self.chain_ref)

    def finalise(self, session: Session, number: int) -> None:
        """Mark the transfers up to a block as final, and write down whom that concerns."""
        finalise_events(session, self.chain_ref, number)
