"""Sending: signed and saved before it is sent; a crash sends the same bytes again."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.devnode.node import DevNode
from chain.errors import NotDelivered, SendOutcomeUnknown
from chain.signer import LocalSigner
from tests.support.instance import SECRETS
from tests.support.wallet import Person
from webapp.chain_access import settings
from webapp.extensions import db
from webapp.log.models import Log
from webapp.outbox.models import Attempt, Transaction
from workers.sealing import seal_due
from workers.sending import REASONS, Sending, SendingPolicy
from workers.sending.delivery import Delivery

LOG = 1
CAP = SendingPolicy(500 * 10**9)


class Killed(BaseException):
    """Stands for SIGKILL at one line: nothing catches it."""


@pytest.fixture
def signer() -> LocalSigner:
    return LocalSigner(bytes.fromhex(SECRETS["anchorer_key"][2:]))


@pytest.fixture
def owed(context: Flask, alice: Person) -> Callable[[], Transaction]:
    """Give a sealed batch's transaction, read afresh at each call."""
    alice.publish()
    seal_due(LOG, settings())

    def read() -> Transaction:
        db.session.rollback()
        return db.session.scalars(select(Transaction)).one()

    return read


def attempts() -> list[Attempt]:
    return list(db.session.scalars(select(Attempt).order_by(Attempt.id)))


def anchored(client: ChainClient) -> int:
    row = db.session.get_one(Log, LOG)
    return AnchorLog(client, row.contract).next(row.anchorer)[0]


def test_what_is_owed_is_signed_sent_and_mined(
    client: ChainClient, signer: LocalSigner, owed: Callable[[], Transaction]
) -> None:
    assert owed().state == "queued"
    Sending(client, signer, 1, CAP).run()
    done = owed()
    assert done.state == "mined"
    assert done.nonce is not None
    assert done.sent_at is not None
    assert done.mined_at is not None
    [attempt] = attempts()
    assert attempt.block_number == client.head().number
    assert (attempt.gas_used or 0) > 21_000
    assert anchored(client) == 1


def test_running_again_changes_nothing(
    client: ChainClient, signer: LocalSigner, owed: Callable[[], Transaction]
) -> None:
    for _ in range(3):
        Sending(client, signer, 1, CAP).run()
    assert len(attempts()) == 1
    assert anchored(client) == 1


