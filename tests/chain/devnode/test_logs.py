"""Logs by address, topic, range and block; bounds that make no sense are refused."""

from typing import Any

import pytest
from web3 import Web3

from chain.devnode import DevNode, RpcError

KEPT = "0x" + Web3.keccak(text="Kept(address,uint256,string)").hex()


def _word(number: int) -> str:
    return f"0x{number:064x}"


@pytest.fixture
def keys(node: DevNode, contract: Any) -> Any:
    for key in (1, 2, 3):
        contract.functions.keep(key, key, "text").transact()

    def found(**wanted: Any) -> list[int]:
        logs = node.request("eth_getLogs", [{"fromBlock": "0x0"} | wanted])
        return [int(log["topics"][2], 16) for log in logs]

    return found


def test_topics_choose_by_position_alternatives_and_wildcards(keys: Any, w3: Any) -> None:
    who = "0x" + "00" * 12 + w3.eth.accounts[9][2:].lower()
    assert keys() == [1, 2, 3]
    assert keys(topics=[]) == [1, 2, 3]
    assert keys(topics=[KEPT]) == [1, 2, 3]
    assert keys(topics=[KEPT, None, _word(2)]) == [2]
    assert keys(topics=[None, None, [_word(1), _word(3)]]) == [1, 3]
    assert keys(topics=[[KEPT, _word(9)], who, [None, _word(3)]]) == [1, 2, 3]
    assert keys(topics=[KEPT, who, _word(4)]) == []
    assert keys(topics=[None, None, None, None]) == []


def test_addresses_choose_one_or_any_of_several(keys: Any, contract: Any) -> None:
    other = "0x" + "22" * 20
    assert keys(address=contract.address) == [1, 2, 3]
    assert keys(address=[other, contract.address.lower()]) == [1, 2, 3]
    assert keys(address=other) == []
    assert keys(address=[]) == [1, 2, 3]


def test_ranges_choose_by_number_and_tag(keys: Any, node: DevNode) -> None:
    head = int(node.request("eth_blockNumber", []), 16)
    assert keys(fromBlock=hex(head - 1)) == [2, 3]
    assert keys(fromBlock=hex(head - 1), toBlock=hex(head - 1)) == [2]
    assert keys(fromBlock="earliest", toBlock="latest") == [1, 2, 3]
    assert keys(fromBlock="latest") == [3]
    assert keys(fromBlock="0x0", toBlock=hex(head + 50)) == [1, 2, 3]
    assert keys(fromBlock=hex(head + 1), toBlock=hex(head + 50)) == []
    assert keys(fromBlock=None) == [3]


@pytest.mark.usefixtures("keys")
def test_a_block_is_named_by_its_hash(node: DevNode) -> None:
    block = node.request("eth_getBlockByNumber", ["latest", False])
    logs = node.request("eth_getLogs", [{"blockHash": block["hash"]}])
    assert [int(log["topics"][2], 16) for log in logs] == [3]
    assert logs[0]["blockTimestamp"] == block["timestamp"]
    assert logs == node.request("eth_getTransactionReceipt", [logs[0]["transactionHash"]])["logs"]
    with pytest.raises(RpcError, match="unknown block"):
        node.request("eth_getLogs", [{"blockHash": _word(7)}])


def test_logs_of_one_transaction_are_counted_within_the_block(node: DevNode, contract: Any) -> None:
    contract.functions.many(5).transact()
    logs = node.request("eth_getLogs", [{}])
    assert [log["logIndex"] for log in logs] == ["0x0", "0x1", "0x2", "0x3", "0x4"]


def test_logs_of_a_failed_transaction_do_not_exist(node: DevNode, contract: Any) -> None:
    contract.functions.many(5).transact({"gas": 25_000})
    assert node.request("eth_getLogs", [{"fromBlock": "0x0"}]) == []


def test_too_many_logs_are_refused_rather_than_cut(
    keys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chain.devnode.logs.MAX_LOGS", 2)
    with pytest.raises(RpcError, match="shorter range"):
        keys()


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"fromBlock": "0x2", "toBlock": "0x1"}, "invalid block range"),
        ({"blockHash": _word(1), "fromBlock": "0x1"}, "cannot specify both"),
        ({"topics": [None] * 5}, "at most 4"),
        ({"topics": ["0x12"]}, "32 bytes"),
        ({"topics": KEPT}, "list"),
        ({"address": "0x12"}, "20 bytes"),
        ({"address": ["0x" + "22" * 20] * 1001}, "exceed max addresses"),
        ({"topics": [[_word(1)] * 1001]}, "exceed max topics"),
        ({"fromBlock": _word(1)}, "named|name a hash"),
        ([], "object"),
    ],
)
def test_filters_that_make_no_sense_are_refused(node: DevNode, wanted: Any, message: str) -> None:
    with pytest.raises(RpcError, match=message) as caught:
        node.request("eth_getLogs", [wanted])
    assert caught.value.code == -32602
