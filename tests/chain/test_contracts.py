import dataclasses

import pytest
from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError
from eth_hash.auto import keccak
from eth_utils.abi import abi_to_signature

from chain import contracts
from chain.artifacts import load
from chain.contracts import (
    ANCHORED_TOPIC,
    AnchorLog,
    anchor_log,
    asset_registry,
    decode_anchored,
    explain,
    identity_registry,
)
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


MODULES = {
    "AnchorLog": anchor_log,
    "IdentityRegistry": identity_registry,
    "AssetRegistry": asset_registry,
}
# What the inherited standards declare and our contracts never do.
UNUSED = {
    "EIP712DomainChanged()",
    "StringsInsufficientHexLength(uint256,uint256)",
}


def signatures(name: str, kind: str) -> set[str]:
    found = {abi_to_signature(item) for item in load(name).abi if item["type"] == kind}
    return found - UNUSED


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("name", MODULES)
def test_signatures_are_those_of_the_compiler(name: str) -> None:
    module = MODULES[name]
    assert {one.signature for one in module.FUNCTIONS} == signatures(name, "function")
    assert {one.signature for one in module.ERRORS} == signatures(name, "error")
    assert {one.signature for one in module.EVENTS} == signatures(name, "event")


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("name", MODULES)
def test_which_arguments_are_topics_is_as_the_compiler_says(name: str) -> None:
    compiled = {
        abi_to_signature(item): [argument["indexed"] for argument in item["inputs"]]
        for item in load(name).abi
        if item["type"] == "event"
    }
    for event in MODULES[name].EVENTS:
        count = len(event.types)
        assert compiled[event.signature] == [index < event.indexed for index in range(count)]


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("name", MODULES)
def test_return_types_are_those_of_the_compiler(name: str) -> None:
    outputs = {
        abi_to_signature(item): tuple(output["type"] for output in item["outputs"])
        for item in load(name).abi
        if item["type"] == "function"
    }
    assert {one.signature: one.returns for one in MODULES[name].FUNCTIONS} == outputs


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("name", ["AnchorLog", "IdentityRegistry"])
def test_the_contract_adds_nothing_to_its_interface(name: str) -> None:
    assert {abi_to_signature(item) for item in load(name).abi if item["type"] != "error"} == {
        abi_to_signature(item) for item in load(f"I{name}").abi if item["type"] != "error"
    }
    assert signatures(name, "error") == signatures(f"I{name}", "error")


def test_types_are_split_outside_of_parentheses() -> None:
    whole = contracts.Fragment("f((address,(uint8,bytes)[])[],bytes,(bool))")
    assert whole.types == ("(address,(uint8,bytes)[])[]", "bytes", "(bool)")
    assert contracts.Fragment("f()").types == ()


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
