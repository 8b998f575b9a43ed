"""Each fault reaches the caller as the error that the client gives it, and does to the node what it says."""

from collections.abc import Callable
from typing import Any

import pytest
from requests import ConnectionError as Broken

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.deploy import anchor_log_address
from chain.errors import (
    AlreadyKnown,
    ChainError,
    ConnectionBroken,
    InsufficientFunds,
    NodeUnavailable,
    NonceTooLow,
    NotDelivered,
    ReplacementUnderpriced,
    RpcRefused,
    SendOutcomeUnknown,
    StateUnavailable,
)
from chain.signer import LocalSigner
from tests.fakenode.drivers import FUNDS, Driver, FakeControls
from tests.support.fakenode import (
    GETH,
    FakeNode,
    FakeNodeProvider,
    Fault,
    Injected,
    Random,
    Scripted,
)
from tests.support.fakenode.faults import applies
from tests.support.fakenode.malformed import SORTS

ME = LocalSigner(b"\x22" * 32)
ROOT = b"\x05" * 32
CONTRACT = anchor_log_address()
SEND, NONCE = "eth_sendRawTransaction", "eth_getTransactionCount"


class Faulty:
    """A chain of five blocks behind a provider with a script of faults."""

    def __init__(self) -> None:
        self.node = FakeNode(5, balances={ME.address: FUNDS})
        self.node.mine(5)
        self.script = Scripted()
        self.provider = FakeNodeProvider(self.node, self.script)
        self.client = ChainClient("fake", provider=self.provider)
        self.driver = Driver("fake", GETH, self.client, FakeControls(self.node), ME, CONTRACT)

    def fails(self, fault: Fault | Injected, ask: Callable[[], object]) -> ChainError:
        """Let a fault happen to what is asked; the error must come of it."""
        self.script.add(fault)
        with pytest.raises(ChainError) as caught:
            ask()
        assert self.script.left == 0
        return caught.value


@pytest.fixture
def faulty() -> Faulty:
    return Faulty()


# What a send ends in, and whether the node has the transaction afterwards.
SENDS: dict[Fault, tuple[type[ChainError], bool]] = {
    Fault.TIMEOUT_BEFORE: (SendOutcomeUnknown, False),
    Fault.TIMEOUT_AFTER: (SendOutcomeUnknown, True),
    Fault.CONNECT_TIMEOUT: (NotDelivered, False),
    Fault.REFUSED: (NotDelivered, False),
    Fault.RESET_BEFORE: (SendOutcomeUnknown, False),
    Fault.RESET_AFTER: (SendOutcomeUnknown, True),
    Fault.HTTP_500: (SendOutcomeUnknown, True),
    Fault.HTTP_429: (SendOutcomeUnknown, False),
    Fault.NOT_JSON: (SendOutcomeUnknown, True),
    Fault.MALFORMED: (SendOutcomeUnknown, True),
    Fault.RPC_LIMITED: (SendOutcomeUnknown, False),
    Fault.RPC_INTERNAL: (SendOutcomeUnknown, False),
    Fault.FALSE_NONCE_TOO_LOW: (NonceTooLow, False),
    Fault.FALSE_UNDERPRICED: (ReplacementUnderpriced, False),
    Fault.FALSE_FUNDS: (InsufficientFunds, False),
    Fault.ALREADY_KNOWN: (AlreadyKnown, True),
    Fault.ALREADY_IMPORTED: (AlreadyKnown, True),
    Fault.WRONG_HASH: (SendOutcomeUnknown, True),
}


@pytest.mark.parametrize("fault", SENDS, ids=lambda fault: fault.name)
def test_a_send_that_fails(faulty: Faulty, fault: Fault) -> None:
    error, delivered = SENDS[fault]
    sent = faulty.driver.sign(0)
    assert type(faulty.fails(fault, lambda: faulty.client.send_raw(sent.raw))) is error
    assert (sent.hash in faulty.node.pool) == delivered
    assert (sent.hash in faulty.node.truth.received) == delivered
    assert faulty.provider.requests[SEND] == 1, "a send is never repeated by itself"


