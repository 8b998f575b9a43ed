"""Fees follow EIP-1559, and the history agrees with the blocks."""

from typing import Any

import pytest

from chain.devnode import DevNode, RpcError


def _base_fee(node: DevNode, block: str) -> int:
    return int(node.request("eth_getBlockByNumber", [block, False])["baseFeePerGas"], 16)


def test_prices_are_those_of_the_next_block(node: DevNode, signer: Any) -> None:
    signer.send(node)
    tip = int(node.request("eth_maxPriorityFeePerGas", []), 16)
    assert tip == 10**9
    assert int(node.request("eth_gasPrice", []), 16) == _base_fee(node, "pending") + tip
    assert _base_fee(node, "pending") < _base_fee(node, "latest") < 10**9


def test_the_history_agrees_with_the_blocks(node: DevNode, signer: Any) -> None:
    for tip in (1, 5, 9):
        signer.send(node, maxPriorityFeePerGas=tip)
    history = node.request("eth_feeHistory", ["0x3", "latest", [0, 50, 100]])
    assert history["oldestBlock"] == "0x1"
    assert [int(fee, 16) for fee in history["baseFeePerGas"]] == [
        _base_fee(node, block) for block in ("0x1", "0x2", "0x3", "pending")
    ]
    assert history["gasUsedRatio"] == [21_000 / 30_029_122] * 3
    assert history["reward"] == [["0x1"] * 3, ["0x5"] * 3, ["0x9"] * 3]
    assert len(history["baseFeePerBlobGas"]) == 4


def test_the_history_is_cut_at_genesis_and_has_rewards_only_if_asked(node: DevNode) -> None:
    history = node.request("eth_feeHistory", ["0x400", "pending"])
    assert history["oldestBlock"] == "0x0"
    assert len(history["baseFeePerGas"]) == 2
    assert "reward" not in history
    assert node.request("eth_feeHistory", [4, "latest", []])["oldestBlock"] == "0x0"
    assert node.request("eth_feeHistory", ["0x0", "latest"])["gasUsedRatio"] == []


def test_an_empty_block_rewards_nothing(node: DevNode) -> None:
    node.request("evm_mine", [])
    assert node.request("eth_feeHistory", ["0x1", "latest", [50]])["reward"] == [["0x0"]]


@pytest.mark.parametrize("percentiles", [[101], [-1], [50, 10], ["50"], [True], "50", [1] * 101])
def test_percentiles_that_make_no_sense_are_refused(node: DevNode, percentiles: Any) -> None:
    with pytest.raises(RpcError, match="percentile"):
        node.request("eth_feeHistory", ["0x1", "latest", percentiles])
