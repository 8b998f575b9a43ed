"""Following: the chain's states, what is waited for, and two indexers at once."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from chain.devnode.node import DevNode
from chain.errors import NodeUnavailable
from tests.support.indexed import anchors, answer_null, chain, check_parents, cursor
from tests.support.wallet import Person
from webapp.extensions import db
from webapp.log.models import Batch
from workers.anchoring import sweep
from workers.indexing import Indexing

LOG = 1


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
    with monkeypatch.context() as patched:
        patched.setattr(client, "head", lambda: low)
        answer_null(client, patched, lambda number: number >= before)
        assert Indexing(client, LOG, 5).run() == 0
        assert chain().state == "waiting"
        assert f"block {before} was seen already" in (chain().reason or "")
        assert (cursor(), len(anchors())) == (before, 1)
    Indexing(client, LOG, 5).run()
    assert (chain().state, chain().reason) == ("following", None)


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
