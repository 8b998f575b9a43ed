"""The sweep: one at a time, never on a wrong chain, and no trouble of the chain stops sealing."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from chain.client import ChainClient
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from chain.errors import NodeUnavailable
from chain.signer import SignedTransaction
from tests.support.instance import make_app
from tests.support.wallet import Person
from webapp.chain_access import chain_client, settings
from webapp.columns import utc_now
from webapp.config import Settings
from webapp.database import writing
from webapp.extensions import db
from webapp.log.models import Batch, Log
from webapp.outbox import claims
from webapp.outbox.models import (
    Attempt,
    Claim,
    Node,
    SignerAccount,
    SignerRole,
    Transaction,
)
from webapp.outbox.service import owe
from webapp.signers import sender_signers
from workers import anchoring
from workers.anchoring import WrongInstanceError, check_instance, sweep
from workers.claims import claimed

LOG = 1


def test_a_claim_is_held_by_one_at_a_time(context: Flask) -> None:
    with claimed("job") as first, claimed("job") as second:
        assert (first, second) == (True, False)
    with claimed("job") as third:
        assert third


def test_a_claim_of_a_killed_holder_ends_with_its_lease(context: Flask) -> None:
    with claimed("job"):
        past = utc_now() - timedelta(seconds=1)
        db.session.execute(update(Claim).values(until=past))
        db.session.commit()
        with claimed("job") as taken:
            assert taken


def test_a_clock_that_is_set_back_stops_no_job(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with claimed("given back"):
        pass
    with claimed("killed"):
        monkeypatch.setattr(claims, "utc_now", lambda: utc_now() - timedelta(hours=1))
        for job in ("given back", "killed"):
            with claimed(job) as mine:
                assert mine


def test_a_claim_with_a_long_lease_is_not_taken_from_its_holder(context: Flask) -> None:
    with claimed("job", 3_600), claimed("job") as second:
        assert not second


def test_sealing_leaves_the_others_their_turn(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = []

    def endless(log_id: int, _: Settings) -> int:
        sealed.append(log_id)
        return len(sealed)

    monkeypatch.setattr(anchoring, "seal_due", endless)
    anchoring.seal(LOG)
    assert len(sealed) == anchoring.MOST_BATCHES


def test_a_claim_lasts_as_long_as_the_settings_say(context: Flask) -> None:
    here: Settings = context.config["TROTH"]
    context.config["TROTH"] = replace(here, claim_seconds=0.001)
    with claimed("job"):
        time.sleep(0.002)
        with claimed("job", lease_seconds=60) as taken, claimed("job") as third:
            assert (taken, third) == (True, False)


def test_a_claim_is_given_back_when_the_job_fails(context: Flask) -> None:
    with pytest.raises(ZeroDivisionError), claimed("job"):
        1 / 0  # noqa: B018
    with claimed("job") as free:
        assert free


def test_claims_of_different_jobs_do_not_touch(context: Flask) -> None:
    with claimed("one") as one, claimed("two") as two:
        assert one
        assert two


def test_sealing_goes_on_while_the_node_is_away(
    context: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.publish()

    def away(*_: object) -> None:
        raise NodeUnavailable("http://node", "it does not answer")

    monkeypatch.setattr(anchoring, "check_instance", away)
    sweep()
    assert db.session.scalars(select(Batch.sequence)).all() == [0]
    assert db.session.scalars(select(Attempt)).all() == []


def test_nothing_is_sent_to_a_chain_with_another_genesis(app: Flask, alice: Person) -> None:
    alice.publish()
    other = DevNode(None)
    app.extensions["troth_chain"] = ChainClient("other", provider=DevNodeProvider(other))
    with app.app_context():
        with pytest.raises(WrongInstanceError, match="genesis"):
            check_instance(app.extensions["troth_chain"], LOG)
        sweep()
        assert db.session.scalars(select(Attempt)).all() == []
    assert other.request("eth_blockNumber", []) == "0x0"
    other.close()


def test_a_sweep_without_an_open_log_does_nothing(database_url: str, tmp_path: Path) -> None:
    app = make_app(tmp_path, database_url)
    with app.app_context():
        sweep()
        assert db.session.scalars(select(Batch)).all() == []
        db.session.remove()
        db.engine.dispose()


def test_replaying_the_sweep_changes_nothing(
    context: Flask, alice: Person, anchor: Callable[[], None]
) -> None:
    post = alice.publish().json
    anchor()
    first = alice.call("GET", f"/posts/{post['id']}/bundle").data
    for _ in range(3):
        sweep()
    assert alice.call("GET", f"/posts/{post['id']}/bundle").data == first
    assert len(db.session.scalars(select(Attempt)).all()) == 1


def test_the_sweep_notes_how_the_nodes_are(context: Flask) -> None:
    sweep()
    (node,) = db.session.scalars(select(Node))
    assert (node.name, node.state, node.breaker) == ("in-process", "healthy", "closed")
    assert node.head == chain_client().head().number


def test_another_signer_sends_what_is_not_an_anchor(context: Flask) -> None:
    (sender,) = sender_signers(settings())
    to = "0x" + "ee" * 20
    with writing() as session:
        chain_ref = session.scalars(select(Log.chain_ref)).one()
        owed = owe(
            session,
            chain_ref=chain_ref,
            role=SignerRole.SENDER,
            key="greeting",
            to=to,
            data=b"hello",
            gas=30_000,
        )
        assert owed.signer == sender.address
    before = chain_client().nonce(sender.address)
    for _ in range(3):
        sweep()
    assert db.session.scalars(select(Transaction.state)).one() == "final"
    assert chain_client().nonce(sender.address) == before + 1
    roles = dict(db.session.execute(select(SignerAccount.address, SignerAccount.role)).all())
    assert roles[sender.address] == "sender"


def test_a_fee_cap_of_zero_delays_and_says_so_until_it_rises(context: Flask, alice: Person) -> None:
    post = alice.publish().json
    usual = context.config["TROTH"]
    context.config["TROTH"] = replace(usual, fee_cap_gwei=0)
    for _ in range(2):
        sweep()
        shown = alice.call("GET", f"/posts/{post['id']}").json["anchoring"]
        assert shown["state"] == "delayed"
        assert "above the cap" in shown["reason"]
    assert db.session.scalars(select(Attempt)).all() == []
    db.session.rollback()
    context.config["TROTH"] = usual
    sweep()
    shown = alice.call("GET", f"/posts/{post['id']}").json["anchoring"]
    assert (shown["state"], shown["reason"]) == ("final", None)


class SilentKeyService:
    """A signer whose key service never answers."""

    def __init__(self, address: str) -> None:
        self.address = address

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        raise TimeoutError("the key service does not answer")


def test_a_signer_that_fails_stops_neither_the_others_nor_indexing(
    context: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.publish()
    anchoring.seal(LOG)
    [sender] = sender_signers(settings())
    with writing() as session:
        ref = session.get_one(Log, LOG).chain_ref
        call = {"key": "call:1", "to": "0x" + "77" * 20, "data": b"\x01", "gas": 30_000}
        owed = owe(session, chain_ref=ref, role=SignerRole.SENDER, signer=sender.address, **call).id
    indexed: list[int] = []
    silent = SilentKeyService(anchoring.anchorer_signer(settings()).address)
    monkeypatch.setattr(anchoring, "anchorer_signer", lambda _: silent)
    monkeypatch.setattr(anchoring, "_index", indexed.append)
    sweep()
    assert indexed == [LOG]
    assert db.session.get_one(Transaction, owed).state in {"mined", "final"}
