"""Calls and estimates: what they return, how they fail, and that an estimate suffices."""

from typing import Any

import pytest
from eth_abi.abi import encode
from web3 import Web3

from chain.devnode import DevNode, RpcError
from chain.devnode.execution import revert_reason


def _call(
    node: DevNode, contract: Any, name: str, *args: Any, block: Any = "latest", **fields: Any
) -> Any:
    data = contract.encode_abi(name, args=list(args))
    return node.request("eth_call", [{"to": contract.address, "data": data} | fields, block])


def test_a_call_sees_the_state_and_the_block_that_it_names(
    node: DevNode, contract: Any, clock: Any
) -> None:
    contract.functions.keep(1, 11, "").transact()
    first = node.request("eth_getBlockByNumber", ["latest", False])
    clock.now += 50
    contract.functions.keep(1, 22, "").transact()
    assert int(_call(node, contract, "values", 1), 16) == 22
    for block in (first["number"], {"blockHash": first["hash"]}):
        assert int(_call(node, contract, "values", 1, block=block), 16) == 11
        context = bytes.fromhex(_call(node, contract, "context", block=block)[2:])
        assert int.from_bytes(context[:32], "big") == int(first["number"], 16)
        assert int.from_bytes(context[32:64], "big") == int(first["timestamp"], 16)


def test_the_pending_block_has_the_time_of_now(node: DevNode, contract: Any, clock: Any) -> None:
    clock.now += 1_000
    context = bytes.fromhex(_call(node, contract, "context", block="pending")[2:])
    assert int.from_bytes(context[32:64], "big") == int(clock.now)


def test_nothing_that_a_call_does_is_kept(node: DevNode, contract: Any) -> None:
    before = node.request("eth_getBlockByNumber", ["latest", False])
    _call(node, contract, "keep", 5, 6, "never")
    assert int(_call(node, contract, "values", 5), 16) == 0
    assert node.request("eth_getBlockByNumber", ["latest", False]) == before


def test_a_call_to_nobody_returns_nothing(node: DevNode) -> None:
    assert node.request("eth_call", [{"to": "0x" + "22" * 20, "data": "0x1234"}, "latest"]) == "0x"


def test_creation_code_is_run_and_its_return_data_returned(node: DevNode) -> None:
    # PUSH1 42, MSTORE at 0, RETURN 32 bytes: viem's deployless calls work this way.
    code = "0x602a60005260206000f3"
    for call in ({"data": code}, {"input": code, "to": None}):
        assert int(node.request("eth_call", [call, "latest"]), 16) == 42


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("refuse", (7,), "execution reverted"),
        ("complain", (), "execution reverted: said why"),
        ("overflow", (1,), "execution reverted: arithmetic underflow or overflow"),
    ],
)
@pytest.mark.parametrize("method", ["eth_call", "eth_estimateGas"])
def test_a_revert_has_code_3_and_its_data(
    node: DevNode, contract: Any, method: str, name: str, args: tuple[int, ...], message: str
) -> None:
    call = {
        "to": contract.address,
        "data": contract.encode_abi(name, args=list(args)),
        "from": "0x" + "33" * 20,
    }
    with pytest.raises(RpcError) as caught:
        node.request(method, [call, "latest"])
    assert (caught.value.code, caught.value.message) == (3, message)
    if name == "refuse":
        selector = Web3.keccak(text="Refused(address,uint256)")[:4]
        expected = selector + encode(["address", "uint256"], ["0x" + "33" * 20, 7])
        assert caught.value.data == "0x" + expected.hex()


def test_revert_data_that_only_looks_like_a_text_has_no_reason() -> None:
    assert revert_reason(bytes.fromhex("08c379a0")) is None
    assert revert_reason(bytes.fromhex("08c379a0") + encode(["uint256"], [2**255]) * 2) is None
    assert (
        revert_reason(bytes.fromhex("4e487b71") + encode(["uint256"], [0x99]))
        == "unknown panic code: 0x99"
    )
    assert revert_reason(b"") is None


