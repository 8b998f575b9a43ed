"""The follower of one log."""

from chain.client import ChainClient
from webapp.extensions import db
from webapp.log.models import Log
from workers.indexing.anchor_log import AnchorLogSource
from workers.indexing.follower import Follower


class Indexing(Follower):
    """Follows the chain that a log is on, for that log; ``depth`` is head minus block."""

    def __init__(self, client: ChainClient, log_id: int, depth: int) -> None:
        row = db.session.get_one(Log, log_id)
        source = AnchorLogSource(row.id, row.contract, row.anchorer)
        chain_ref = row.chain_ref
        db.session.rollback()
        super().__init__(client, chain_ref, depth, [source])
