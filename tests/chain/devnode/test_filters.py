"""Installed filters give what is new since the last poll."""

from typing import Any

import pytest

from chain.devnode import DevNode, RpcError


def test_a_block_filter_gives_each_new_block_once(node: DevNode, signer: Any) -> None:
    signer.send(node)
    name = node.request("eth_newBlockFilter", [])
    assert node.request("eth_getFilterChanges", [name]) == []
    for _ in range(2):
        signer.send(node)
    hashes = [
        node.request("eth_getBlockByNumber", [number, False])["hash"] for number in ("0x2", "0x3")
    ]
    assert node.request("eth_getFilterChanges", [name]) == hashes
    assert node.request("eth_getFilterChanges", [name]) == []


def test_a_transaction_filter_gives_hashes(node: DevNode, signer: Any) -> None:
    name = node.request("eth_newPendingTransactionFilter", [])
    sent = [signer.send(node), signer.send(node)]
    assert node.request("eth_getFilterChanges", [name]) == sent


def test_a_log_filter_gives_new_logs_that_fit(node: DevNode, contract: Any) -> None:
    wanted = {"address": contract.address, "topics": [None, None, [f"0x{2:064x}", f"0x{3:064x}"]]}
    contract.functions.keep(2, 0, "before").transact()
    name = node.request("eth_newFilter", [wanted | {"fromBlock": "0x0"}])
    for key in (1, 2, 3):
        contract.functions.keep(key, 0, "after").transact()
    changes = node.request("eth_getFilterChanges", [name])
    assert [int(log["topics"][2], 16) for log in changes] == [2, 3]
    assert node.request("eth_getFilterChanges", [name]) == []
    assert len(node.request("eth_getFilterLogs", [name])) == 3


def test_a_log_filter_keeps_to_its_range(node: DevNode, contract: Any) -> None:
    head = int(node.request("eth_blockNumber", []), 16)
    name = node.request("eth_newFilter", [{"fromBlock": hex(head + 2), "toBlock": hex(head + 2)}])
    for key in (1, 2, 3):
        contract.functions.keep(key, 0, "").transact()
    changes = node.request("eth_getFilterChanges", [name])
    assert [int(log["topics"][2], 16) for log in changes] == [2]


def test_filters_follow_the_chain_when_it_goes_back(node: DevNode, signer: Any) -> None:
    snapshot = node.request("evm_snapshot", [])
    name = node.request("eth_newBlockFilter", [])
    signer.send(node)
    signer.send(node)
    node.request("eth_getFilterChanges", [name])
    node.request("evm_revert", [snapshot])
    assert node.request("eth_getFilterChanges", [name]) == []
    signer.nonce = 0
    signer.send(node)
    assert node.request("eth_getFilterChanges", [name]) == [
        node.request("eth_getBlockByNumber", ["0x1", False])["hash"]
    ]


def test_a_filter_that_is_uninstalled_is_unknown(node: DevNode) -> None:
    name = node.request("eth_newBlockFilter", [])
    assert node.request("eth_uninstallFilter", [name]) is True
    assert node.request("eth_uninstallFilter", [name]) is False
    for method in ("eth_getFilterChanges", "eth_getFilterLogs"):
        with pytest.raises(RpcError, match="filter not found"):
            node.request(method, [name])


def test_the_number_of_filters_is_bounded(node: DevNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chain.devnode.filters.MAX_FILTERS", 3)
    names = [node.request("eth_newBlockFilter", []) for _ in range(3)]
    node.request("eth_getFilterChanges", [names[0]])
    node.request("eth_newBlockFilter", [])
    node.request("eth_getFilterChanges", [names[0]])
    with pytest.raises(RpcError, match="filter not found"):
        node.request("eth_getFilterChanges", [names[1]])
