"""One chain for each sort of node; a module's tests share it, each with an anchorer of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from chain.client import ChainClient
from chain.deploy import anchor_log_address, ensure_deployed
from chain.signer import LocalSigner
from tests.fakenode.drivers import FUNDS, AnvilControls, Controls, Driver, FakeControls
from tests.support import anvil
from tests.support.fakenode import ANVIL, GETH, GWEI, FakeNode, FakeNodeProvider, Rules

Side = tuple[ChainClient, Controls]
Pair = tuple[Side, Side]
_KEYS = count(0xF00D)
SORTS = ["fake-geth", "fake-anvil", pytest.param("anvil", marks=pytest.mark.anvil)]


def fake(rules: Rules) -> Side:
    """Make a fake node of a sort."""
    node = FakeNode(7, rules=rules)
    node.mine(20)
    return ChainClient("fake", provider=FakeNodeProvider(node)), FakeControls(node)


@contextmanager
def real(folder: Path) -> Iterator[Side]:
    """Start anvil with AnchorLog, mining only when told."""
    with anvil.running(folder) as url:
        client = ChainClient(url, timeout=30)
        controls = AnvilControls(client)
        deployer = LocalSigner((1).to_bytes(32))
        controls.set_balance(deployer.address, FUNDS)
        ensure_deployed(client, deployer)
        client.request("evm_setAutomine", [False])
        controls.mine(20 - client.head().number)
        yield client, controls


@pytest.fixture(scope="module", params=SORTS)
def chain(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Rules, ChainClient, Controls]]:
    """Give one node of each sort, with AnchorLog on it."""
    sort: str = request.param
    if sort == "anvil":
        with real(tmp_path_factory.mktemp("anvil")) as (client, controls):
            yield sort, ANVIL, client, controls
    else:
        rules = GETH if sort == "fake-geth" else ANVIL
        yield (sort, rules, *fake(rules))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Give anvil and a fake node that is to do the same, both at one height."""
    with real(tmp_path_factory.mktemp("anvil")) as anvil_side:
        yield anvil_side, fake(ANVIL)


@pytest.fixture
def driver(chain: tuple[str, Rules, ChainClient, Controls]) -> Iterator[Driver]:
    """Give the chain, and an anchorer whom no other test uses."""
    sort, rules, client, controls = chain
    anchorer = LocalSigner(next(_KEYS).to_bytes(32))
    controls.set_balance(anchorer.address, FUNDS)
    controls.set_base_fee(GWEI)
    made = Driver(sort, rules, client, controls, anchorer, anchor_log_address())
    yield made
    # What a test left waiting must not be mined in the next.
    controls.set_base_fee(GWEI)
    for _ in range(3):
        controls.mine(1)
