"""Indexing: events become anchors, depth makes them final, reorgs undo what is not final."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from chain.devnode.node import DevNode
from tests.support.wallet import Person
from webapp.chain_access import settings
from webapp.extensions import db
from webapp.log.models import Anchor
from webapp.outbox.models import Block, Transaction
from workers.anchoring import send
from workers.indexing import DeepReorgError, Indexing
from workers.sealing import seal_due

LOG = 1


@pytest.fixture
def anchored(context: Flask, alice: Person) -> Callable[[], str]:
    """Give a function that publishes, seals and sends, and returns the post's id."""

    def act() -> str:
        post_id: str = alice.publish().json["id"]
        seal_due(LOG, settings())
        send(LOG)
        return post_id

    return act


def anchors() -> list[Anchor]:
    db.session.rollback()
    return list(db.session.scalars(select(Anchor).order_by(Anchor.sequence)))


def cursor() -> int:
    db.session.rollback()
    return max(db.session.scalars(select(Block.number)))


def mine(node: DevNode, count: int = 1) -> None:
    for _ in range(count):
        node.request("evm_mine", [])


def test_an_event_becomes_an_anchor_with_the_blocks_own_facts(
    client: ChainClient, anchored: Callable[[], str]
) -> None:
    anchored()
    Indexing(client, LOG, 0).run()
    [anchor] = anchors()
    block = client.block(anchor.block_number)
    assert block is not None
    assert (anchor.block_hash, anchor.block_time) == (block.hash, block.time)
    assert anchor.transaction_hash in block.transactions
    assert (anchor.sequence, anchor.first, anchor.count) == (0, 0, 1)
    assert cursor() == client.head().number


def test_running_again_reads_nothing_twice(
    client: ChainClient, anchored: Callable[[], str]
) -> None:
    anchored()
    assert Indexing(client, LOG, 0).run() > 0
    before = [(anchor.root, anchor.final_at) for anchor in anchors()]
    assert Indexing(client, LOG, 0).run() == 0
    assert [(anchor.root, anchor.final_at) for anchor in anchors()] == before


def test_final_needs_the_depth(
    node: DevNode, client: ChainClient, alice: Person, anchored: Callable[[], str]
) -> None:
    post_id = anchored()
    Indexing(client, LOG, 3).run()
    assert anchors()[0].final_at is None
    state = alice.call("GET", f"/posts/{post_id}").json["anchoring"]
    assert (state["state"], state["final_at"]) == ("mined", None)
    mine(node, 2)
    Indexing(client, LOG, 3).run()
    assert anchors()[0].final_at is None
    mine(node)
    Indexing(client, LOG, 3).run()
    assert anchors()[0].final_at is not None
    assert db.session.scalars(select(Transaction.state)).one() == "final"
    assert alice.call("GET", f"/posts/{post_id}").json["anchoring"]["state"] == "final"


def test_a_bundle_has_no_anchor_before_it_is_final(
    node: DevNode, client: ChainClient, alice: Person, anchored: Callable[[], str]
) -> None:
    post_id = anchored()
    Indexing(client, LOG, 2).run()
    assert alice.call("GET", f"/posts/{post_id}/bundle").json["anchor"] is None
    mine(node, 2)
    Indexing(client, LOG, 2).run()
    assert alice.call("GET", f"/posts/{post_id}/bundle").json["anchor"] is not None


def test_a_reorg_that_drops_the_anchor_undoes_it(
    node: DevNode, client: ChainClient, alice: Person, anchored: Callable[[], str]
) -> None:
    snapshot = node.request("evm_snapshot", [])
    post_id = anchored()
    Indexing(client, LOG, 5).run()
    assert len(anchors()) == 1
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [7])
    mine(node, 2)
    Indexing(client, LOG, 5).run()
    assert anchors() == []
    assert cursor() == client.head().number
    stored = {block.number: block.hash for block in db.session.scalars(select(Block))}
    for number, block_hash in stored.items():
        actual = client.block(number)
        assert actual is not None
        assert actual.hash == block_hash
    assert alice.call("GET", f"/posts/{post_id}").json["anchoring"]["final_at"] is None


def test_a_reorg_at_the_same_height_is_noticed(
    node: DevNode, client: ChainClient, context: Flask
) -> None:
    snapshot = node.request("evm_snapshot", [])
    mine(node)
    Indexing(client, LOG, 5).run()
    old = client.head().hash
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [9])
    mine(node)
    assert client.head().hash != old
    Indexing(client, LOG, 5).run()
    newest = db.session.get_one(Block, (1, client.head().number))
    assert newest.hash == client.head().hash


def test_a_node_that_is_only_behind_means_wait(
    node: DevNode, client: ChainClient, anchored: Callable[[], str]
) -> None:
    snapshot = node.request("evm_snapshot", [])
    anchored()
    mine(node, 3)
    Indexing(client, LOG, 10).run()
    before = cursor()
    node.request("evm_revert", [snapshot])
    assert client.head().number < before
    assert Indexing(client, LOG, 10).run() == 0
    assert cursor() == before
    assert len(anchors()) == 1


def test_a_reorg_of_something_final_halts_and_says_so(
    node: DevNode, client: ChainClient, anchored: Callable[[], str]
) -> None:
    snapshot = node.request("evm_snapshot", [])
    anchored()
    Indexing(client, LOG, 0).run()
    [anchor] = anchors()
    assert anchor.final_at is not None
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [11])
    mine(node, 4)
    with pytest.raises(DeepReorgError) as caught:
        Indexing(client, LOG, 0).run()
    assert caught.value.number == anchor.block_number
    assert len(anchors()) == 1


def test_other_anchorers_do_not_count(
    node: DevNode, client: ChainClient, anchored: Callable[[], str]
) -> None:
    anchored()
    [owed] = db.session.scalars(select(Transaction))
    stranger = node.request("eth_accounts", [])[3]
    call = {"from": stranger, "to": owed.to, "data": "0x" + owed.data.hex()}
    node.request("eth_sendTransaction", [call])
    Indexing(client, LOG, 0).run()
    assert len(anchors()) == 1


def test_many_blocks_are_read_in_several_commits(
    node: DevNode, client: ChainClient, anchored: Callable[[], str]
) -> None:
    mine(node, 60)
    anchored()
    mine(node, 60)
    start = cursor()
    read = Indexing(client, LOG, 0).run()
    assert read == client.head().number - start
    assert len(anchors()) == 1