def test_running_out_of_gas_is_no_revert(node: DevNode, contract: Any) -> None:
    with pytest.raises(RpcError, match="out of gas") as caught:
        _call(node, contract, "burn", gas="0xc350")
    assert caught.value.code == -32000
    data = contract.encode_abi("burn")
    with pytest.raises(RpcError, match=r"gas required exceeds allowance \(50000\)"):
        node.request("eth_estimateGas", [{"to": contract.address, "data": data, "gas": "0xc350"}])


def test_an_invalid_instruction_is_named(node: DevNode) -> None:
    with pytest.raises(RpcError, match="invalid opcode"):
        node.request("eth_call", [{"data": "0xfe"}, "latest"])


@pytest.mark.parametrize(
    ("name", "args"),
    [("keep", (1, 2, "a text")), ("many", (1,)), ("many", (40,)), ("keep", (1, 0, "x" * 900))],
)
def test_an_estimate_suffices_and_is_close(
    w3: Any, contract: Any, name: str, args: tuple[Any, ...]
) -> None:
    function = contract.get_function_by_name(name)(*args)
    estimate = function.estimate_gas()
    receipt = w3.eth.get_transaction_receipt(function.transact({"gas": estimate}))
    assert receipt["status"] == 1
    assert estimate <= receipt["gasUsed"] * 1.1 + 2_500


def test_estimates_of_transfers_and_creations(w3: Any, probe: dict[str, Any]) -> None:
    sender = w3.eth.accounts[0]
    assert w3.eth.estimate_gas({"from": sender, "to": "0x" + "22" * 20, "value": 1}) == 21_000
    estimate = w3.eth.estimate_gas({"from": sender, "data": probe["bytecode"]})
    sent = w3.eth.send_transaction({"from": sender, "data": probe["bytecode"], "gas": estimate})
    assert w3.eth.get_transaction_receipt(sent)["status"] == 1


@pytest.mark.parametrize("method", ["eth_call", "eth_estimateGas"])
def test_value_that_the_sender_lacks_is_refused(node: DevNode, method: str) -> None:
    call = {"from": "0x" + "33" * 20, "to": "0x" + "22" * 20, "value": "0x1"}
    with pytest.raises(RpcError, match="insufficient funds for gas \\* price \\+ value"):
        node.request(method, [call, "latest"])


def test_fees_that_the_sender_lacks_limit_the_estimate(
    node: DevNode, signer: Any, contract: Any
) -> None:
    poor = "0x" + "33" * 20
    signer.send(node, to=poor, value=30_000 * 10**9)
    call = {"from": poor, "to": contract.address, "data": contract.encode_abi("many", args=[9])}
    assert int(node.request("eth_estimateGas", [call]), 16) > 30_000
    with pytest.raises(RpcError, match=r"gas required exceeds allowance \(30000\)"):
        node.request("eth_estimateGas", [call | {"gasPrice": hex(10**9)}])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"chainId": "0x1"}, "chainId does not match"),
        ({"data": "0x01", "input": "0x02"}, "not equal"),
        ({"gasPrice": "0x1", "maxFeePerGas": "0x1"}, "one kind of fee"),
        ({"accessList": {}}, "must be a list"),
        ({"accessList": [{"address": "0x1"}]}, "accessList address"),
        ({"value": 1}, "value must be a hex number"),
        ({"blobs": ["0x"]}, "blobs is not supported"),
    ],
)
def test_calls_that_make_no_sense_are_refused(
    node: DevNode, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(RpcError, match=message) as caught:
        node.request("eth_call", [{"to": "0x" + "22" * 20} | fields, "latest"])
    assert caught.value.code == -32602


def test_overrides_are_refused_and_empty_ones_ignored(node: DevNode) -> None:
    call = {"to": "0x" + "22" * 20}
    assert node.request("eth_call", [call, "latest", {}]) == "0x"
    with pytest.raises(RpcError, match="overrides are not supported"):
        node.request("eth_call", [call, "latest", {"0x" + "22" * 20: {"balance": "0x1"}}])
