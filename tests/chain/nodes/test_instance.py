from collections.abc import Callable

import pytest

from chain.client import ChainClient
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from chain.errors import NodeUnavailable, SendOutcomeUnknown, WrongChain, WrongInstance
from chain.nodes.health import NodeState
from tests.chain.nodes.conftest import ADDRESS, MakeClient, answered_by
from tests.support.http_node import HttpNode, status_500

RAW = b"\2any bytes"
USED = ("eth_getBalance", "eth_sendRawTransaction")


def genesis(number: int = 1) -> bytes:
    return bytes([number]) + bytes(31)


def used(node: HttpNode) -> bool:
    """Tell whether a node was asked for more than who it is."""
    return any(method in USED for method in node.methods)


@pytest.mark.parametrize("wrong", [{"chain_id": 8}, {"genesis": 2}], ids=["id", "genesis"])
def test_a_node_of_another_chain_is_named_and_never_used(
    start: Callable[..., HttpNode], one: HttpNode, connect: MakeClient, wrong: dict[str, int]
) -> None:
    other = start(**wrong)
    client = connect(other, one)
    client.expect(7, genesis())
    assert answered_by(client, [other, one]) is one
    with pytest.raises(SendOutcomeUnknown):
        client.send_raw(RAW)
    assert not used(other)
    first, second = client.check_nodes()
    assert (first.state, second.state) == (NodeState.WRONG, NodeState.HEALTHY)
    assert first.problem is not None
    assert f"it serves chain {other.chain_id}" in first.problem


@pytest.mark.parametrize("wrong", [{"chain_id": 8}, {"genesis": 2}], ids=["id", "genesis"])
def test_when_only_wrong_nodes_are_left_nothing_is_asked_or_sent(
    start: Callable[..., HttpNode], connect: MakeClient, wrong: dict[str, int]
) -> None:
    nodes = [start(**wrong), start(**wrong)]
    client = connect(*nodes)
    client.expect(7, genesis())
    with pytest.raises(WrongInstance) as caught:
        client.balance(ADDRESS)
    assert isinstance(caught.value, WrongChain)
    assert (caught.value.expected, caught.value.actual) == (7, nodes[0].chain_id)
    assert caught.value.url == nodes[0].url
    with pytest.raises(WrongInstance):
        client.send_raw(RAW)
    assert not any(used(node) for node in nodes)


def test_while_a_node_is_away_it_may_be_the_right_one(
    start: Callable[..., HttpNode], one: HttpNode, connect: MakeClient
) -> None:
    other = start(chain_id=8)
    one.stop()
    client = connect(other, one)
    client.expect(7, genesis())
    with pytest.raises(NodeUnavailable, match=r"it serves chain 8.*refuses connections"):
        client.head()


def test_without_an_expectation_all_must_agree_with_the_first(
    start: Callable[..., HttpNode], one: HttpNode, connect: MakeClient
) -> None:
    other = start(chain_id=8)
    client = connect(one, other)
    assert [node.state for node in client.check_nodes()] == [NodeState.HEALTHY, NodeState.WRONG]
    one.stop()
    with pytest.raises(NodeUnavailable):
        client.balance(ADDRESS)
    assert not used(other)


def test_a_node_that_comes_back_as_another_chain_is_not_used(
    one: HttpNode, connect: MakeClient
) -> None:
    client = connect(one)
    client.expect(7, genesis())
    client.balance(ADDRESS)
    one.stop()
    with pytest.raises(NodeUnavailable):
        client.balance(ADDRESS)
    one.genesis, one.methods = 2, []
    one.start()
    with pytest.raises(WrongInstance):
        client.balance(ADDRESS)
    assert not used(one)
    one.genesis = 1
    assert client.balance(ADDRESS) > 0


def test_the_chain_is_checked_right_before_each_send(one: HttpNode, connect: MakeClient) -> None:
    client = connect(one)
    client.expect(7, genesis())
    client.balance(ADDRESS)
    one.genesis = 2  # wiped, without a failure in between
    with pytest.raises(WrongInstance):
        client.send_raw(RAW)
    assert one.sent == 0


def test_it_is_checked_once_and_not_with_every_read(one: HttpNode, connect: MakeClient) -> None:
    client = connect(one)
    for _ in range(3):
        client.expect(7, genesis())
        client.balance(ADDRESS)
    assert one.methods == ["eth_chainId", "eth_getBlockByNumber"] + ["eth_getBalance"] * 3


def test_another_expectation_begins_afresh(one: HttpNode, connect: MakeClient) -> None:
    client = connect(one)
    client.expect(7, genesis(2))
    with pytest.raises(WrongInstance):
        client.head()
    client.expect(7, genesis())
    assert client.head().number == 100
    assert client.nodes()[0].state is NodeState.HEALTHY


def test_a_node_that_was_never_asked_is_not_called_healthy(
    one: HttpNode, connect: MakeClient
) -> None:
    found = connect(one).nodes()[0]
    assert (found.state, found.head, found.latency_ms) == (NodeState.DOWN, None, None)
    assert found.problem == "it was not asked yet"


def test_a_check_says_what_there_is_to_know(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    two.fault = status_500
    first, second = connect(one, two).check_nodes()
    assert (first.state, first.head, first.problem) == (NodeState.HEALTHY, 100, None)
    assert first.latency_ms is not None
    assert (second.state, second.head) == (NodeState.DOWN, None)
    assert second.problem == "it answers with HTTP status 500"


def test_chains_in_this_process_can_be_several_and_are_told_apart() -> None:
    nodes = [DevNode(None), DevNode(None)]
    client = ChainClient("a,b", provider=[DevNodeProvider(node) for node in nodes])
    assert [(node.name, node.state.value) for node in client.check_nodes()] == [
        ("a", "healthy"),
        ("b", "wrong"),
    ]
    for node in nodes:
        node.close()