def kill_at(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(owner, name, die)


@pytest.mark.parametrize(
    ("owner", "line", "state"),
    [
        (Delivery, "try_offer", "reserved"),
        (Delivery, "send", "signed"),
        (Delivery, "resend", "sending"),
        (Delivery, "_accepted", "sending"),
        (Sending, "_is_through", "broadcast"),
    ],
    ids=[
        "after reserve",
        "between save and send",
        "in the send",
        "between send and status",
        "between send and receipt",
    ],
)
def test_a_kill_is_healed_by_the_same_bytes(
    client: ChainClient,
    signer: LocalSigner,
    owed: Callable[[], Transaction],
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    line: str,
    state: str,
) -> None:
    with monkeypatch.context() as patched:
        kill_at(patched, owner, line)
        with pytest.raises(Killed):
            Sending(client, signer, 1, CAP).run()
    assert owed().state == state
    saved = [attempt.raw for attempt in attempts()]
    assert len(saved) == (state != "reserved")
    nonce = owed().nonce
    Sending(client, signer, 1, CAP).run()
    assert (owed().state, owed().nonce) == ("mined", nonce)
    assert [attempt.raw for attempt in attempts()][: len(saved)] == saved
    assert len(attempts()) == 1
    assert anchored(client) == 1


def test_a_kill_between_sign_and_save_keeps_only_the_nonce(
    client: ChainClient,
    signer: LocalSigner,
    owed: Callable[[], Transaction],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = signer.sign_transaction

    def sign_and_die(transaction: dict[str, object]) -> None:
        real(transaction)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(signer, "sign_transaction", sign_and_die)
        with pytest.raises(Killed):
            Sending(client, signer, 1, CAP).run()
    nonce = owed().nonce
    assert (owed().state, nonce is None) == ("reserved", False)
    assert attempts() == []
    Sending(client, signer, 1, CAP).run()
    assert (owed().state, owed().nonce) == ("mined", nonce)


def test_nothing_is_sent_that_is_not_in_the_database(
    client: ChainClient,
    signer: LocalSigner,
    owed: Callable[[], Transaction],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[bytes] = []
    real = client.send_raw

    def look(raw: bytes) -> bytes:
        db.session.rollback()
        seen.extend(attempt.raw for attempt in attempts())
        assert raw in seen
        return real(raw)

    monkeypatch.setattr(client, "send_raw", look)
    Sending(client, signer, 1, CAP).run()
    assert len(seen) == 1
    assert owed().state == "mined"


def test_a_send_that_arrived_but_timed_out_is_found(
    client: ChainClient,
    signer: LocalSigner,
    owed: Callable[[], Transaction],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = client.send_raw

    def arrive_and_time_out(raw: bytes) -> bytes:
        raise SendOutcomeUnknown(real(raw), "the node did not answer in time")

    with monkeypatch.context() as patched:
        patched.setattr(client, "send_raw", arrive_and_time_out)
        Sending(client, signer, 1, CAP).run()
    assert owed().state == "mined"
    assert len(attempts()) == 1


def test_a_send_that_was_lost_goes_out_again(
    client: ChainClient,
    signer: LocalSigner,
    owed: Callable[[], Transaction],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lose(raw: bytes) -> bytes:
        raise SendOutcomeUnknown(raw[:32], "the connection was reset")

    with monkeypatch.context() as patched:
        patched.setattr(client, "send_raw", lose)
        Sending(client, signer, 1, CAP).run()
    waiting = owed()
    assert waiting.state == "unknown"
    assert waiting.reason == REASONS["unknown"]
    Sending(client, signer, 1, CAP).run()
    assert (owed().state, owed().reason) == ("mined", None)
    assert len(attempts()) == 1


def test_a_node_that_is_away_leaves_the_transaction_signed(
    client: ChainClient,
    signer: LocalSigner,
    owed: Callable[[], Transaction],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: bytes) -> bytes:
        raise NotDelivered("http://node", "it refuses connections")

    with monkeypatch.context() as patched:
        patched.setattr(client, "send_raw", refuse)
        with pytest.raises(NotDelivered):
            Sending(client, signer, 1, CAP).run()
    assert owed().state == "signed"
    Sending(client, signer, 1, CAP).run()
    assert owed().state == "mined"


def test_a_base_fee_above_the_cap_waits_and_says_so(
    client: ChainClient, signer: LocalSigner, owed: Callable[[], Transaction]
) -> None:
    Sending(client, signer, 1, SendingPolicy(0)).run()
    waiting = owed()
    assert (waiting.state, waiting.nonce) == ("blocked_fee", None)
    assert "above the cap" in (waiting.reason or "")
    Sending(client, signer, 1, CAP).run()
    assert owed().state == "mined"


def test_an_empty_signer_is_said_and_heals_when_funded(
    node: DevNode, client: ChainClient, context: Flask, alice: Person
) -> None:
    poor = LocalSigner(b"\x77" * 32)
    alice.publish()
    seal_due(LOG, settings())
    [owed] = db.session.scalars(select(Transaction))
    owed.signer = poor.address
    db.session.commit()
    Sending(client, poor, 1, CAP).run()
    db.session.rollback()
    assert db.session.scalars(select(Transaction.state)).one() == "blocked_funds"
    bank = node.request("eth_accounts", [])[0]
    node.request("eth_sendTransaction", [{"from": bank, "to": poor.address, "value": hex(10**18)}])
    Sending(client, poor, 1, CAP).run()
    db.session.rollback()
    assert db.session.scalars(select(Transaction.state)).one() in ("mined", "reverted")
    assert len(attempts()) == 1


def test_nonces_are_dense_over_many_batches(
    client: ChainClient, signer: LocalSigner, context: Flask, alice: Person
) -> None:
    for _ in range(5):
        alice.publish()
        seal_due(LOG, settings())
    Sending(client, signer, 1, CAP).run()
    db.session.rollback()
    nonces = list(db.session.scalars(select(Transaction.nonce).order_by(Transaction.id)))
    assert nonces == list(range(nonces[0] or 0, (nonces[0] or 0) + 5))
    assert anchored(client) == 5
