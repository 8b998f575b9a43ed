"""Real nodes: two of one chain, one of another, killed and brought back."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from eth_account import Account

from chain.client import ChainClient
from chain.errors import NodeUnavailable, WrongInstance
from chain.nodes.health import NodeState
from chain.nodes.policy import NodePolicy
from tests.chain.conftest import anvil_process
from tests.support.answers import closed_port

pytestmark = pytest.mark.anvil
KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
# A fixed time gives all of them the same block 0.
SAME = ("--timestamp", "1700000000", "--no-mining")
StartAnvil = Callable[..., str]


@pytest.fixture
def start_anvil(tmp_path: Path) -> Iterator[StartAnvil]:
    """Give a starter of anvil on a port; returns its URL."""
    with ExitStack() as stack:

        def start(port: int, *options: str) -> str:
            folder = tmp_path / f"{port}-{len(list(tmp_path.iterdir()))}"
            folder.mkdir()
            return stack.enter_context(anvil_process(folder, port, *options))[0]

        yield start


@contextmanager
def killable(
    folder: Path, port: int, *options: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    folder.mkdir()
    with anvil_process(folder, port, *options) as (url, process):
        yield url, process


def mine(url: str, blocks: int) -> None:
    ChainClient(url).request("anvil_mine", [hex(blocks), hex(1)])


def test_one_killed_node_of_two_is_survived_and_a_wiped_one_is_not_used(
    start_anvil: StartAnvil, tmp_path: Path
) -> None:
    port = closed_port()
    second = start_anvil(0, *SAME)
    with killable(tmp_path / "first", port, *SAME) as (first, process):
        client = ChainClient(f"{first},{second}", timeout=5, policy=NodePolicy(retry=0.1))
        mine(first, 10)
        mine(second, 10)
        client.expect(client.chain_id(), client.genesis())
        head = client.head()
        assert head.number == 10
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert client.head().number == 10
        assert [node.state for node in client.nodes()] == [NodeState.DOWN, NodeState.HEALTHY]
    # Another chain at the same place: the same chain id, another block 0.
    start_anvil(port, "--timestamp", "1800000000")
    for _ in range(3):
        assert client.head().number == 10
        client.check_nodes()
    other = ChainClient(first)
    other.expect(client.chain_id(), client.genesis())
    with pytest.raises(WrongInstance):
        other.head()


def test_a_transaction_is_given_to_one_node_and_looked_for_there(start_anvil: StartAnvil) -> None:
    first, second = start_anvil(0, *SAME), start_anvil(0, *SAME)
    client = ChainClient(f"{first},{second}")
    signed = Account.sign_transaction(
        {
            "type": 2,
            "chainId": client.chain_id(),
            "nonce": 0,
            "to": "0x" + "33" * 20,
            "value": 1,
            "gas": 21_000,
            "maxFeePerGas": 10**10,
            "maxPriorityFeePerGas": 1,
        },
        KEY,
    )
    sent = client.send_raw(bytes(signed.raw_transaction))
    assert client.has_transaction(sent)
    alone = [ChainClient(url).has_transaction(sent) for url in (first, second)]
    assert alone == [True, False]


def test_a_node_that_lags_is_left_for_the_other_one(start_anvil: StartAnvil) -> None:
    first, second = start_anvil(0, *SAME), start_anvil(0, *SAME)
    client = ChainClient(f"{first},{second}")
    assert client.head().number == 0
    mine(second, 20)
    assert [node.state for node in client.check_nodes()] == [NodeState.LAGGING, NodeState.HEALTHY]
    assert client.head().number == 20


def test_two_chains_are_not_mixed(start_anvil: StartAnvil) -> None:
    first, second = start_anvil(0, *SAME), start_anvil(0, *SAME, "--chain-id", "5")
    client = ChainClient(f"{first},{second}")
    assert [node.state for node in client.check_nodes()] == [NodeState.HEALTHY, NodeState.WRONG]
    client.expect(5, client.genesis())
    assert client.chain_id() == 5


def test_a_node_that_is_stopped_in_its_tracks_is_left_after_the_time_out(tmp_path: Path) -> None:
    with (
        killable(tmp_path / "first", 0, *SAME) as (first, process),
        killable(tmp_path / "second", 0, *SAME) as (second, _),
    ):
        client = ChainClient(f"{first},{second}", timeout=2.0, policy=NodePolicy(retry=0.1))
        client.head()
        os.killpg(process.pid, signal.SIGSTOP)
        try:
            assert client.head().number == 0
            with pytest.raises(NodeUnavailable):
                ChainClient(first, timeout=2.0).head()
        finally:
            os.killpg(process.pid, signal.SIGCONT)
