"""Nodes that answer what cannot be true, or nothing, or one this and another that."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from chain.client import ChainClient
from chain.devnode.node import DevNode
from chain.errors import NodeUnavailable, StateUnavailable
from tests.support.databases import only_sqlite
from tests.support.indexed import anchors, answer_null, chain, check_parents, cursor
from workers.anchoring import sweep
from workers.indexing import Indexing
from workers.indexing.sources import BadEventsError

LOG = 1
pytestmark = only_sqlite


def test_a_node_that_answers_null_for_every_block_is_no_deep_reorg(
    client: ChainClient, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Indexing(client, LOG, 0).run()
    before = cursor()
    answer_null(client, monkeypatch, lambda _: True)
    with pytest.raises(NodeUnavailable, match=f"no block {before}, though the chain has got that"):
        Indexing(client, LOG, 0).run()
    assert cursor() == before


def test_a_node_that_lost_a_block_for_ever_is_waited_for_and_named(
    client: ChainClient,
    node: DevNode,
    sent: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Indexing(client, LOG, 0).run()
    lost = cursor() + 1
    node.request("evm_mine", [{"blocks": 3}])
    with monkeypatch.context() as patched:
        answer_null(client, patched, lambda number: number == lost)
        sweep()
        assert (chain().state, cursor()) == ("waiting", lost - 1)
        assert f"no block {lost}, though the chain has got that far" in (chain().reason or "")
    sweep()
    assert (chain().state, cursor()) == ("following", client.head().number)


@pytest.mark.parametrize("lie", ["empty", "unknown", "malformed", "misplaced", "twice"])
def test_an_answer_that_cannot_be_true_is_not_taken(
    lie: str, client: ChainClient, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = client.logs

    def lying(*given: Any) -> list[Any]:
        found = real(*given)
        if lie == "empty":
            return []
        if lie == "unknown":
            raise StateUnavailable(-32000, "unknown block")
        if lie == "malformed":
            return [replace(one, data=one.data[:5]) for one in found]
        if lie == "misplaced":
            return [replace(one, transaction_hash=bytes(32)) for one in found]
        return found * 2

    with monkeypatch.context() as patched:
        patched.setattr(client, "logs", lying)
        with pytest.raises(StateUnavailable if lie == "unknown" else BadEventsError):
            Indexing(client, LOG, 0).run()
        assert anchors() == []
        sweep()
        assert chain().state == "waiting"
        assert anchors() == []
    sweep()
    assert len(anchors()) == 1
    assert chain().state == "following"


def test_events_that_nobody_asked_for_are_passed_over(
    client: ChainClient, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = client.logs

    def chatty(*given: Any) -> list[Any]:
        found = real(*given)
        if not found:  # the registry's
            return found
        [one] = found
        stranger = (one.topics[0], bytes(12) + b"\x01" * 20, *one.topics[2:])
        foreign = [replace(one, address="0x" + "ee" * 20, log_index=7)]
        return [*foreign, *found, replace(one, topics=stranger, log_index=8)]

    monkeypatch.setattr(client, "logs", chatty)
    Indexing(client, LOG, 0).run()
    assert len(anchors()) == 1


def test_two_nodes_that_disagree_never_leave_a_mixed_chain(
    node: DevNode, client: ChainClient, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Indexing(client, LOG, 5).run()
    snapshot = node.request("evm_snapshot", [])
    node.request("evm_mine", [{"blocks": 2}])
    other = {number: client.block(number) for number in range(client.head().number + 1)}
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [30])
    node.request("evm_mine", [{"blocks": 3}])
    real = client.reached_block
    calls = iter(range(10_000))

    def either(number: int) -> Any:
        if next(calls) % 2 == 0:
            return real(number)
        if number not in other:
            raise NodeUnavailable(client.url, f"no block {number}")
        return other[number]

    with monkeypatch.context() as patched:
        patched.setattr(client, "reached_block", either)
        for _ in range(6):
            with suppress(NodeUnavailable):
                Indexing(client, LOG, 5).run()
            check_parents()
            assert len(anchors()) == 1
    Indexing(client, LOG, 5).run()
    check_parents()
    assert cursor() == client.head().number
