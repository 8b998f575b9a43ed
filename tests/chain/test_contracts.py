import dataclasses

import pytest
from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError
from eth_hash.auto import keccak
from eth_utils.abi import abi_to_signature

from chain import contracts
from chain.artifacts import load
from chain.contracts import ANCHORED_TOPIC, AnchorLog, decode_anchored, explain
from chain.errors import ContractReverted, NoCode, UnexpectedAnswer
from chain.local import LocalChain
from chain.wire import Log

ROOT = keccak(b"root")
EVENT = Log(
    address="0x" + "aa" * 20,
    topics=(ANCHORED_TOPIC, bytes(12) + b"\1" * 20, (9).to_bytes(32), ROOT),
    data=encode(["uint64", "uint32"], [70, 8]),
    block_number=5,
    block_hash=keccak(b"block"),
    transaction_hash=keccak(b"transaction"),
    log_index=3,
)


def signatures(kind: str) -> set[str]:
    return {abi_to_signature(item) for item in load("IAnchorLog").abi if item["type"] == kind}


@pytest.mark.usefixtures("compiled")
def test_signatures_are_those_of_the_compiler() -> None:
    assert {function.signature for function in contracts.FUNCTIONS} == signatures("function")
    assert {error.signature for error in contracts.ERRORS} == signatures("error")
    assert {contracts.ANCHORED_EVENT, contracts.CLOSED_EVENT} == signatures("event")


@pytest.mark.usefixtures("compiled")
def test_return_types_are_those_of_the_compiler() -> None:
    outputs = {
        abi_to_signature(item): tuple(output["type"] for output in item["outputs"])
        for item in load("IAnchorLog").abi
        if item["type"] == "function"
    }
    assert {function.signature: function.returns for function in contracts.FUNCTIONS} == outputs


@pytest.mark.usefixtures("compiled")
def test_the_contract_adds_nothing_to_its_interface() -> None:
    assert {abi_to_signature(item) for item in load("AnchorLog").abi} == {
        abi_to_signature(item) for item in load("IAnchorLog").abi
    }


def test_calldata_is_selector_and_words() -> None:
    calldata = AnchorLog.anchor(1, ROOT, 2)
    assert calldata[:4] == keccak(b"anchor(uint64,bytes32,uint32)")[:4]
    assert calldata[4:] == (1).to_bytes(32) + ROOT + (2).to_bytes(32)
    assert AnchorLog.close() == keccak(b"close()")[:4]


@pytest.mark.parametrize("values", [(2**64, ROOT, 1), (-1, ROOT, 1), (0, ROOT, 2**32)])
def test_values_that_do_not_fit_are_refused(values: tuple[int, bytes, int]) -> None:
    with pytest.raises(EncodingError):
        AnchorLog.anchor(*values)


def test_an_event_is_decoded() -> None:
    decoded = decode_anchored(EVENT)
    assert decoded.anchorer == "0x" + "01" * 20
    assert (decoded.sequence, decoded.root, decoded.first, decoded.count) == (9, ROOT, 70, 8)
    assert (decoded.block_number, decoded.log_index) == (5, 3)


@pytest.mark.parametrize(
    "other",
    [
        {"topics": ()},
        {"topics": EVENT.topics[:3]},
        {"topics": (keccak(b"Other()"), *EVENT.topics[1:])},
        {"data": EVENT.data[:40]},
        {"data": b"\xff" * 64},
    ],
)
def test_another_event_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Anchored"):
        decode_anchored(dataclasses.replace(EVENT, **other))


def test_reverts_are_named() -> None:
    wrong = contracts.Fragment("WrongSequence(uint64,uint64)")
    explained = explain(ContractReverted(wrong.encode(3, 4)))
    assert (explained.name, explained.arguments) == ("WrongSequence", (3, 4))
    assert str(explained) == "The contract reverted: WrongSequence(3, 4)."
    panic = explain(ContractReverted(contracts.Fragment("Panic(uint256)").encode(0x11)))
    assert (panic.name, panic.arguments) == ("Panic", (0x11,))
    text = explain(ContractReverted(contracts.Fragment("Error(string)").encode("no")))
    assert (text.name, text.arguments) == ("Error", ("no",))


@pytest.mark.parametrize("data", [b"", b"\1\2\3\4", keccak(b"Error(string)")[:4] + b"\xff" * 64])
def test_unknown_reverts_keep_their_data(data: bytes) -> None:
    explained = explain(ContractReverted(data))
    assert (explained.name, explained.data) == (None, data)


def test_reading_where_nothing_is_deployed_is_an_error(local: LocalChain) -> None:
    with pytest.raises(NoCode):
        AnchorLog(local.client, "0x" + "12" * 20).next(local.accounts[0].address)


def test_another_contract_at_the_address_is_noticed(local: LocalChain) -> None:
    # Creation code that leaves five bytes of code, which answer every call with one zero byte.
    one_byte = bytes.fromhex("6005600c60003960056000f360016000f3")
    address = local.sender().send(None, one_byte).contract
    with pytest.raises(UnexpectedAnswer) as caught:
        AnchorLog(local.client, address).next(local.accounts[0].address)
    assert caught.value.data == b"\0"
