"""Blocks, transactions, receipts and logs have the keys and formats of anvil's, but for what is listed here."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from eth_hash.auto import keccak

from chain.devnode import DevNode
from tests.support.anvil import running

CHAIN_ID = 131277322940537

# What anvil says and this chain does not, with the reason; and the other way round.
ONLY_ANVIL: dict[str, set[str]] = {
    # The total difficulty ended with proof of work; geth no longer sends it.
    "block": {"totalDifficulty"},
    "transaction": set(),
    # Blob fields belong to blob transactions only; the time stands in the block (execution-apis).
    "receipt": {"blobGasPrice", "blobGasUsed", "blockTimestamp"},
    "log": set(),
}
ONLY_HERE: dict[str, set[str]] = {
    "block": set(),
    # anvil leaves it out of a transaction that was mined this very moment.
    "transaction": {"blockTimestamp"},
    "receipt": set(),
    "log": set(),
}


class Anvil:
    def __init__(self, url: str) -> None:
        self.url = url

    def request(self, method: str, params: list[Any]) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            message = json.load(answer)
        if "error" in message:
            raise RuntimeError(message["error"])
        return message["result"]


@pytest.fixture(scope="module")
def anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Anvil]:
    options = ("--chain-id", str(CHAIN_ID), "--hardfork", "prague")
    with running(tmp_path_factory.mktemp("anvil"), *options) as url:
        yield Anvil(url)


def _form(key: str, value: Any) -> Any:
    """Reduce a value to its kind: quantity, bytes with their length, or nested forms."""
    if isinstance(value, dict):
        return {name: _form(name, item) for name, item in value.items()}
    if isinstance(value, list):
        return [_form(key, item) for item in value[:1]]
    if not isinstance(value, str):
        return value if value is None or isinstance(value, bool) else type(value).__name__
    fixed = {
        "hash", "parentHash", "mixHash", "sha3Uncles", "stateRoot", "transactionsRoot", "receiptsRoot",
        "withdrawalsRoot", "parentBeaconBlockRoot", "requestsHash", "blockHash", "transactionHash",
        "from", "to", "address", "contractAddress", "miner", "nonce", "logsBloom", "topics", "transactions",
    }  # fmt: skip
    if key in fixed and not (key == "nonce" and len(value) != 18):
        return f"{(len(value) - 2) // 2} bytes"
    if key in {"data", "input", "extraData"}:
        return "bytes"
    assert re.fullmatch(r"0x(0|[1-9a-f][0-9a-f]*)", value), f"{key} is no quantity: {value}"
    return "quantity"


def _mined(node: Any, tx_hash: str) -> dict[str, Any]:
    for _ in range(400):
        receipt = node.request("eth_getTransactionReceipt", [tx_hash])
        if receipt is not None:
            found: dict[str, Any] = receipt
            return found
        # Anvil answers before it has mined.
        time.sleep(0.05)
    raise AssertionError(f"{tx_hash} was not mined")


def _sample(node: Any, probe: dict[str, Any], kind: str) -> dict[str, Any]:
    sender = node.request("eth_accounts", [])[0]
    created = node.request(
        "eth_sendTransaction", [{"from": sender, "data": probe["bytecode"], "gas": "0x200000"}]
    )
    contract = _mined(node, created)["contractAddress"]
    data = "0x" + probe["many_selector"] + f"{1:064x}"
    kinds: dict[str, dict[str, Any]] = {
        "legacy": {"gasPrice": "0x77359400"},
        "eip2930": {"gasPrice": "0x77359400", "accessList": []},
        "eip1559": {"maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0x1"},
    }
    fees = kinds[kind]
    sent = node.request(
        "eth_sendTransaction",
        [{"from": sender, "to": contract, "data": data, "gas": "0x30000"} | fees],
    )
    receipt = _mined(node, sent)
    return {
        "block": node.request("eth_getBlockByHash", [receipt["blockHash"], False]),
        "whole": node.request("eth_getBlockByHash", [receipt["blockHash"], True]),
        "transaction": node.request("eth_getTransactionByHash", [sent]),
        "receipt": receipt,
        "creation": node.request("eth_getTransactionReceipt", [created]),
        "log": node.request("eth_getLogs", [{"blockHash": receipt["blockHash"]}])[0],
    }


@pytest.fixture
def sampled(probe: dict[str, Any]) -> dict[str, Any]:
    return probe | {"many_selector": keccak(b"many(uint256)")[:4].hex()}


@pytest.mark.anvil
@pytest.mark.parametrize("kind", ["legacy", "eip2930", "eip1559"])
def test_answers_have_the_shape_of_anvils(
    anvil: Anvil, node: DevNode, sampled: dict[str, Any], kind: str
) -> None:
    ours, theirs = _sample(node, sampled, kind), _sample(anvil, sampled, kind)
    for name, family in (
        ("block", "block"), ("whole", "block"), ("transaction", "transaction"),
        ("receipt", "receipt"), ("creation", "receipt"), ("log", "log"),
    ):  # fmt: skip
        mine, other = ours[name], theirs[name]
        assert set(other) - set(mine) <= ONLY_ANVIL[family], name
        assert set(mine) - set(other) <= ONLY_HERE[family], name
        for key in set(mine) & set(other):
            if key == "transactions" and name == "whole":
                assert set(mine[key][0]) - set(other[key][0]) <= ONLY_HERE["transaction"]
                continue
            assert _form(key, mine[key]) == _form(key, other[key]), f"{name}.{key}"


@pytest.mark.anvil
@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_blockNumber", []),
        ("eth_gasPrice", []),
        ("eth_maxPriorityFeePerGas", []),
        ("eth_feeHistory", ["0x2", "latest", [50]]),
        ("eth_syncing", []),
        ("net_version", []),
        ("net_listening", []),
        ("eth_chainId", []),
        ("eth_getBalance", ["0x" + "22" * 20, "latest"]),
        ("eth_getCode", ["0x" + "22" * 20, "latest"]),
        ("eth_getStorageAt", ["0x" + "22" * 20, "0x0", "latest"]),
        ("eth_getTransactionCount", ["0x" + "22" * 20, "latest"]),
        ("eth_getTransactionByHash", ["0x" + "22" * 32]),
        ("eth_getTransactionReceipt", ["0x" + "22" * 32]),
        ("eth_getBlockByNumber", ["0xffffff", False]),
        ("eth_getBlockByHash", ["0x" + "22" * 32, False]),
        ("eth_getLogs", [{}]),
        ("eth_newBlockFilter", []),
        ("eth_uninstallFilter", ["0x22"]),
        ("eth_call", [{"to": "0x" + "22" * 20}, "latest"]),
        ("eth_estimateGas", [{"to": "0x" + "22" * 20}]),
    ],
)
def test_plain_answers_have_the_type_of_anvils(
    anvil: Anvil, node: DevNode, method: str, params: list[Any]
) -> None:
    ours, theirs = node.request(method, params), anvil.request(method, params)
    assert type(ours) is type(theirs)
    if isinstance(ours, dict):
        assert set(ours) == set(theirs)
        assert {key: type(value) for key, value in ours.items()} == {
            key: type(value) for key, value in theirs.items()
        }
    if method in {
        "eth_getCode",
        "eth_getStorageAt",
        "eth_getBalance",
        "eth_chainId",
        "net_version",
    }:
        assert ours == theirs


@pytest.mark.anvil
def test_the_gas_of_a_contract_call_is_that_of_anvil(
    anvil: Anvil, node: DevNode, sampled: dict[str, Any]
) -> None:
    for kind in ("legacy", "eip2930", "eip1559"):
        ours, theirs = _sample(node, sampled, kind), _sample(anvil, sampled, kind)
        assert ours["receipt"]["gasUsed"] == theirs["receipt"]["gasUsed"]
        assert ours["creation"]["gasUsed"] == theirs["creation"]["gasUsed"]
