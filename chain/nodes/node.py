"""One node: its connection, its breaker, and what was last seen of it."""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chain import wire
from chain.errors import ChainError, ConnectionBroken, NodeUnavailable
from chain.nodes.breaker import ReadBreaker
from chain.nodes.health import Instance, NodeHealth, NodeState
from chain.nodes.policy import NodePolicy
from chain.transport import Transport

T = TypeVar("T")
Parse = Callable[[object], T]
NEVER_ASKED = "it was not asked yet"


class Node:
    """A node and what was last seen of it; judging several is the pool's.

    `trusted` says that its instance was checked since it last failed. `behind` is how many blocks it was
    below the best one when they were last compared, 0 while that is few.
    """

    def __init__(self, name: str, transport: Transport, policy: NodePolicy) -> None:
        self.name = name
        self.transport = transport
        self.breaker = ReadBreaker(policy.failures, policy.retry)
        self.trusted = False
        self.wrong: str | None = None
        self.behind = 0
        self.head: int | None = None
        self.problem: str | None = None
        self._asked = False
        self._latency_ms: int | None = None

    def ask(self, method: str, params: Sequence[Any], parse: Parse[T]) -> T:
        """Make one request, once, and parse its result; raises NodeUnavailable for nonsense too."""
        begun = time.monotonic()
        try:
            value = parse(self.transport.request(method, params))
        except wire.MalformedError as error:
            problem = self.transport.malformed(method, error)
            self._failed(problem)
            raise problem from error
        except NodeUnavailable as error:
            self._failed(error)
            raise
        except ChainError:  # an answer as well
            self._answered(begun)
            raise
        self._answered(begun)
        return value

    def read(
        self, method: str, params: Sequence[Any], parse: Parse[T], reconnect: Callable[[], object]
    ) -> T:
        """Ask, and once more after `reconnect` where a connection had ended meanwhile."""
        try:
            return self.ask(method, params, parse)
        except ConnectionBroken:
            reconnect()
            return self.ask(method, params, parse)

    def identify(self) -> Instance:
        """Ask which chain the node serves."""
        chain_id = self.ask("eth_chainId", [], wire.quantity)
        first = self.ask("eth_getBlockByNumber", ["0x0", False], wire.block)
        return Instance(chain_id, first.hash)

    def look(self) -> int:
        """Ask for the head's number and keep it."""
        self.head = self.ask("eth_getBlockByNumber", ["latest", False], wire.block).number
        return self.head

    def health(self) -> NodeHealth:
        """Return what is known without asking."""
        state, problem = NodeState.HEALTHY, self.problem
        if self.wrong is not None:
            state, problem = NodeState.WRONG, self.wrong
        elif self.problem is not None or not self._asked:
            state, problem = NodeState.DOWN, self.problem or NEVER_ASKED
        elif self.behind:
            state, problem = NodeState.LAGGING, f"it is {self.behind} blocks behind the best node"
        return NodeHealth(
            self.name, state, self.breaker.state, self.head, self._latency_ms, problem
        )

    def _answered(self, begun: float) -> None:
        self._latency_ms = round((time.monotonic() - begun) * 1000)
        self._asked, self.problem = True, None

    def _failed(self, error: NodeUnavailable) -> None:
        self.trusted = False
        self._asked, self.problem = True, error.problem
