"""Reorgs under a sent transaction: what was mined and is no more is said so, and sent again."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from chain.devnode.node import DevNode
from tests.support.wallet import Person
from webapp.chain_access import settings
from webapp.extensions import db
from webapp.outbox.models import Attempt, Transaction
from workers.anchoring import send
from workers.indexing import Indexing
from workers.sealing import seal_due
from workers.sending import REASONS

LOG, DEPTH = 1, 3


def anchoring(person: Person, post: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = person.call("GET", f"/posts/{post['id']}").json["anchoring"]
    return found


def index(client: ChainClient) -> None:
    Indexing(client, LOG, DEPTH).run()


def only(table: type[Any]) -> Any:
    db.session.rollback()
    return db.session.scalars(select(table)).one()


@pytest.fixture
def sent(client: ChainClient, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Give the raw transactions that the node got."""
    got: list[bytes] = []
    real = client.send_raw

    def note(raw: bytes) -> bytes:
        got.append(raw)
        return real(raw)

    monkeypatch.setattr(client, "send_raw", note)
    return got


def drop_block(node: DevNode, snapshot: str) -> None:
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [7])
    node.request("evm_mine", [{"blocks": 2}])


def test_a_transaction_whose_block_is_dropped_is_delayed_sent_again_and_becomes_final(
    context: Flask, node: DevNode, client: ChainClient, alice: Person, sent: list[bytes]
) -> None:
    snapshot = node.request("evm_snapshot", [])
    post = alice.publish().json
    seal_due(LOG, settings())
    send(LOG)
    index(client)
    before = anchoring(alice, post)
    assert (before["state"], before["reason"]) == ("mined", None)
    drop_block(node, snapshot)
    index(client)
    orphaned = anchoring(alice, post)
    assert (orphaned["state"], orphaned["reason"]) == ("delayed", REASONS["orphaned"])
    assert (orphaned["mined_at"], orphaned["final_at"]) == (None, None)
    assert orphaned["sent_at"] == before["sent_at"]
    send(LOG)
    again = anchoring(alice, post)
    assert (again["state"], again["reason"]) == ("sent", None)
    send(LOG)
    index(client)
    assert anchoring(alice, post)["state"] == "mined"
    node.request("evm_mine", [{"blocks": DEPTH}])
    index(client)
    after = anchoring(alice, post)
    assert (after["state"], after["reason"]) == ("final", None)
    assert sent == [only(Attempt).raw] * 2
    assert only(Transaction).state == "final"


def test_an_orphaned_transaction_is_sent_again_until_the_node_keeps_it(
    context: Flask,
    node: DevNode,
    client: ChainClient,
    alice: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    snapshot = node.request("evm_snapshot", [])
    post = alice.publish().json
    seal_due(LOG, settings())
    send(LOG)
    drop_block(node, snapshot)
    with monkeypatch.context() as patched:
        patched.setattr(client, "send_raw", lambda raw: raw[:32])
        for _ in range(2):
            send(LOG)
            assert anchoring(alice, post)["state"] == "sent"
    send(LOG)
    send(LOG)
    assert anchoring(alice, post)["state"] == "mined"


def test_a_transaction_that_a_reorg_moves_to_another_block_stays_mined(
    context: Flask, node: DevNode, client: ChainClient, alice: Person
) -> None:
    snapshot = node.request("evm_snapshot", [])
    post = alice.publish().json
    seal_due(LOG, settings())
    send(LOG)
    old = only(Attempt)
    place, raw = old.block_number, "0x" + old.raw.hex()
    drop_block(node, snapshot)
    node.request("eth_sendRawTransaction", [raw])
    send(LOG)
    assert only(Attempt).block_number == client.head().number != place
    assert anchoring(alice, post)["state"] == "mined"
