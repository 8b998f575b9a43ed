"""`troth anchors rebuild`: what the chain lost is anchored again, in its order, and nothing else changes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.deploy import Sender
from chain.deployments import list_deployments
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from tests.support.wallet import Person
from webapp.chain_access import settings
from webapp.commands.anchors import RefusedError, describe, rebuild_anchors
from webapp.commands.setup import OtherChainError, set_up
from webapp.extensions import db
from webapp.log.models import Anchor, Batch, Entry, Log
from webapp.log.rebuilding import RebuildPlan
from webapp.outbox.models import Block, Chain, SignerAccount, Transaction
from webapp.signers import anchorer_signer
from workers.anchoring import seal, sweep
from workers.sending.order import MOST_FAILURES

LOG = 1


@pytest.fixture
def fresh() -> Iterator[DevNode]:
    """Give the embedded chain as it is after its file was deleted."""
    node = DevNode(None)
    yield node
    node.close()


@pytest.fixture
def wipe(app: Flask, fresh: DevNode) -> Callable[[], ChainClient]:
    """Give a function that puts the fresh chain in the place of the one before."""

    def act() -> ChainClient:
        client = ChainClient("fresh", provider=DevNodeProvider(fresh))
        app.extensions["troth_chain"] = client
        return client

    return act


def rebuild(app: Flask, client: ChainClient, *, really: bool = True) -> RebuildPlan:
    return rebuild_anchors(app.config["TROTH"], client, really=really)


def sealed(app: Flask) -> list[tuple[object, ...]]:
    columns = (Entry.position, Entry.sequence, Entry.previous, Entry.leaf, Entry.proof)
    rows = db.session.execute(select(Entry.id, Entry.content, *columns).order_by(Entry.id)).all()
    batches = db.session.execute(
        select(Batch.sequence, Batch.root, Batch.first, Batch.count).order_by(Batch.sequence)
    ).all()
    db.session.rollback()
    return [tuple(row) for row in (*rows, *batches)]


def state(person: Person, post: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = person.call("GET", f"/posts/{post['id']}").json["anchoring"]
    return found


def only_chain_states() -> list[str]:
    found = list(db.session.scalars(select(Chain.state).order_by(Chain.id)))
    db.session.rollback()
    return found


@pytest.fixture
def posts(
    app: Flask, alice: Person, seal_batch: Callable[[], None], anchor: Callable[[], None]
) -> list[dict[str, Any]]:
    """Give three posts in three batches, all final."""
    made = []
    for _ in range(3):
        made.append(alice.publish().json)
        seal_batch()
    anchor()
    return made


def test_a_wiped_chain_is_rebuilt_and_everything_becomes_final_again(
    app: Flask, alice: Person, posts: list[dict[str, Any]], wipe: Callable[[], ChainClient]
) -> None:
    client = wipe()
    with app.app_context():
        waiting = alice.publish().json
        seal(LOG)
        sweep()
        assert only_chain_states() == ["halted_instance"]
        halted = state(alice, waiting)
        assert halted["state"] == "halted"
        assert "not the chain that the log is on" in halted["reason"]
        assert state(alice, posts[0])["state"] == "halted"
        before = sealed(app)

        plan = rebuild(app, client, really=False)
        assert (plan.moves, plan.lost_anchors, plan.written, len(plan.owed)) == (True, 3, 0, 4)
        assert client.head().number == 0
        words = "\n".join(describe(plan, done=False))
        assert "`not_before` fails" in words
        assert "troth anchors rebuild --yes" in words

        rebuild(app, client)
        for post in (*posts, waiting):
            assert state(alice, post)["state"] == "sealed"
        sweep()
        sweep()
        for post in (*posts, waiting):
            assert state(alice, post)["state"] == "final"
        assert sealed(app) == before
        log = db.session.get_one(Log, LOG)
        assert AnchorLog(client, log.contract).next(log.anchorer)[0] == 4
        owed = db.session.scalars(select(Transaction.key).where(Transaction.chain_ref == 2)).all()
        roots = db.session.scalars(select(Batch.root).order_by(Batch.sequence)).all()
        assert owed == [f"anchor:{LOG}:0x{root.hex()}:2" for root in roots]
        [record] = list_deployments(app.config["TROTH"].data_dir)
        assert record.genesis == client.genesis()
        assert alice.log()["genesis"] == "0x" + client.genesis().hex()
        assert alice.publish().status_code == 201
        assert not rebuild(app, client).needed


def test_doing_it_twice_changes_nothing_more(
    app: Flask, posts: list[dict[str, Any]], wipe: Callable[[], ChainClient]
) -> None:
    client = wipe()
    with app.app_context():
        rebuild(app, client)
        count = len(db.session.scalars(select(Transaction)).all())
        db.session.rollback()
        plan = rebuild(app, client)
        assert not plan.needed
        assert len(db.session.scalars(select(Transaction)).all()) == count
        assert describe(plan, done=True)[0].endswith("there is nothing to rebuild.")
        db.session.rollback()


def test_when_the_old_chain_comes_back_the_log_can_return_to_it(
    app: Flask,
    alice: Person,
    posts: list[dict[str, Any]],
    wipe: Callable[[], ChainClient],
) -> None:
    with app.app_context():
        old = app.extensions["troth_chain"]
        rebuild(app, wipe())
        sweep()
        app.extensions["troth_chain"] = old
        sweep()
        assert only_chain_states()[1] == "halted_instance"
        plan = rebuild(app, old)
        assert (plan.moves, plan.written, plan.owed) == (True, 3, ())
        sweep()
        sweep()
        assert {state(alice, post)["state"] for post in posts} == {"final"}


def test_a_database_restored_from_an_older_backup_is_refused_and_halts(
    app: Flask, alice: Person, posts: list[dict[str, Any]], client_of: ChainClient
) -> None:
    with app.app_context():
        forget_newest_batch()
        waiting = alice.publish().json
        sweep()
        sweep()
        assert only_chain_states() == ["halted_instance"]
        shown = state(alice, waiting)
        assert shown["state"] == "halted"
        assert "does not agree with the log" in shown["reason"]
        assert state(alice, posts[0])["state"] == "final"  # its block is on the chain
        with pytest.raises(RefusedError, match="Restore the newest backup") as caught:
            rebuild(app, client_of)
        assert "sequence 2" in str(caught.value)
        assert client_of.nonce(db.session.get_one(Log, LOG).anchorer) == 3


def forget_newest_batch() -> None:
    """Leave the database as a backup from before its newest batch."""
    newest = db.session.scalars(select(Batch).order_by(Batch.sequence.desc())).first()
    assert newest is not None
    held = [entry.id for entry in db.session.scalars(select(Entry).filter_by(batch_id=newest.id))]
    for statement in (
        update(Entry)
        .where(Entry.id.in_(held))
        .values(batch_id=None, position=None, sequence=None, previous=None, leaf=None, proof=None),
        delete(Anchor).where(Anchor.root == newest.root),
        delete(Block).where(Block.number > 0, Block.number >= newest_block() - 1),
        update(Chain).values(final_to=newest_block() - 2),
        delete(Batch).where(Batch.id == newest.id),
        update(Log).values(next_sequence=newest.sequence, next_position=newest.first),
    ):
        db.session.execute(statement)
    db.session.commit()


def newest_block() -> int:
    return max(db.session.scalars(select(Anchor.block_number)).all())


@pytest.fixture
def client_of(app: Flask) -> ChainClient:
    found: ChainClient = app.extensions["troth_chain"]
    return found


def test_another_chain_id_is_refused(
    app: Flask, posts: list[dict[str, Any]], client_of: ChainClient
) -> None:
    with app.app_context():
        db.session.execute(update(Chain).values(chain_id=1))
        db.session.commit()
        with pytest.raises(RefusedError, match="every record is signed for chain 1"):
            rebuild(app, client_of)


def test_a_reorg_below_finality_is_mended_on_the_operators_word(
    app: Flask, node: DevNode, alice: Person, anchor: Callable[[], None], client_of: ChainClient
) -> None:
    first = alice.publish().json
    anchor()
    snapshot = node.request("evm_snapshot", [])
    second = alice.publish().json
    anchor()
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [60])
    node.request("evm_mine", [{"blocks": 3}])
    with app.app_context():
        sweep()
        assert only_chain_states() == ["halted_deep"]
        assert state(alice, first)["state"] == "final"
        gone = state(alice, second)
        assert (gone["state"], gone["mined_at"], gone["final_at"]) == ("halted", None, None)
        assert "dropped blocks that counted as final" in gone["reason"]
        kept, lost = (
            alice.call("GET", f"/posts/{post['id']}/bundle").json for post in (first, second)
        )
        assert (kept["anchor"] is None, lost["anchor"] is None) == (False, True)
        batches = alice.call("GET", "/log/batches").json["items"]
        assert [(one["state"], one["anchor"] is None) for one in batches] == [
            ("final", False),
            ("halted", True),
        ]
        plan = rebuild(app, client_of)
        assert (plan.moves, plan.deep, plan.lost_anchors, len(plan.owed)) == (False, True, 1, 1)
        shown = state(alice, second)
        assert (shown["state"], shown["mined_at"], shown["final_at"]) == ("delayed", None, None)
        for _ in range(3):
            sweep()
        assert state(alice, first)["state"] == state(alice, second)["state"] == "final"
        assert only_chain_states() == ["following"]


def test_a_batch_that_another_transaction_brought_is_owed_again(
    app: Flask, node: DevNode, alice: Person, client_of: ChainClient
) -> None:
    with app.app_context():
        sweep()
        post = alice.publish().json
        seal(LOG)
        snapshot = node.request("evm_snapshot", [])
        to, data = db.session.execute(select(Transaction.to, Transaction.data)).one()
        db.session.rollback()
        Sender(client_of, anchorer_signer(settings())).send(to, data=data)
        sweep()
        sweep()
        assert state(alice, post)["state"] == "final"
        assert db.session.scalars(select(Transaction.nonce)).one() is None
        node.request("evm_revert", [snapshot])
        node.request("evm_mine", [{"blocks": 5}])
        sweep()
        rebuild(app, client_of)
        assert db.session.scalars(select(Transaction.state)).one() == "queued"
        for _ in range(4):
            sweep()
        assert state(alice, post)["state"] == "final"


def test_senders_are_known_on_the_new_chain(
    app: Flask, posts: list[dict[str, Any]], wipe: Callable[[], ChainClient]
) -> None:
    app.config["TROTH"] = replace(app.config["TROTH"], sender_keys="0x" + "07" * 32)
    with app.app_context():
        rebuild(app, wipe())
        known = db.session.execute(
            select(SignerAccount.chain_ref).where(SignerAccount.role == "sender")
        )
        assert 2 in [one.chain_ref for one in known]
        db.session.rollback()


def test_setting_up_on_a_wiped_chain_halts_the_log_and_names_the_command(
    app: Flask, posts: list[dict[str, Any]], wipe: Callable[[], ChainClient]
) -> None:
    wipe()
    with app.app_context():
        with pytest.raises(OtherChainError, match="troth anchors rebuild") as caught:
            set_up()
        assert caught.value.wiped
        assert only_chain_states() == ["halted_instance"]
        assert settings().embedded_chain


def test_a_reverted_batch_is_owed_again(app: Flask, alice: Person, client_of: ChainClient) -> None:
    post = alice.publish().json
    with app.app_context():
        seal(LOG)
        often = {"state": "reverted", "reason": "it reverted", "failures": MOST_FAILURES}
        db.session.execute(update(Transaction).values(often))
        db.session.commit()
        sweep()
        assert state(alice, post)["state"] == "halted"
        assert len(rebuild(app, client_of).owed) == 1
        sweep()
        sweep()
        assert state(alice, post)["state"] == "final"
