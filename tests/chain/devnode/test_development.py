"""Snapshots, mining at will, and the clock."""

from typing import Any

import pytest

from chain.devnode import DevNode, RpcError


def _head(node: DevNode) -> tuple[int, int]:
    block = node.request("eth_getBlockByNumber", ["latest", False])
    return int(block["number"], 16), int(block["timestamp"], 16)


@pytest.mark.parametrize(
    ("params", "blocks"), [([], 1), ([{"blocks": "0x3"}], 3), ([{"blocks": 2}], 2), ([None], 1)]
)
def test_blocks_are_mined_at_will(node: DevNode, params: list[Any], blocks: int) -> None:
    start, time = _head(node)
    node.request("evm_mine", params)
    assert _head(node) == (start + blocks, time + blocks)


def test_a_block_is_mined_at_a_time(node: DevNode) -> None:
    number, time = _head(node)
    node.request("evm_mine", [hex(time + 99)])
    assert _head(node) == (number + 1, time + 99)
    node.request("evm_mine", [{"timestamp": time + 500, "blocks": 2}])
    assert _head(node) == (number + 3, time + 501)


def test_the_next_block_has_the_time_that_was_set_and_later_ones_that_of_the_clock(
    node: DevNode, clock: Any
) -> None:
    _, time = _head(node)
    assert node.request("evm_setNextBlockTimestamp", [hex(time + 50)]) is None
    node.request("evm_mine", [])
    assert _head(node)[1] == time + 50
    clock.now += 1_000
    node.request("evm_mine", [])
    assert _head(node)[1] == int(clock.now)


def test_time_that_is_added_stays_added(node: DevNode, clock: Any) -> None:
    assert node.request("evm_increaseTime", ["0x64"]) == 100
    assert node.request("evm_increaseTime", [100]) == 200
    node.request("evm_mine", [])
    assert _head(node)[1] == int(clock.now) + 200


def test_a_time_that_is_not_later_is_refused(node: DevNode) -> None:
    _, time = _head(node)
    with pytest.raises(RpcError, match="not later"):
        node.request("evm_setNextBlockTimestamp", [time])


def test_blocks_at_once_are_bounded(node: DevNode) -> None:
    with pytest.raises(RpcError, match="at most 1000"):
        node.request("evm_mine", [{"blocks": "0x3e9"}])


def test_a_snapshot_is_spent_with_those_after_it(node: DevNode, signer: Any) -> None:
    first = node.request("evm_snapshot", [])
    signer.send(node)
    second = node.request("evm_snapshot", [])
    signer.send(node)
    assert node.request("evm_revert", [first]) is True
    assert node.request("evm_revert", [second]) is False
    assert node.request("evm_revert", [first]) is False
    assert _head(node)[0] == 0
