"""Transactions of every type are mined; what cannot be is refused in geth's words."""

from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from eth_account import Account
from web3 import Web3

from chain.devnode import DevNode, RpcError

CHAIN_ID = 131277322940537
# The pre-signed transaction of the usual deterministic deployment proxy, valid on every chain.
DEPLOYER = (
    "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b80825250"
    "50506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222"
    "222222222222222222222222222222222222222222222222222222"
)
DEPLOYER_ADDRESS = "0x4e59b44847b379578588920cA78FbF26c0B4956C"


def _receipt(node: DevNode, tx_hash: str) -> dict[str, Any]:
    receipt: dict[str, Any] = node.request("eth_getTransactionReceipt", [tx_hash])
    return receipt


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"gasPrice": 10**10}, "0x0"),
        ({"gasPrice": 10**10, "accessList": [], "type": 1}, "0x1"),
        ({"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 1}, "0x2"),
    ],
)
def test_each_type_is_mined_and_read_back(
    node: DevNode, signer: Any, fields: dict[str, Any], kind: str
) -> None:
    sent = signer.send(node, **fields)
    receipt = _receipt(node, sent)
    assert (receipt["status"], receipt["type"], receipt["gasUsed"]) == ("0x1", kind, "0x5208")
    transaction = node.request("eth_getTransactionByHash", [sent])
    assert transaction["from"] == signer.address.lower()
    assert transaction["chainId"] == hex(CHAIN_ID)
    assert transaction["gasPrice"] == receipt["effectiveGasPrice"]


def test_an_account_takes_the_code_of_another(node: DevNode, signer: Any, contract: Any) -> None:
    authority = Account.from_key("0x" + "09" * 32)
    grant = authority.sign_authorization(
        {"chainId": CHAIN_ID, "address": contract.address, "nonce": 0}
    )
    sent = signer.send(
        node, type=4, gas=200_000, to=authority.address, value=0, authorizationList=[grant]
    )
    transaction = node.request("eth_getTransactionByHash", [sent])
    assert transaction["type"] == "0x4"
    assert transaction["authorizationList"][0]["address"] == contract.address.lower()
    code = node.request("eth_getCode", [authority.address, "latest"])
    assert code == "0xef0100" + contract.address[2:].lower()


def test_the_usual_deterministic_deployer_can_be_deployed_and_used(
    node: DevNode, w3: Any, probe: dict[str, Any]
) -> None:
    sender = Account.recover_transaction(DEPLOYER)
    assert sender == "0x3fAB184622Dc19b6109349B94811493BF2a45362"
    with pytest.raises(RpcError, match="insufficient funds for gas"):
        node.request("eth_sendRawTransaction", [DEPLOYER])
    w3.eth.send_transaction(
        {"from": w3.eth.accounts[0], "to": sender, "value": Web3.to_wei(0.01, "ether")}
    )
    receipt = _receipt(node, node.request("eth_sendRawTransaction", [DEPLOYER]))
    assert receipt["status"] == "0x1"
    assert Web3.to_checksum_address(receipt["contractAddress"]) == DEPLOYER_ADDRESS
    salt = b"\x05" * 32
    call = {
        "from": w3.eth.accounts[0],
        "to": DEPLOYER_ADDRESS,
        "data": salt + bytes.fromhex(probe["bytecode"][2:]),
    }
    expected = Web3.keccak(
        b"\xff" + bytes.fromhex(DEPLOYER_ADDRESS[2:]) + salt + Web3.keccak(hexstr=probe["bytecode"])
    )[12:]
    assert bytes(w3.eth.call(call)) == expected
    w3.eth.send_transaction(call)
    assert len(w3.eth.get_code(Web3.to_checksum_address(expected))) > 100


def test_a_transaction_that_reverts_is_mined_with_status_0(
    node: DevNode, signer: Any, contract: Any
) -> None:
    data = contract.encode_abi("complain")
    receipt = _receipt(
        node, signer.send(node, to=contract.address, data=data, gas=100_000, value=0)
    )
    assert receipt["status"] == "0x0"
    assert receipt["logs"] == []
    assert node.request("eth_getTransactionCount", [signer.address, "latest"]) == "0x1"


