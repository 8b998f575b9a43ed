"""Rewinds: what a dropped block held is taken back in the commit that drops it."""

from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from chain.deploy import Sender
from chain.devnode.node import DevNode
from tests.support.indexed import anchoring, confirm
from tests.support.wallet import Person
from webapp.chain_access import settings
from webapp.extensions import db
from webapp.outbox.models import Transaction
from webapp.signers import anchorer_signer
from workers.anchoring import seal, send, sweep
from workers.indexing import Indexing

LOG = 1


def test_a_rewind_marks_what_it_dropped_in_its_own_commit(
    node: DevNode, client: ChainClient, context: Flask, alice: Person
) -> None:
    snapshot = node.request("evm_snapshot", [])
    post = alice.publish().json
    seal(LOG)
    send(LOG)
    Indexing(client, LOG, 3).run()
    assert anchoring(alice, post)["state"] == "mined"
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [7])
    node.request("evm_mine", [{"blocks": 2}])
    follower = Indexing(client, LOG, 3)
    follower._read = lambda *_: []  # type: ignore[method-assign]
    follower.run()
    shown = anchoring(alice, post)
    assert (shown["state"], shown["mined_at"]) == ("delayed", None)
    assert "dropped" in shown["reason"]
    db.session.rollback()
    assert db.session.scalars(select(Transaction.state)).one() == "orphaned"


def test_a_batch_that_another_transaction_brought_is_queued_anew_after_a_reorg(
    node: DevNode, client: ChainClient, context: Flask, alice: Person
) -> None:
    node.request("evm_mine", [{"blocks": 3}])
    confirm(context, 3)
    sweep()
    post = alice.publish().json
    seal(LOG)
    to, data = db.session.execute(select(Transaction.to, Transaction.data)).one()
    db.session.rollback()
    snapshot = node.request("evm_snapshot", [])
    Sender(client, anchorer_signer(settings())).send(to, data=data)
    send(LOG)
    Indexing(client, LOG, 3).run()
    assert db.session.execute(select(Transaction.state, Transaction.nonce)).one() == ("mined", None)
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [7])
    node.request("evm_mine", [{"blocks": 2}])
    Indexing(client, LOG, 3).run()
    assert db.session.scalars(select(Transaction.state)).one() == "queued"
    for _ in range(8):
        sweep()
    assert anchoring(alice, post)["state"] == "final"
