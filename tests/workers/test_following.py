"""Following: the chain's states, nodes that lag, lie or disagree, and what is waited for."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from chain.deploy import Sender
from chain.devnode.node import DevNode
from chain.errors import NodeUnavailable, StateUnavailable
from tests.support.wallet import Person
from webapp.chain_access import settings
from webapp.commands.setup import deploy
from webapp.extensions import db
from webapp.log.models import Anchor, Batch
from webapp.outbox.chains import PUBLIC_REASONS
from webapp.outbox.models import Attempt, Block, Chain, ChainState, Transaction
from webapp.signers import anchorer_signer
from workers.anchoring import _CHECKED, index, seal, send, sweep
from workers.indexing import Indexing
from workers.indexing.sources import BadEventsError

LOG = 1


def chain() -> Chain:
    db.session.rollback()
    found = db.session.get_one(Chain, 1)
    db.session.refresh(found)
    return found


def anchors() -> list[Anchor]:
    db.session.rollback()
    return list(db.session.scalars(select(Anchor).order_by(Anchor.sequence)))


def cursor() -> int:
    db.session.rollback()
    return max(db.session.scalars(select(Block.number)))


def anchoring(person: Person, post: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = person.call("GET", f"/posts/{post['id']}").json["anchoring"]
    return found


def confirm(app: Flask, depth: int) -> None:
    """Raise the depth and set up again, as a restart does."""
    app.config["TROTH"] = replace(app.config["TROTH"], confirmations=depth)
    deploy(app.config["TROTH"], app.extensions["troth_chain"])


@pytest.fixture
def sent(context: Flask, alice: Person) -> dict[str, Any]:
    """Give a post whose batch is mined and not indexed."""
    post: dict[str, Any] = alice.publish().json
    seal(LOG)
    send(LOG)
    return post


def test_the_state_goes_from_syncing_to_following(context: Flask, node: DevNode) -> None:
    node.request("evm_mine", [{"blocks": 120}])
    seen = []
    follower = Indexing(context.extensions["troth_chain"], LOG, 0)
    real = follower._write

    def note(*given: Any) -> Any:
        moved = real(*given)
        seen.append(chain().state)
        return moved

    follower._write = note  # type: ignore[method-assign]
    follower.run()
    assert seen == ["syncing", "following", "following"]
    assert (chain().state, chain().reason, chain().head) == ("following", None, cursor())
    assert chain().state_at is not None


def test_a_lower_head_without_conflict_means_wait(
    client: ChainClient,
    sent: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Indexing(client, LOG, 5).run()
    before = cursor()
    low = client.block(before - 1)
    real = client.block
    with monkeypatch.context() as patched:
        patched.setattr(client, "head", lambda: low)
        patched.setattr(client, "block", lambda number: real(number) if number < before else None)
        assert Indexing(client, LOG, 5).run() == 0
        assert chain().state == "waiting"
        assert f"block {before} was seen already" in (chain().reason or "")
        assert (cursor(), len(anchors())) == (before, 1)
    Indexing(client, LOG, 5).run()
    assert (chain().state, chain().reason) == ("following", None)


def test_a_node_that_answers_null_for_every_block_is_no_deep_reorg(
    client: ChainClient, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Indexing(client, LOG, 0).run()
    before = cursor()
    monkeypatch.setattr(client, "block", lambda _: None)
    assert Indexing(client, LOG, 0).run() == 0
    assert (chain().state, cursor()) == ("waiting", before)


def test_a_node_that_is_away_is_said_so_and_sealing_goes_on(
    context: Flask, client: ChainClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise NodeUnavailable("http://node", "it does not answer")

    alice.publish()
    with monkeypatch.context() as patched:
        patched.setattr(client, "chain_id", away)
        sweep()
        assert chain().state == "waiting"
        assert "does not answer" in (chain().reason or "")
        assert db.session.scalars(select(Batch.sequence)).all() == [0]
        db.session.rollback()
    sweep()
    assert chain().state == "following"
    assert len(anchors()) == 1


def test_after_a_start_the_chain_is_checked_before_anything_more_is_sealed(
    context: Flask, client: ChainClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise NodeUnavailable("http://node", "it does not answer")

    def sealed() -> list[int]:
        db.session.rollback()
        return list(db.session.scalars(select(Batch.sequence).order_by(Batch.sequence)))

    alice.publish()
    sweep()
    context.extensions.pop(_CHECKED)  # as a process that starts
    with monkeypatch.context() as patched:
        patched.setattr(client, "chain_id", away)
        post = alice.publish().json
        sweep()
        assert (sealed(), anchoring(alice, post)["state"]) == ([0], "saved")
    sweep()
    assert sealed() == [0, 1]
    with monkeypatch.context() as patched:
        patched.setattr(client, "chain_id", away)
        alice.publish()
        sweep()
        assert sealed() == [0, 1, 2]


def test_a_database_that_lacks_what_the_chain_holds_seals_nothing(
    context: Flask, client: ChainClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    context.extensions.pop(_CHECKED, None)
    alice.publish()
    monkeypatch.setattr("chain.contracts.AnchorLog.next", lambda *_: (3, 3))
    sweep()
    assert chain().state == "halted_instance"
    assert db.session.scalars(select(Batch.sequence)).all() == []
    db.session.rollback()


@pytest.mark.parametrize("lie", ["empty", "unknown", "malformed", "misplaced", "twice"])
def test_an_answer_that_cannot_be_true_is_not_taken(
    lie: str, client: ChainClient, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = client.logs

    def lying(*given: Any) -> list[Any]:
        found = real(*given)
        if lie == "empty":
            return []
        if lie == "unknown":
            raise StateUnavailable(-32000, "unknown block")
        if lie == "malformed":
            return [replace(one, data=one.data[:5]) for one in found]
        if lie == "misplaced":
            return [replace(one, transaction_hash=bytes(32)) for one in found]
        return found * 2

    with monkeypatch.context() as patched:
        patched.setattr(client, "logs", lying)
        with pytest.raises(StateUnavailable if lie == "unknown" else BadEventsError):
            Indexing(client, LOG, 0).run()
        assert anchors() == []
        sweep()
        assert chain().state == "waiting"
        assert anchors() == []
    sweep()
    assert len(anchors()) == 1
    assert chain().state == "following"


def test_events_that_nobody_asked_for_are_passed_over(
    client: ChainClient, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = client.logs

    def chatty(*given: Any) -> list[Any]:
        found = real(*given)
        [one] = found
        stranger = (one.topics[0], bytes(12) + b"\x01" * 20, *one.topics[2:])
        foreign = [replace(one, address="0x" + "ee" * 20, log_index=7)]
        return [*foreign, *found, replace(one, topics=stranger, log_index=8)]

    monkeypatch.setattr(client, "logs", chatty)
    Indexing(client, LOG, 0).run()
    assert len(anchors()) == 1


def test_two_nodes_that_disagree_never_leave_a_mixed_chain(
    node: DevNode, client: ChainClient, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Indexing(client, LOG, 5).run()
    snapshot = node.request("evm_snapshot", [])
    node.request("evm_mine", [{"blocks": 2}])
    other = {number: client.block(number) for number in range(client.head().number + 1)}
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [30])
    node.request("evm_mine", [{"blocks": 3}])
    real = client.block
    calls = iter(range(10_000))

    def either(number: int) -> Any:
        return other.get(number) if next(calls) % 2 else real(number)

    with monkeypatch.context() as patched:
        patched.setattr(client, "block", either)
        for _ in range(6):
            Indexing(client, LOG, 5).run()
            check_parents()
            assert len(anchors()) == 1
    Indexing(client, LOG, 5).run()
    check_parents()
    assert cursor() == client.head().number


def check_parents() -> None:
    db.session.rollback()
    blocks = list(db.session.scalars(select(Block).order_by(Block.number)))
    for below, block in pairwise(blocks):
        assert (block.number, block.parent) == (below.number + 1, below.hash)


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


def test_a_halted_chain_shows_in_what_is_not_final_and_heals_by_itself(
    context: Flask, client: ChainClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    final = alice.publish().json
    sweep()
    post = alice.publish().json
    with monkeypatch.context() as patched:
        patched.setattr(client, "genesis", lambda: bytes(32))
        sweep()
        assert chain().state == "halted_instance"
        shown = anchoring(alice, post)
        assert shown["state"] == "halted"
        assert shown["reason"] == PUBLIC_REASONS[ChainState.HALTED_INSTANCE]
        assert anchoring(alice, final)["state"] == "halted"  # nothing of it is on this chain
        assert len(db.session.scalars(select(Attempt)).all()) == 1
        db.session.rollback()
    sweep()
    sweep()
    shown = anchoring(alice, post)
    assert (shown["state"], shown["reason"], chain().state) == ("final", None, "following")
    assert anchoring(alice, final)["state"] == "final"
    assert chain().sound_to is None


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


def test_a_contract_that_is_gone_halts(
    context: Flask, client: ChainClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.publish()
    with monkeypatch.context() as patched:
        patched.setattr(client, "code", lambda *_: b"")
        sweep()
        assert chain().state == "halted_instance"
        assert "no contract" in (chain().reason or "")
    sweep()
    assert chain().state == "following"


def test_a_final_block_that_is_gone_halts_and_nothing_is_sent(
    context: Flask, node: DevNode, alice: Person
) -> None:
    snapshot = node.request("evm_snapshot", [])
    node.request("evm_mine", [])
    sweep()
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [5])
    node.request("evm_mine", [{"blocks": 2}])
    sweep()
    assert chain().state == "halted_deep"
    post = alice.publish().json
    sweep()
    assert anchoring(alice, post)["state"] == "halted"
    assert db.session.scalars(select(Attempt)).all() == []
    assert db.session.scalars(select(Batch)).all() == []
    db.session.rollback()


def test_on_the_embedded_chain_the_last_batch_is_buried_and_then_nothing_more_is_mined(
    context: Flask, client: ChainClient, alice: Person
) -> None:
    confirm(context, 3)
    assert settings().depth == 3
    index(LOG)
    quiet = client.head().number
    sweep()
    assert client.head().number == quiet
    post = alice.publish().json
    for _ in range(5):
        sweep()
    assert anchoring(alice, post)["state"] == "final"
    height = client.head().number
    sweep()
    assert client.head().number == height


def test_a_depth_that_was_raised_finds_the_older_blocks_it_needs(
    context: Flask, node: DevNode, client: ChainClient, alice: Person
) -> None:
    node.request("evm_mine", [{"blocks": 20}])
    sweep()
    db.session.rollback()
    lowest = db.session.get_one(Chain, 1).first_block
    for depth in (24, 40):  # the second is deeper than the chain is long
        confirm(context, depth)
        index(LOG)
        facts = alice.log()
        assert facts["notBefore"]["number"] == max(0, client.head().number - depth)
        check_parents()
        assert chain().first_block < lowest
        assert alice.publish().status_code == 201


def test_an_external_chain_is_never_told_to_mine(
    context: Flask, client: ChainClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm(context, 3)
    context.config["TROTH"] = replace(context.config["TROTH"], chain_url="http://node")
    monkeypatch.setattr(client, "request", lambda *_: pytest.fail("mined"))
    alice.publish()
    for _ in range(3):
        sweep()
    assert len(anchors()) == 1


def test_the_second_of_two_indexers_writes_nothing(
    client: ChainClient, sent: dict[str, Any], context: Flask
) -> None:
    first, second = (Indexing(client, LOG, 0) for _ in range(2))
    real: Callable[..., Any] = first._read

    def overtaken(*given: Any) -> Any:
        found = real(*given)
        second.run()
        return found

    first._read = overtaken  # type: ignore[method-assign]
    assert first.run() == 0
    assert len(anchors()) == 1
    check_parents()
