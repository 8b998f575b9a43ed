"""Finality never goes back: not in a rewind, not with another depth, not by a release that knew less."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from chain.client import ChainClient
from chain.devnode.node import DevNode
from chain.errors import NodeUnavailable
from tests.support.indexed import anchors, answer_null, chain, check_parents, confirm, cursor
from tests.support.wallet import Person
from webapp.chain_access import settings
from webapp.commands.setup import deploy
from webapp.database import writing
from webapp.extensions import db
from webapp.log.models import Anchor
from webapp.outbox.models import Chain
from workers.anchoring import index, sweep
from workers.indexing import DeepReorgError, Indexing

LOG, DEPTH = 1, 3


class KilledError(BaseException):
    """The process died."""


@pytest.fixture
def deep(context: Flask, node: DevNode) -> int:
    """Let finality be at DEPTH, a few blocks above where the log was opened; return up to where it is."""
    confirm(context, DEPTH)
    node.request("evm_mine", [{"blocks": DEPTH + 2}])
    index(LOG)
    return chain().final_to or 0


@pytest.fixture
def replace_blocks(node: DevNode, deep: int) -> Callable[[int], None]:
    """Give a function that replaces all blocks that are not final by so many others."""
    head = int(node.request("eth_blockNumber", []), 16)
    assert head - deep == DEPTH
    snapshot = node.request("evm_snapshot", [])

    def replace(count: int) -> None:
        node.request("evm_revert", [snapshot])
        node.request("evm_increaseTime", [7])
        node.request("evm_mine", [{"blocks": count}])

    return replace


def offered(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = person.log()["notBefore"]
    return found


@pytest.mark.parametrize("end", ["pause", "death"])
def test_between_a_rewind_and_the_next_write_what_was_final_is_final(
    end: str,
    node: DevNode,
    client: ChainClient,
    alice: Person,
    deep: int,
    replace_blocks: Callable[[int], None],
) -> None:
    node.request("evm_mine", [{"blocks": 2}])
    index(LOG)
    before = offered(alice)
    record, unsigned = alice.post_record(), Person(alice.http).register("dora")
    assert before["number"] == deep + 2 == chain().final_to
    replace_blocks(2)
    node.request("evm_mine", [{"blocks": 4}])
    follower = Indexing(client, LOG, DEPTH)

    def stop(*_: object) -> list[Any]:
        if end == "death":
            raise KilledError
        return []

    follower._read = stop  # type: ignore[method-assign]
    try:
        follower.run()
    except KilledError:
        db.session.remove()
    assert (chain().state == "rewinding") == (end == "death")
    assert cursor() - DEPTH < before["number"] <= cursor()
    assert offered(alice) == before
    assert alice.publish(record).status_code == 201
    assert unsigned.call("POST", "/posts", {"text": "x"}).status_code == 201
    index(LOG)
    assert offered(alice)["number"] > before["number"]
    check_parents()


def test_a_node_that_hides_a_final_block_first_does_not_make_us_drop_it(
    client: ChainClient,
    deep: int,
    replace_blocks: Callable[[int], None],
    node: DevNode,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node.request("evm_mine", [{"blocks": 5}])
    index(LOG)
    replace_blocks(8)
    fork = deep + DEPTH
    assert chain().final_to == fork + 2  # so that two of the blocks that are gone were final
    top, asked = cursor(), set[int]()

    def first(number: int) -> bool:
        hidden = number > fork and number not in asked
        asked.add(number)
        return hidden

    answer_null(client, monkeypatch, first)
    with pytest.raises(NodeUnavailable, match="though the chain has got that far"):
        Indexing(client, LOG, DEPTH).run()

    def run_until_seen() -> None:
        for _ in range(top - fork):
            with suppress(NodeUnavailable):
                Indexing(client, LOG, DEPTH).run()

    with pytest.raises(DeepReorgError) as caught:
        run_until_seen()
    assert caught.value.number == fork + 2
    assert (cursor(), chain().final_to) == (top, fork + 2)


def test_a_rewind_below_what_became_final_meanwhile_is_not_made(
    client: ChainClient, node: DevNode, deep: int, replace_blocks: Callable[[int], None]
) -> None:
    node.request("evm_mine", [{"blocks": 2}])
    index(LOG)
    replace_blocks(DEPTH)
    follower, top = Indexing(client, LOG, DEPTH), cursor()
    real: Callable[..., Any] = follower._rewind

    def overtaken(*given: Any) -> Any:
        with writing() as session:  # as a worker does whose depth was lowered
            session.execute(update(Chain).values(final_to=top))
        return real(*given)

    follower._rewind = overtaken  # type: ignore[method-assign]
    assert follower.run() == 0
    assert cursor() == top
    with pytest.raises(DeepReorgError):
        Indexing(client, LOG, DEPTH).run()


def test_a_depth_that_was_raised_takes_no_finality_back(
    context: Flask, node: DevNode, alice: Person, deep: int
) -> None:
    alice.publish()
    sweep()
    node.request("evm_mine", [{"blocks": DEPTH}])
    sweep()
    before = offered(alice)
    assert anchors()[0].final_at is not None
    for depth in (DEPTH + 4, 400):
        confirm(context, depth)
        index(LOG)
        assert offered(alice) == before
        assert alice.publish().status_code == 201
        assert anchors()[0].final_at is not None
    assert settings().depth == 400
    confirm(context, 0)
    index(LOG)
    assert offered(alice)["number"] == cursor()


def test_setting_up_after_a_release_that_did_not_say_what_is_final(
    context: Flask, alice: Person, deep: int
) -> None:
    with writing() as session:
        session.execute(update(Chain).values(final_to=None))
    assert alice.call("GET", "/log").json["code"] == "log_not_open"
    deploy(settings(), context.extensions["troth_chain"])
    assert offered(alice)["number"] == deep


def test_what_one_commit_calls_final_it_also_marks(
    client: ChainClient, deep: int, sent: dict[str, Any], node: DevNode
) -> None:
    index(LOG)
    node.request("evm_mine", [{"blocks": DEPTH}])
    follower = Indexing(client, LOG, DEPTH)
    seen: list[tuple[int | None, bool]] = []
    real: Callable[..., Any] = follower._write

    def note(*given: Any) -> Any:
        moved = real(*given)
        db.session.rollback()
        marked = db.session.scalars(select(Anchor.final_at)).one() is not None
        seen.append((chain().final_to, marked))
        return moved

    follower._write = note  # type: ignore[method-assign]
    follower.run()
    assert seen == [(cursor() - DEPTH, True)]
    assert anchors()[0].block_number <= cursor() - DEPTH
