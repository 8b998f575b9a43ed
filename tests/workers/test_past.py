"""The registries' past: what was on the chain before this instance is read while new blocks come in."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from chain.errors import NodeUnavailable, RpcRefused
from tests.support import instance
from tests.support.claims import SUBJECT, Issuer, digest_of, indexed, registry
from tests.support.indexed import anchoring, cursor
from tests.support.wallet import Person
from webapp.extensions import db
from webapp.identities.models import ClaimEvent
from webapp.outbox.models import Block
from workers.anchoring import index, sweep
from workers.indexing import Indexing, past
from workers.indexing.sources import BadEventsError

LOG = 1
VALID, REVOKED = 1, 3


@pytest.fixture
def old(node: DevNode) -> Issuer:
    """Give an issuer that was there before this instance: two claims, one taken back, in three blocks."""
    issuer = Issuer.of(ChainClient("in-process", provider=DevNodeProvider(node)))
    issuer.issue(digest_of(1))
    issuer.issue(digest_of(2))
    issuer.revoke(digest_of(1))
    return issuer


@pytest.fixture
def app(old: Issuer, database_url: str, node: DevNode, tmp_path: Path) -> Iterator[Flask]:
    """Give an application whose log was opened after that: the prepared one was opened before."""
    app = instance.make_app(tmp_path, database_url)
    instance.use_node(app, node)
    yield app
    instance.close_app(app)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let reading of the past end where the past ends, not after a time that a busy machine needs for half of it."""
    monkeypatch.setattr(past, "SECONDS", 60.0)


def test_what_is_older_than_the_instance_is_read_and_what_comes_is_followed(
    old: Issuer, context: Flask
) -> None:
    known = registry()
    assert (known.read_to, known.until) == (-1, cursor())
    old.issue(digest_of(3))
    index(LOG)
    assert indexed() == [(1, VALID, True), (2, VALID, True), (1, REVOKED, True), (3, VALID, True)]
    assert registry().read_to == registry().until == known.until
    *past_ones, row = db.session.scalars(select(ClaimEvent).order_by(ClaimEvent.block_number))
    assert all(one.block_number <= known.until for one in past_ones)
    assert row.block_number > known.until
    block = db.session.get_one(Block, (1, row.block_number))
    assert (row.issuer, row.subject) == (old.address, SUBJECT)
    assert (row.block_hash, row.block_time) == (block.hash, block.time)
    index(LOG)
    assert len(indexed()) == 4


def test_ranges_shrink_until_the_node_takes_them_and_go_on_where_they_ended(
    old: Issuer, context: Flask, client: ChainClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    real = client.logs_between

    def bounded(address: str, topics: Any, first: int, last: int) -> Any:
        asked.append((first, last))
        if last - first >= 2:
            raise RpcRefused(-32005, "query returned more than 2 blocks", None)
        if len(indexed()) == 2:
            raise NodeUnavailable("http://node", "it went away")
        return real(address, topics, first, last)

    node_took = Indexing(client, LOG, 0)
    monkeypatch.setattr(client, "logs_between", bounded)
    with pytest.raises(NodeUnavailable, match="went away"):
        past.read_past(client, node_took.registries)
    assert (asked[0][1] - asked[0][0] >= 2, asked[-1][1] - asked[-1][0] < 2) == (True, True)
    so_far = registry().read_to
    assert [one[0] for one in indexed()] == [1, 2]
    assert registry().first_block < so_far < registry().until
    monkeypatch.setattr(client, "logs_between", real)
    asked.clear()
    past.read_past(client, node_took.registries)
    assert [one[0] for one in indexed()] == [1, 2, 1]
    assert registry().read_to == registry().until


def test_new_blocks_do_not_wait_for_old_ones(
    old: Issuer, context: Flask, client: ChainClient, monkeypatch: pytest.MonkeyPatch, alice: Person
) -> None:
    def away(*_: Any) -> Any:
        raise NodeUnavailable("http://node", "it has no logs of old blocks")

    with monkeypatch.context() as patched:
        patched.setattr(client, "logs_between", away)
        post = alice.publish().json
        sweep()
        sweep()
        assert anchoring(alice, post)["state"] == "final"
        assert (indexed(), registry().read_to) == ([], -1)
    sweep()
    assert len(indexed()) == 3


def test_an_event_that_does_not_fit_its_block_is_not_believed(
    old: Issuer, context: Flask, client: ChainClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, follower = client.logs_between, Indexing(client, LOG, 0)
    lies = (
        lambda one: replace(one, block_hash=b"\1" * 32),
        lambda one: replace(one, transaction_hash=b"\1" * 32),
        lambda one: replace(one, data=b""),
    )
    for lie in lies:

        def told(*arguments: Any, lie: Any = lie) -> Any:
            return [lie(one) for one in real(*arguments)]

        monkeypatch.setattr(client, "logs_between", told)
        with pytest.raises(BadEventsError):
            past.read_past(client, follower.registries)
        assert (indexed(), registry().read_to) == ([], -1)
