import socket

import pytest
from eth_hash.auto import keccak
from eth_keys import keys

from chain.client import ChainClient
from chain.contracts import ERC6492_SUFFIX, AnchorLog, Fragment
from chain.errors import OutOfGas, StateUnavailable
from chain.local import LocalChain
from chain.proofs.errors import ChainUnavailableError
from chain.proofs.readers import AnchorRecord, ChainReader
from chain.reader import NodeReader

ROOT = keccak(b"root")
DIGEST = keccak(b"what was signed")
SET_MODE = Fragment("setMode(uint8)")
REFUSE = 1


def sign(key: int) -> bytes:
    signature = keys.PrivateKey(key.to_bytes(32)).sign_msg_hash(DIGEST)
    return signature.to_bytes()[:64] + bytes([27 + signature.v])


@pytest.fixture
def reader(local: LocalChain) -> ChainReader:
    return NodeReader(local.client)


def test_the_chain_is_told_as_it_is(local: LocalChain, reader: ChainReader) -> None:
    receipt = local.sender().send("0x" + "77" * 20, value=1)
    assert reader.chain_id() == local.client.chain_id()
    assert reader.genesis() == local.client.genesis()
    head = reader.head()
    assert head.transactions == (receipt.transaction_hash,)
    assert (head.number, head.hash) == (receipt.block_number, receipt.block_hash)
    assert reader.block(head.number) == head
    parent = reader.block(head.number - 1)
    assert parent is not None
    assert parent.hash == head.parent
    assert reader.block(head.number + 1) is None
    assert reader.transaction_block(receipt.transaction_hash) == (head.number, head.hash)
    assert reader.transaction_block(ROOT) is None


def test_an_anchor_is_found(local: LocalChain, log: AnchorLog, reader: ChainReader) -> None:
    me = local.accounts[0].address
    receipt = local.sender().send(log.address, AnchorLog.anchor(0, ROOT, 9))
    head = reader.head()
    assert reader.anchor_of(log.address, me, ROOT) == AnchorRecord(
        sequence=0, first=0, count=9, time=head.time, block_number=receipt.block_number
    )
    assert reader.anchor_of(log.address, local.accounts[1].address, ROOT) is None
    assert reader.next_sequence(log.address, me) == 1
    assert reader.next_sequence(log.address, local.accounts[1].address) == 0


def test_where_there_is_no_anchor_log_nothing_is_anchored(
    local: LocalChain, reader: ChainReader
) -> None:
    me = local.accounts[0].address
    wallet = local.deploy("TestWallet", ("address",), me)
    for address in ("0x" + "12" * 20, wallet):
        assert reader.anchor_of(address, me, ROOT) is None
        assert reader.next_sequence(address, me) == 0


def test_a_contract_wallet_is_judged_at_the_named_block(
    local: LocalChain, reader: ChainReader
) -> None:
    wallet = local.deploy("TestWallet", ("address",), local.accounts[0].address)
    made = reader.head().number
    refused = local.sender().send(wallet, SET_MODE.encode(REFUSE)).block_number
    assert reader.is_valid_signature(wallet, DIGEST, sign(1), made) is True
    assert reader.is_valid_signature(wallet, DIGEST, sign(2), made) is False
    assert reader.is_valid_signature(wallet, DIGEST, sign(1), refused) is False
    assert reader.is_valid_signature(wallet, DIGEST, sign(1), made - 1) is False


def test_state_that_is_not_to_be_had_is_neither_valid_nor_invalid(reader: ChainReader) -> None:
    ahead = reader.head().number + 1000
    assert reader.is_valid_signature("0x" + "12" * 20, DIGEST, b"", ahead) is None


@pytest.mark.parametrize("kind", [StateUnavailable, OutOfGas])
def test_a_check_that_the_node_cannot_finish_decides_nothing(
    embedded: LocalChain, monkeypatch: pytest.MonkeyPatch, kind: type[StateUnavailable | OutOfGas]
) -> None:
    def unfinished(*_: object, **__: object) -> bytes:
        raise kind(-32000, "as the node says")

    monkeypatch.setattr(ChainClient, "call", unfinished)
    reader = NodeReader(embedded.client)
    assert reader.is_valid_signature("0x" + "12" * 20, DIGEST, ERC6492_SUFFIX, 0) is None


@pytest.mark.usefixtures("compiled")
def test_a_node_that_is_away_makes_every_question_unanswerable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    reader = NodeReader(ChainClient(f"http://127.0.0.1:{port}"))
    address = "0x" + "12" * 20
    for ask in (
        reader.chain_id,
        reader.genesis,
        reader.head,
        lambda: reader.block(1),
        lambda: reader.anchor_of(address, address, ROOT),
        lambda: reader.next_sequence(address, address),
        lambda: reader.is_valid_signature(address, DIGEST, b"", 1),
        lambda: reader.transaction_block(ROOT),
    ):
        with pytest.raises(ChainUnavailableError, match="refuses connections"):
            ask()


def test_a_question_that_the_node_refuses_is_unanswerable_too(
    embedded: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise StateUnavailable(-32000, "header not found")

    monkeypatch.setattr(ChainClient, "call", refuse)
    with pytest.raises(ChainUnavailableError, match="header not found"):
        NodeReader(embedded.client).anchor_of("0x" + "12" * 20, "0x" + "12" * 20, ROOT)


def test_offchain_lookups_are_not_followed(local: LocalChain, reader: ChainReader) -> None:
    # EIP-3668 lets a contract revert with URLs for the client to fetch: ours must see a plain refusal.
    lookup = Fragment("OffchainLookup(address,string[],bytes,bytes4,bytes)")
    url = "http://127.0.0.1:9/"
    payload = lookup.encode("0x" + "12" * 20, [url], b"", b"\0" * 4, b"")
    # Runtime code that copies the payload behind it to memory and reverts with it.
    size = len(payload)
    runtime = b"\x61" + size.to_bytes(2) + bytes.fromhex("600e5f39") + b"\x61" + size.to_bytes(2)
    runtime += bytes.fromhex("5ffd") + bytes(14 - len(runtime) - 2) + payload
    creation = b"\x61" + len(runtime).to_bytes(2) + bytes.fromhex("80600a5f395ff3") + runtime
    wallet = local.sender().send(None, creation).contract
    assert local.client.code(wallet) == runtime
    head = reader.head().number
    assert reader.is_valid_signature(wallet, DIGEST, b"", head) is False