def test_every_fault_of_a_send_is_tried() -> None:
    quiet = {Fault.LAGGING, Fault.SWALLOWED}
    assert {fault for fault in Fault if applies(fault, SEND)} == SENDS.keys() | quiet


def test_a_transaction_that_is_taken_and_lost(faulty: Faulty) -> None:
    faulty.script.add(Fault.SWALLOWED)
    sent = faulty.driver.sign(0)
    faulty.driver.send(sent)
    assert not faulty.client.has_transaction(sent.hash)
    assert faulty.node.truth.received[sent.hash].accepted
    assert faulty.driver.mined(sent).succeeded


READS: dict[Fault, type[ChainError]] = {
    Fault.TIMEOUT_BEFORE: NodeUnavailable,
    Fault.TIMEOUT_AFTER: NodeUnavailable,
    Fault.HTTP_500: NodeUnavailable,
    Fault.HTTP_429: NodeUnavailable,
    Fault.NOT_JSON: NodeUnavailable,
    Fault.MALFORMED: NodeUnavailable,
    Fault.RPC_LIMITED: RpcRefused,
    Fault.RPC_INTERNAL: RpcRefused,
}


@pytest.mark.parametrize("fault", READS, ids=lambda fault: fault.name)
def test_a_read_that_fails(faulty: Faulty, fault: Fault) -> None:
    assert isinstance(faulty.fails(fault, lambda: faulty.client.balance(ME.address)), READS[fault])
    assert faulty.client.balance(ME.address) == FUNDS


BROKEN = {
    Fault.REFUSED: NotDelivered,
    Fault.CONNECT_TIMEOUT: NotDelivered,
    Fault.RESET_BEFORE: ConnectionBroken,
    Fault.RESET_AFTER: ConnectionBroken,
}


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.name)
def test_a_connection_that_stays_broken(faulty: Faulty, fault: Fault) -> None:
    with pytest.raises(Broken):  # below the client, which may ask again
        FakeNodeProvider(faulty.node, Scripted([fault])).make_request("eth_chainId", [])  # type: ignore[arg-type]
    if BROKEN[fault] is ConnectionBroken:  # asked once more, on a fresh connection
        faulty.script.add(fault)
    error = faulty.fails(fault, faulty.client.chain_id)
    assert type(error) is BROKEN[fault]


ASKED: dict[str, Callable[[Faulty], object]] = {
    "eth_chainId": lambda faulty: faulty.client.chain_id(),
    "eth_getBlockByNumber": lambda faulty: faulty.client.head(),
    NONCE: lambda faulty: faulty.client.nonce(ME.address),
    "eth_getCode": lambda faulty: faulty.client.code(CONTRACT),
    "eth_getLogs": lambda faulty: faulty.client.logs(CONTRACT, [], faulty.node.ledger.head.hash),
    "eth_call": lambda faulty: faulty.driver.log.next(ME.address),
    "eth_estimateGas": lambda faulty: faulty.client.estimate_gas(ME.address, b""),
}


@pytest.mark.parametrize("variant", range(SORTS))
@pytest.mark.parametrize("method", ASKED)
def test_malformed_answers_are_noticed(faulty: Faulty, method: str, variant: int) -> None:
    faulty.script.add(Injected(Fault.MALFORMED, variant=variant), method)
    with pytest.raises(NodeUnavailable, match="malformed"):
        ASKED[method](faulty)
    assert faulty.script.left == 0


@pytest.mark.parametrize("variant", range(SORTS))
def test_malformed_receipts_and_sends_are_noticed(faulty: Faulty, variant: int) -> None:
    broken = Injected(Fault.MALFORMED, variant=variant)
    sent = faulty.driver.sign(0)
    error = faulty.fails(broken, lambda: faulty.client.send_raw(sent.raw))
    assert isinstance(error, SendOutcomeUnknown)
    faulty.node.mine()
    error = faulty.fails(broken, lambda: faulty.client.receipt(sent.hash))
    assert isinstance(error, NodeUnavailable)
    assert faulty.driver.receipt(sent).succeeded


