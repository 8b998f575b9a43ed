import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chain.client import ChainClient
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from chain.errors import ContractReverted, NodeUnavailable, NotDelivered
from chain.nodes.health import NodeState
from tests.chain.nodes.conftest import ADDRESS, MakeClient, answered_by
from tests.support.http_node import FAULTS, Fault, HttpNode, hang, status_500


@pytest.mark.parametrize("fault", FAULTS)
def test_a_read_moves_on_when_a_node_fails_and_stays_where_it_works(
    one: HttpNode, two: HttpNode, connect: MakeClient, fault: Fault
) -> None:
    client = connect(one, two)
    assert answered_by(client, [one, two]) is one
    one.fault = fault
    assert answered_by(client, [one, two]) is two
    one.fault = None
    assert answered_by(client, [one, two]) is two


def test_a_node_that_refuses_connections_is_passed_over_from_the_start(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    one.stop()
    client = connect(one, two)
    assert client.head().number == 100
    assert answered_by(client, [one, two]) is two


def test_the_first_node_is_asked_again_when_the_second_one_fails(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two)
    one.fault = status_500
    assert answered_by(client, [one, two]) is two
    one.fault, two.fault = None, status_500
    assert answered_by(client, [one, two]) is one


def test_a_refusal_is_an_answer_and_asked_of_nobody_else(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two)
    with pytest.raises(ContractReverted):
        client.call(ADDRESS, b"")
    assert two.methods == []
    assert client.nodes()[0].state is NodeState.HEALTHY


def test_when_all_nodes_are_down_each_is_named_with_its_problem(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    one.fault = status_500
    two.stop()
    with pytest.raises(NodeUnavailable) as caught:
        connect(one, two).head()
    assert f"{one.url}: it answers with HTTP status 500" in str(caught.value)
    assert f"{two.url}: it refuses connections" in str(caught.value)
    assert not isinstance(caught.value, NotDelivered)


def test_fees_are_found_at_nodes_without_tip_suggestions(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    one.fault = status_500
    fees = connect(one, two).fees()
    assert (fees.base, fees.priority) == (5, 10**9)


def test_a_request_of_a_development_chain_is_made_once(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two)
    client.head()
    one.fault = status_500
    with pytest.raises(NodeUnavailable):
        client.request("evm_mine", [])
    assert (one.methods + two.methods).count("evm_mine") == 1


def test_several_threads_move_on_together(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two, failures=3)
    client.head()
    one.fault = hang
    barrier = threading.Barrier(8)

    def read(_: int) -> int:
        barrier.wait(timeout=30)
        return client.head().number

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [100] * 8


def test_a_forked_process_judges_for_itself(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two)
    one.fault = status_500
    client.head()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        found = [node.state.value for node in client.nodes()]
        os.write(writing, f"{','.join(found)} {client.head().number}".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        assert said.read() == "down,down 100"
    assert os.waitpid(child, 0)[1] == 0
    assert [node.state.value for node in client.nodes()] == ["down", "healthy"]


def test_nodes_that_differ_only_in_their_path_have_names_of_their_own(one: HttpNode) -> None:
    client = ChainClient(f"{one.url}/v2/secret,{one.url}/v2/other?a=1,2")
    assert [node.name for node in client.nodes()] == [one.url, f"{one.url}#2"]
    assert "secret" not in client.url


def test_a_chain_in_this_process_is_asked_once_for_each_call(
    count_requests: Callable[[DevNodeProvider], list[str]],
) -> None:
    node = DevNode(None)
    provider = DevNodeProvider(node)
    asked = count_requests(provider)
    client = ChainClient("memory:", provider=provider)
    client.head()
    client.balance(ADDRESS)
    client.head()
    assert asked == ["eth_getBlockByNumber", "eth_getBalance", "eth_getBlockByNumber"]
    node.close()


@pytest.fixture
def count_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[DevNodeProvider], list[str]]:
    def count(provider: DevNodeProvider) -> list[str]:
        asked: list[str] = []
        real = provider.make_request

        def make_request(method: str, params: object) -> object:
            asked.append(method)
            return real(method, params)  # type: ignore[arg-type]

        monkeypatch.setattr(provider, "make_request", make_request)
        return asked

    return count
