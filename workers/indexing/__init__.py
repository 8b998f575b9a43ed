"""Indexing: events of canonical blocks become rows; at depth they are final.

``Follower`` follows a chain's blocks for any sources of events; ``Indexing`` is the follower of one log.
"""

from webapp.log.instance import DeepReorgError
from workers.indexing.anchor_log import AnchorLogSource
from workers.indexing.follower import Follower
from workers.indexing.log import Indexing
from workers.indexing.past import read_past
from workers.indexing.pruning import prune
from workers.indexing.sources import Source

__all__ = [
    "AnchorLogSource",
    "DeepReorgError",
    "Follower",
    "Indexing",
    "Source",
    "prune",
    "read_past",
]
