"""State at any block, blocks by every name, and what is not here is said to be missing."""

from typing import Any

import pytest

from chain.devnode import DevNode, RpcError

NOBODY = "0x" + "11" * 20


def test_state_is_that_of_the_block_that_is_named(node: DevNode, signer: Any) -> None:
    for value in (10, 20, 30):
        signer.send(node, value=value)
    block = node.request("eth_getBlockByNumber", ["0x2", False])
    names: list[tuple[Any, int]] = [
        ("earliest", 0),
        ("0x1", 10),
        ("0x2", 30),
        ("latest", 60),
        ("pending", 60),
        ("safe", 60),
        ("finalized", 60),
        (block["hash"], 30),
        ({"blockHash": block["hash"], "requireCanonical": True}, 30),
        ({"blockNumber": "0x1"}, 10),
    ]
    for name, balance in names:
        assert node.request("eth_getBalance", [NOBODY, name]) == hex(balance), name
    assert node.request("eth_getBalance", [NOBODY]) == hex(60)
    assert node.request("eth_getTransactionCount", [signer.address, "0x2"]) == "0x2"


def test_storage_is_read_by_number_or_by_padded_word(node: DevNode, contract: Any) -> None:
    time = node.request("eth_getBlockByNumber", ["latest", False])["timestamp"]
    for slot in ("0x1", "0x" + f"{1:064x}"):
        word = node.request("eth_getStorageAt", [contract.address, slot, "latest"])
        assert len(word) == 66
        assert int(word, 16) == int(time, 16)


@pytest.mark.parametrize("method", ["eth_getBalance", "eth_getCode", "eth_getTransactionCount"])
def test_a_block_that_does_not_exist_has_no_state(node: DevNode, method: str) -> None:
    with pytest.raises(RpcError, match=r"^header not found$"):
        node.request(method, [NOBODY, "0x99"])
    with pytest.raises(RpcError, match=r"^header for hash not found$"):
        node.request(method, [NOBODY, {"blockHash": "0x" + "77" * 32}])


def test_a_block_has_its_transactions_whole_or_as_hashes(node: DevNode, signer: Any) -> None:
    sent = signer.send(node)
    block = node.request("eth_getBlockByNumber", ["latest", False])
    whole = node.request("eth_getBlockByHash", [block["hash"], True])
    assert block["transactions"] == [sent]
    assert whole["transactions"] == [node.request("eth_getTransactionByHash", [sent])]
    assert node.request("eth_getBlockReceipts", [block["hash"]]) == [
        node.request("eth_getTransactionReceipt", [sent])
    ]
    for by, name in (("Hash", block["hash"]), ("Number", block["number"])):
        assert node.request(f"eth_getBlockTransactionCountBy{by}", [name]) == "0x1"
        assert node.request(f"eth_getUncleCountByBlock{by}", [name]) == "0x0"
        found = node.request(f"eth_getTransactionByBlock{by}AndIndex", [name, "0x0"])
        assert found["hash"] == sent
        assert node.request(f"eth_getTransactionByBlock{by}AndIndex", [name, "0x1"]) is None


def test_the_pending_block_is_the_next_one_without_a_hash(node: DevNode, clock: Any) -> None:
    clock.now += 100
    block = node.request("eth_getBlockByNumber", ["pending", True])
    assert (block["number"], block["hash"], block["nonce"]) == ("0x1", None, None)
    assert int(block["timestamp"], 16) == int(clock.now)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getBlockByNumber", ["0x99", False]),
        ("eth_getBlockByHash", ["0x" + "77" * 32, False]),
        ("eth_getBlockReceipts", ["0x99"]),
        ("eth_getBlockTransactionCountByNumber", ["0x99"]),
        ("eth_getBlockTransactionCountByHash", ["0x" + "77" * 32]),
        ("eth_getTransactionByHash", ["0x" + "77" * 32]),
        ("eth_getTransactionReceipt", ["0x" + "77" * 32]),
        ("eth_getTransactionByBlockNumberAndIndex", ["0x99", "0x0"]),
    ],
)
def test_what_does_not_exist_is_null(node: DevNode, method: str, params: list[Any]) -> None:
    assert node.request(method, params) is None


def test_chain_facts(node: DevNode) -> None:
    assert node.request("eth_chainId", []) == hex(131277322940537)
    assert node.request("net_version", []) == "131277322940537"
    assert node.request("eth_syncing", []) is False
    assert node.request("net_listening", []) is True
    assert "py-evm" in node.request("web3_clientVersion", [])
    assert node.request("web3_sha3", ["0x"]).startswith("0xc5d24601")
    accounts = node.request("eth_accounts", [])
    assert len(accounts) == 10
    assert accounts[0] == "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"
    for account in accounts:
        assert int(node.request("eth_getBalance", [account, "latest"]), 16) == 10**24


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("eth_getBalance", [], "missing value for required argument 0"),
        ("eth_getBalance", [None, "latest"], "missing value"),
        ("eth_getBalance", [NOBODY, "latest", 1], "too many arguments"),
        ("eth_getBalance", ["0x11", "latest"], "20 bytes"),
        ("eth_getBalance", ["nobody", "latest"], "hex"),
        ("eth_getBalance", [NOBODY, "newest"], "block"),
        ("eth_getBalance", [NOBODY, "0x01"], "leading zeros"),
        ("eth_getBalance", [NOBODY, 1], "block"),
        ("eth_getBalance", [NOBODY, {}], "one of blockHash and blockNumber"),
        ("eth_getBlockByNumber", ["latest", "yes"], "true or false"),
        ("eth_getTransactionByHash", ["0x77"], "32 bytes"),
        ("eth_getStorageAt", [NOBODY, "0x" + "1" * 65, "latest"], "slot"),
        ("eth_call", ["0x"], "object"),
        ("eth_chainId", [1], "too many arguments"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(
    node: DevNode, method: str, params: list[Any], message: str
) -> None:
    with pytest.raises(RpcError, match=message) as caught:
        node.request(method, params)
    assert caught.value.code == -32602


@pytest.mark.parametrize(
    "method", ["eth_getProof", "debug_traceTransaction", "trace_block", "eth_subscribe", "nope"]
)
def test_methods_that_are_not_here_say_so(node: DevNode, method: str) -> None:
    with pytest.raises(
        RpcError, match=f"the method {method} does not exist/is not available"
    ) as caught:
        node.request(method, ["0x"])
    assert caught.value.code == -32601
