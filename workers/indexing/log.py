"""The follower of a log's chain: the log's own events, and those of every registry that is known there."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from chain.client import ChainClient
from webapp.extensions import db
from webapp.log.models import Log
from webapp.outbox.models import Chain, RegistryKind
from webapp.outbox.registries import known_registries
from workers.indexing.anchor_log import AnchorLogSource
from workers.indexing.assets import AssetSource
from workers.indexing.follower import Cursor, Follower
from workers.indexing.identities import IdentitySource
from workers.indexing.registry import RegistrySource

# A line for each kind of FOLLOWED in webapp/outbox/registries.py: the source of its registry, made from the
# chain's row id and the registry's address.
SOURCES: Mapping[RegistryKind, Callable[[int, str], RegistrySource]] = {
    RegistryKind.IDENTITY: IdentitySource,
    RegistryKind.ASSET: AssetSource,
}


class Indexing(Follower):
    """Follows the chain that a log is on, for that log and the registries; ``depth`` is head minus block."""

    def __init__(self, client: ChainClient, log_id: int, depth: int) -> None:
        session = db.session()
        row = session.get_one(Log, log_id)
        source = AnchorLogSource(row.id, row.contract, row.anchorer)
        chain_ref = row.chain_ref
        self._known = known_registries(session, chain_ref)
        session.rollback()
        self.registries = tuple(SOURCES[one.kind](chain_ref, one.address) for one in self._known)
        super().__init__(client, chain_ref, depth, [source, *self.registries])

    def _locked(self, session: Session, cursor: Cursor) -> Chain | None:
        """Lock the chain's row; None where the cursor moved, or another registry became known meanwhile.

        A registry counts as read from the block on at which it became known.
        """
        chain = super()._locked(session, cursor)
        if chain is None or known_registries(session, chain.id) != self._known:
            return None
        return chain