def test_a_transaction_that_runs_out_of_gas_is_mined_and_pays_all_of_it(
    node: DevNode, signer: Any, contract: Any
) -> None:
    data = contract.encode_abi("burn")
    receipt = _receipt(node, signer.send(node, to=contract.address, data=data, gas=50_000, value=0))
    assert (receipt["status"], receipt["gasUsed"]) == ("0x0", hex(50_000))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"nonce": 7}, "nonce too high: next nonce 1, tx nonce 7"),
        ({"nonce": 0, "value": 2}, "nonce too low: next nonce 1, tx nonce 0"),
        ({"chainId": 1}, f"invalid chain id for signer: have 1 want {CHAIN_ID}"),
        (
            {"chainId": 1, "gasPrice": 10**10},
            f"invalid chain id for signer: have 1 want {CHAIN_ID}",
        ),
        ({"gas": 20_999}, "intrinsic gas too low: gas 20999, minimum needed 21000"),
        ({"gas": 23_000, "data": b"\x01" * 100}, "insufficient gas for floor data gas cost"),
        ({"gas": 40_000_000}, "exceeds block gas limit"),
        ({"value": 10**25}, "insufficient funds for gas * price + value: balance"),
        (
            {"maxFeePerGas": 5, "maxPriorityFeePerGas": 1},
            "max fee per gas less than block base fee",
        ),
        (
            {"maxFeePerGas": 10**9, "maxPriorityFeePerGas": 10**10},
            "max priority fee per gas higher than max fee per gas",
        ),
        ({"to": "", "data": b"\x00" * 49_153, "gas": 10**7}, "max initcode size exceeded"),
    ],
)
def test_what_cannot_be_mined_is_refused_and_changes_nothing(
    node: DevNode, signer: Any, fields: dict[str, Any], message: str
) -> None:
    signer.send(node)
    with pytest.raises(RpcError) as caught:
        node.request("eth_sendRawTransaction", [signer.sign(**fields)])
    assert caught.value.code == -32000
    assert caught.value.message.startswith(message)
    assert node.request("eth_blockNumber", []) == "0x1"


def test_the_same_bytes_again_are_already_known(node: DevNode, signer: Any) -> None:
    raw = signer.sign()
    node.request("eth_sendRawTransaction", [raw])
    with pytest.raises(RpcError, match=r"^already known$"):
        node.request("eth_sendRawTransaction", [raw])


@pytest.mark.parametrize(
    "raw", ["0x", "0x01", "0x02", "0x05c0", "0xc0", "0x02c0", "0xf8", "0x03" + "00" * 50]
)
def test_bytes_that_are_no_transaction_are_refused(node: DevNode, raw: str) -> None:
    with pytest.raises(RpcError) as caught:
        node.request("eth_sendRawTransaction", [raw])
    assert caught.value.code == -32000


def test_a_signature_with_a_high_s_is_refused(node: DevNode, signer: Any) -> None:
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    raw = bytes.fromhex(signer.sign()[2:])
    fields = rlp.decode(raw[1:])
    fields[9] = b"" if fields[9] else b"\x01"
    fields[11] = (order - int.from_bytes(fields[11], "big")).to_bytes(32, "big")
    with pytest.raises(RpcError):
        node.request("eth_sendRawTransaction", ["0x02" + rlp.encode(fields).hex()])
    assert node.request("eth_blockNumber", []) == "0x0"


@pytest.mark.parametrize(
    ("fees", "kind"),
    [
        ({}, "0x2"),
        ({"gasPrice": "0x77359400"}, "0x0"),
        ({"gasPrice": "0x77359400", "accessList": []}, "0x1"),
        ({"maxPriorityFeePerGas": "0x5"}, "0x2"),
        ({"maxFeePerGas": "0x77359400"}, "0x2"),
    ],
)
def test_development_accounts_are_unlocked(node: DevNode, fees: dict[str, Any], kind: str) -> None:
    accounts = node.request("eth_accounts", [])
    sent = node.request(
        "eth_sendTransaction", [{"from": accounts[3], "to": accounts[4], "value": "0x9"} | fees]
    )
    assert _receipt(node, sent)["type"] == kind
    assert _receipt(node, sent)["from"] == accounts[3]


def test_other_accounts_are_not(node: DevNode) -> None:
    with pytest.raises(RpcError, match="unknown account 0x2222"):
        node.request("eth_sendTransaction", [{"from": "0x" + "22" * 20, "to": "0x" + "11" * 20}])