def test_answers_of_a_node_that_is_behind(faulty: Faulty) -> None:
    sent = faulty.driver.sign_call(faulty.driver.log.anchor(0, ROOT, 3))
    faulty.driver.mined(sent)
    block = faulty.node.ledger.head
    faulty.script.add(Fault.NO_RECEIPT)
    assert faulty.client.receipt(sent.hash) is None
    faulty.script.add(Fault.NO_TRANSACTION)
    assert not faulty.client.has_transaction(sent.hash)
    faulty.script.add(Fault.OLD_NONCE)
    assert faulty.client.nonce(ME.address) == 0
    faulty.script.add(Fault.LOGS_EMPTY)
    assert faulty.client.logs(CONTRACT, [], block.hash) == []
    unknown = faulty.fails(
        Fault.LOGS_UNKNOWN_BLOCK, lambda: faulty.client.logs(CONTRACT, [], block.hash)
    )
    assert isinstance(unknown, StateUnavailable)
    assert faulty.script.left == 0
    assert len(faulty.client.logs(CONTRACT, [], block.hash)) == 1
    assert faulty.client.nonce(ME.address) == 1


def test_answers_of_another_chain(faulty: Faulty) -> None:
    genesis = faulty.client.genesis()
    faulty.script.add(Fault.WRONG_CHAIN_ID)
    assert faulty.client.chain_id() == 424242
    faulty.script.add(Fault.WRONG_GENESIS)
    assert faulty.client.genesis() != genesis
    faulty.script.add(Fault.NO_CODE)
    assert faulty.client.code(CONTRACT) == b""
    assert faulty.client.chain_id() == 31337
    assert faulty.client.genesis() == genesis
    assert faulty.client.code(CONTRACT)


def test_lagging_for_some_requests(faulty: Faulty) -> None:
    faulty.script.add(Injected(Fault.LAGGING, blocks=2, requests=3))
    assert [faulty.client.head().number for _ in range(4)] == [3, 3, 3, 5]
    faulty.provider.fall_behind(1)
    assert [faulty.client.head().number for _ in range(3)] == [4, 4, 4]
    faulty.provider.catch_up()
    assert faulty.client.head().number == 5


def test_the_chain_behind_a_provider_can_be_exchanged(faulty: Faulty) -> None:
    other = FakeNode(99, chain_id=5)
    faulty.provider.node = other
    assert (faulty.client.chain_id(), faulty.client.genesis()) == (5, other.genesis)
    faulty.provider.node = faulty.node.view(2)
    assert faulty.client.head().number == 3


def busy(seed: int) -> tuple[list[str], list[tuple[str, Injected]]]:
    made = Faulty()
    plan = Random.evenly(seed, 0.5)
    made.provider.faults = plan
    asks = (made.client.head, made.client.chain_id, lambda: made.client.nonce(ME.address))
    return [outcome(ask) for _ in range(100) for ask in asks], list(plan.history)


def outcome(ask: Callable[[], Any]) -> str:
    try:
        return repr(ask())
    except ChainError as error:
        return repr(error)


def test_the_same_seed_gives_the_same_faults() -> None:
    assert busy(1) == busy(1)
    assert busy(1) != busy(2)


def test_chance_brings_every_fault_and_can_be_paused(faulty: Faulty) -> None:
    plan = Random(4, dict.fromkeys(Fault, 0.02))
    faulty.provider.faults = plan
    sent = faulty.driver.sign_call(faulty.driver.log.anchor(0, ROOT, 3), nonce=0)
    asks: list[Callable[[], Any]] = [*(lambda ask=ask: ask(faulty) for ask in ASKED.values())]
    asks += [
        lambda: faulty.client.send_raw(sent.raw),
        lambda: faulty.client.receipt(sent.hash),
        lambda: faulty.client.has_transaction(sent.hash),
    ]
    for _ in range(200):
        for ask in asks:
            outcome(ask)
    assert set(plan.counts) == set(Fault)
    with plan.paused():
        faulty.provider.catch_up()
        assert AnchorLog(faulty.client, CONTRACT).next(ME.address) == (0, 0)
    assert plan.active
