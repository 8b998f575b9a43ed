"""Nodes over HTTP, and clients of them that do not compare nodes unless told to."""

from collections.abc import Callable, Iterator

import pytest

from chain.client import ChainClient
from chain.nodes.policy import NodePolicy
from tests.support.http_node import HttpNode

ADDRESS = "0x" + "33" * 20
TIMEOUT = 2.0  # a busy machine answers later than an idle one, and only `hang` waits for it
MakeClient = Callable[..., ChainClient]


@pytest.fixture
def start() -> Iterator[Callable[..., HttpNode]]:
    """Give a maker of nodes; each is stopped at the end."""
    made: list[HttpNode] = []

    def make(**values: int) -> HttpNode:
        made.append(HttpNode(**values))
        return made[-1]

    yield make
    for node in made:
        node.stop()


@pytest.fixture
def one(start: Callable[..., HttpNode]) -> HttpNode:
    return start()


@pytest.fixture
def two(start: Callable[..., HttpNode]) -> HttpNode:
    return start()


@pytest.fixture
def connect() -> MakeClient:
    """Give a maker of clients of nodes; keywords are the policy's."""

    def make(*nodes: HttpNode, **policy: float) -> ChainClient:
        values = {"retry": 60.0, "refresh": 1_000.0, **policy}
        urls = ", ".join(node.url for node in nodes)
        return ChainClient(urls, timeout=TIMEOUT, policy=NodePolicy(**values))  # type: ignore[arg-type]

    return make


def answered_by(client: ChainClient, nodes: list[HttpNode]) -> HttpNode:
    """Read something and return which node answered."""
    port = client.balance(ADDRESS)
    return next(node for node in nodes if node.url.endswith(f":{port}"))
