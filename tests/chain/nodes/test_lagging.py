import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from chain.errors import NodeUnavailable
from chain.nodes.health import NodeState
from tests.chain.nodes.conftest import MakeClient, answered_by
from tests.support.http_node import HttpNode, status_500


def test_a_node_that_stands_still_is_noticed_named_and_left(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two, lag_blocks=3)
    assert answered_by(client, [one, two]) is one
    two.head += 4
    first, second = client.check_nodes()
    assert (first.state, second.state) == (NodeState.LAGGING, NodeState.HEALTHY)
    assert (first.name, first.head, second.head) == (one.url, 100, 104)
    assert first.problem == "it is 4 blocks behind the best node"
    assert answered_by(client, [one, two]) is two
    assert client.head().number == 104


def test_a_few_blocks_are_no_lag(one: HttpNode, two: HttpNode, connect: MakeClient) -> None:
    client = connect(one, two, lag_blocks=3)
    two.head += 3
    assert [node.state for node in client.check_nodes()] == [NodeState.HEALTHY] * 2
    assert answered_by(client, [one, two]) is one


def test_a_node_that_has_caught_up_is_healthy_again(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two)
    one.head -= 50
    assert client.check_nodes()[0].state is NodeState.LAGGING
    one.head += 50
    assert client.check_nodes()[0].state is NodeState.HEALTHY


def test_a_lagging_node_is_used_when_nothing_better_is_there(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    one.head -= 50
    two.stop()
    client = connect(one, two)
    assert client.head().number == 50
    assert client.nodes()[0].state is NodeState.HEALTHY


def test_no_other_node_answers_below_a_head_that_was_given_out(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two)
    assert client.head().number == 100
    two.head = 99
    one.fault = status_500
    for read in (client.head, client.chain_id):
        with pytest.raises(NodeUnavailable, match="at block 99, and block 100 was seen already"):
            read()
    two.head = 100
    assert client.head().number == 100


def test_when_all_others_are_behind_the_error_says_so(
    start: Callable[..., HttpNode], connect: MakeClient
) -> None:
    nodes = [start(head=number) for number in (100, 99, 98)]
    client = connect(*nodes)
    client.head()
    nodes[0].stop()
    with pytest.raises(NodeUnavailable, match="refuses connections") as caught:
        client.head()
    assert "at block 98" in str(caught.value)


def test_the_node_that_gave_the_highest_head_may_go_back_visibly(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two)
    assert client.head().number == 100
    one.head = two.head = 90  # the chain itself went back
    assert client.head().number == 90


def test_a_node_that_falls_back_alone_is_replaced(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two)
    assert client.head().number == 100
    one.head = 99
    assert client.head().number == 100
    assert answered_by(client, [one, two]) is two
    assert client.nodes()[0].state is NodeState.LAGGING


def test_after_the_patience_a_lower_head_is_the_truth(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two, patience=0.05)
    assert client.head().number == 100
    one.stop()
    two.head = 90
    deadline = time.monotonic() + 30
    found = None
    while found is None and time.monotonic() < deadline:
        with suppress(NodeUnavailable):
            found = client.head().number
    assert found == 90


def test_a_single_node_that_goes_back_is_believed(one: HttpNode, connect: MakeClient) -> None:
    client = connect(one)
    assert client.head().number == 100
    one.head = 90
    assert client.head().number == 90


def test_nodes_compare_themselves_without_being_told(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two, refresh=0)
    client.head()
    two.head += 50
    deadline = time.monotonic() + 30
    while client.head().number != 150:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert client.nodes()[0].state is NodeState.LAGGING
