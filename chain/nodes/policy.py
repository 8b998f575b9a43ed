"""How nodes are judged: plain values, made by the caller from its settings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NodePolicy:
    """When a node counts as failing or lagging; times in seconds.

    After `failures` reads in a row that failed, a node is left alone for `retry` seconds; 0 turns that
    off. A node more than `lag_blocks` below the best one is used only when no other can be. For
    `patience` seconds no other node may answer with less than the highest head that was given out;
    after that, a lower head is taken as the truth. Nodes are compared every `refresh` seconds.
    """

    failures: int = 3
    retry: float = 5.0
    lag_blocks: int = 3
    patience: float = 60.0
    refresh: float = 10.0
