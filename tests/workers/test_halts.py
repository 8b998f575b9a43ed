"""A chain that is not, or no longer, the one that the log is on: halted, said so, and healed by itself."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from chain.client import BlockId, ChainClient
from chain.contracts import AnchorLog
from chain.devnode.node import DevNode
from chain.errors import NodeUnavailable
from tests.support.indexed import anchoring, chain
from tests.support.wallet import Person
from webapp.extensions import db
from webapp.log.models import Batch
from webapp.outbox.chains import PUBLIC_REASONS
from webapp.outbox.models import Attempt, ChainState
from workers.anchoring import _CHECKED, check_instance, sweep

LOG = 1


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


def test_a_node_that_answers_from_the_block_that_it_is_taking_does_not_halt(
    context: Flask,
    client: ChainClient,
    node: DevNode,
    alice: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alice.publish()
    sweep()
    before = client.head()
    alice.publish()
    sweep()
    assert client.head().number > before.number
    real, early = AnchorLog.next, [True]

    def next_once_early(log: AnchorLog, anchorer: str, block: BlockId = "latest") -> Any:
        return real(log, anchorer, "latest" if early and early.pop() else block)

    monkeypatch.setattr(AnchorLog, "next", next_once_early)
    monkeypatch.setattr(client, "head", lambda: before)
    check_instance(client, LOG)
    assert not early
    assert chain().state == "following"


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
