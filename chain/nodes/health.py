"""What is known of a node, for people and for metrics."""

from dataclasses import dataclass
from enum import StrEnum


class NodeState(StrEnum):
    """Whether a node is used: `lagging` only when no other can be, `wrong` never."""

    HEALTHY = "healthy"
    LAGGING = "lagging"
    DOWN = "down"
    WRONG = "wrong"


class BreakerState(StrEnum):
    """Whether reads reach a node: open lets none through, half-open one, to see whether it is back."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class NodeHealth:
    """A node as it was last found; its name holds no secret of the URL.

    `head` is a block number, `latency_ms` the time of its last answer; both None before the first one.
    `problem` says what is wrong, None while nothing is.
    """

    name: str
    state: NodeState
    breaker: BreakerState
    head: int | None
    latency_ms: int | None
    problem: str | None


@dataclass(frozen=True)
class Instance:
    """A chain as it is told from all others: its id (EIP-155) and the hash of its block 0."""

    chain_id: int
    genesis: bytes

    def __str__(self) -> str:
        return f"chain {self.chain_id} with genesis 0x{self.genesis.hex()}"
