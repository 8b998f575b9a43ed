"""Which node is asked: one at a time, the same as long as it serves, checked before it is believed.

Reads move on to another node when one fails. A transaction goes to one node, once. Nobody gets a mix of
views: a node that has not reached the highest head that was given out says so instead of answering.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from eth_hash.auto import keccak

from chain import wire
from chain.errors import ChainError, NodeBehind, NodeUnavailable, NotDelivered, WrongInstance
from chain.nodes.health import BreakerState, Instance, NodeHealth
from chain.nodes.node import Node, Parse
from chain.nodes.policy import NodePolicy

T = TypeVar("T")
Failure = NodeUnavailable | WrongInstance


@dataclass(frozen=True)
class _Belief:
    """The highest head that was given out, by whom and when (monotonic seconds)."""

    number: int
    node: Node
    at: float


class Pool:
    """The nodes of one chain, in the order in which they are preferred; safe for threads, not over a fork.

    `expected` is the instance that all must serve; with several nodes and none expected, it is the
    first one's. One node of which nothing is expected is simply asked. With `background`, nodes are
    compared in a thread of its own, so that one that hangs holds nobody up.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        policy: NodePolicy,
        expected: Instance | None = None,
        *,
        background: bool = True,
    ) -> None:
        self._nodes = tuple(nodes)
        self._policy = policy
        self._expected = expected
        self._code: dict[str, bytes] = {}
        self._background = background
        self._current: Node | None = None
        self._belief: _Belief | None = None
        self._compared = time.monotonic()
        self._lock = threading.Lock()

    def expect(self, instance: Instance | None, code: Mapping[str, bytes] | None = None) -> None:
        """Use only nodes of this instance from now on, any if None; the same again changes nothing.

        `code` maps contracts to the keccak256 of their code: without it there, nothing is sent.
        """
        with self._lock:
            self._code = dict(code or {})
            if instance == self._expected:
                return
            self._expected, self._belief, self._current = instance, None, None
            for node in self._nodes:
                node.trusted, node.wrong = False, None

    def read(self, method: str, params: Sequence[Any], parse: Parse[T]) -> T:
        """Ask the best node, and the next one if that fails.

        Raises NodeUnavailable when none can be used now, WrongInstance when all serve another chain,
        and what the node that answered refused with.
        """
        return self._read(method, params, parse)[0]

    def head(self) -> wire.Block:
        """Return the newest block, never below one given out by another node within the patience."""
        behind: list[Failure] = []
        for _ in self._nodes:
            found, node = self._read("eth_getBlockByNumber", ["latest", False], wire.block)
            node.head = found.number
            believed = self._believed()
            if believed is None or found.number >= believed or not self._further(node, believed):
                self._belief = _Belief(found.number, node, time.monotonic())
                return found
            node.behind = believed - found.number
            behind.append(_behind(node, believed))
        raise self._none_left(behind)

    def once(self, method: str, params: Sequence[Any]) -> Any:
        """Make a request at the best node, once, without moving on to another."""
        node = self._order()[0]
        self._enter(node)
        return node.ask(method, params, lambda value: value)

    def send(self, method: str, params: Sequence[Any]) -> Any:
        """Give a transaction to the best node, once; which chain it serves is checked right before.

        Breakers have no say here. Raises NotDelivered and WrongInstance when nothing was sent to
        anybody, and else whatever came of it.
        """
        failures: list[Failure] = []
        for node in self._order():
            try:
                if self._checked:
                    node.trusted = False
                self._enter(node)
                self._check_code(node)
            except (NodeUnavailable, WrongInstance) as error:
                failures.append(error)
                continue
            self._current = node
            return node.ask(method, params, lambda value: value)
        none_left = self._none_left(failures)
        if isinstance(none_left, NodeUnavailable):
            raise NotDelivered(none_left.url, none_left.problem) from none_left
        raise none_left

    def check(self) -> list[NodeHealth]:
        """Ask every node for its chain and head, but those left alone after failures; compare them."""
        with self._lock:
            self._compared = time.monotonic()
        for node in self._nodes:
            self._look(node)
        if len(self._nodes) > 1:
            self._compare()
        return self.health()

    def health(self) -> list[NodeHealth]:
        """Return what is known of each node without asking."""
        return [node.health() for node in self._nodes]

    @property
    def _several(self) -> bool:
        return len(self._nodes) > 1

    @property
    def _checked(self) -> bool:
        """Whether there is an instance to compare with, or others to agree with."""
        return self._several or self._expected is not None

    def _order(self) -> list[Node]:
        """Return the nodes, best first: those that serve, then in the order of preference."""

        def rank(item: tuple[int, Node]) -> tuple[bool, bool, bool, int, bool, int]:
            place, node = item
            closed = node.breaker.state is BreakerState.CLOSED
            return (
                node.wrong is not None,
                not closed,
                node.problem is not None,
                node.behind,
                node is not self._current,
                place,
            )

        return [node for _, node in sorted(enumerate(self._nodes), key=rank)]

    def _read(self, method: str, params: Sequence[Any], parse: Parse[T]) -> tuple[T, Node]:
        self._refresh()
        failures: list[Failure] = []
        for node in self._order():
            try:
                value = self._guarded(node, method, params, parse)
            except (NodeUnavailable, WrongInstance) as error:
                failures.append(error)
            else:
                return value, node
        raise self._none_left(failures)

    def _guarded(self, node: Node, method: str, params: Sequence[Any], parse: Parse[T]) -> T:
        """Read from a node if its breaker lets us, and tell the breaker what came of it."""
        if not node.breaker.admits():
            problem = (
                f"it failed several times in a row ({node.problem}) and is left alone for a while"
            )
            raise NodeUnavailable(node.name, problem)
        try:
            self._enter(node)
            value = node.read(method, params, parse, lambda: self._enter(node))
        except (NodeBehind, WrongInstance):
            node.breaker.succeeded()
            raise
        except NodeUnavailable:
            node.breaker.failed()
            raise
        except ChainError:  # the node's answer, and as good as any other
            node.breaker.succeeded()
            self._current = node
            raise
        except BaseException:
            node.breaker.abandoned()
            raise
        node.breaker.succeeded()
        self._current = node
        return value

    def _enter(self, node: Node) -> None:
        """Check what must hold before a node is used: its instance, and that it is not behind.

        Raises WrongInstance, NodeBehind and NodeUnavailable.
        """
        if not self._checked:
            return
        fresh = not node.trusted
        if fresh:
            self._identify(node)
        if self._several and (fresh or node is not self._current):
            number, belief = node.look(), self._belief
            believed = self._believed()
            if believed is not None and number < believed and belief and belief.node is not node:
                raise _behind(node, believed)

    def _identify(self, node: Node) -> None:
        found = node.identify()
        with self._lock:
            if self._expected is None and self._several:
                self._expected = found
            expected = self._expected
        if expected is None or found == expected:
            node.trusted, node.wrong = True, None
            return
        node.wrong = f"it serves {found} instead of {expected}"
        raise WrongInstance(
            expected.chain_id, found.chain_id, node.name, expected.genesis, found.genesis
        )

    def _check_code(self, node: Node) -> None:
        """Check the contracts at a node that a transaction is about to go to; raises NodeUnavailable."""
        for address, expected in self._code.items():
            found = keccak(node.ask("eth_getCode", [address, "latest"], wire.data))
            if found != expected:
                problem = f"its code at {address} has hash 0x{found.hex()}, expected was 0x{expected.hex()}"
                raise NodeUnavailable(node.name, problem)

    def _believed(self) -> int | None:
        """Return the highest head given out, None when it is too long ago to insist on."""
        belief = self._belief
        if belief is None or time.monotonic() - belief.at > self._policy.patience:
            return None
        return belief.number

    def _further(self, node: Node, number: int) -> bool:
        """Ask whether another usable node has reached a block that this one has not."""
        if not self._several:
            return False
        self.check()
        return any(
            other is not node and _usable(other) and (other.head or 0) >= number
            for other in self._nodes
        )

    def _look(self, node: Node) -> None:
        """Ask a node for its instance and head, if its breaker lets us; failures are kept in its state."""
        if not node.breaker.admits():
            return
        try:
            self._identify(node)
            node.look()
        except WrongInstance:
            node.breaker.succeeded()
        except NodeUnavailable:
            node.breaker.failed()
        except ChainError as error:
            node.breaker.succeeded()
            node.problem = str(error)
        except BaseException:
            node.breaker.abandoned()
            raise
        else:
            node.breaker.succeeded()

    def _compare(self) -> None:
        """Note who is behind; a head that was asked first is asked again before it counts as old."""
        heads = [node.head or 0 for node in self._nodes if _usable(node)]
        best = max([*heads, self._believed() or 0])
        for node in self._nodes:
            if _usable(node) and best - (node.head or 0) > self._policy.lag_blocks:
                self._look(node)
            behind = best - (node.head or 0)
            node.behind = behind if behind > self._policy.lag_blocks else 0

    def _refresh(self) -> None:
        """Compare the nodes when that is due."""
        if not self._several:
            return
        with self._lock:
            if time.monotonic() - self._compared < self._policy.refresh:
                return
            self._compared = time.monotonic()
        if self._background:
            threading.Thread(target=self.check, name="nodes", daemon=True).start()
        else:
            self.check()

    def _none_left(self, failures: Sequence[Failure]) -> Failure:
        """Make one error of those of all nodes; a wrong node counts only where all are wrong."""
        away = [error for error in failures if isinstance(error, NodeUnavailable)]
        if not away or len(failures) == 1:
            return failures[0]
        kinds = {type(error) for error in failures}
        kind = type(away[0]) if len(kinds) == 1 else NodeUnavailable
        said = {error.url: _problem(error) for error in failures}
        names = [node.name for node in self._nodes if node.name in said]
        joined = kind(", ".join(names), "; ".join(f"{name}: {said[name]}" for name in names))
        joined.__cause__ = away[0]
        return joined


def _usable(node: Node) -> bool:
    return node.wrong is None and node.problem is None and node.head is not None


def _problem(error: Failure) -> str:
    if isinstance(error, WrongInstance):
        return f"it serves {Instance(error.actual, error.actual_genesis)}, another one"
    return error.problem


def _behind(node: Node, believed: int) -> NodeBehind:
    problem = f"it is at block {node.head}, and block {believed} was seen already"
    return NodeBehind(node.name, problem)
