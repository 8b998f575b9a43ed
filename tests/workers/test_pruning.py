"""Old blocks are deleted: in steps, never one that somebody may still ask for."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from chain.client import ChainClient
from chain.devnode.node import DevNode
from tests.support.indexed import anchoring, anchors, chain
from tests.support.wallet import Person
from webapp.commands.anchors import RefusedError, rebuild_anchors
from webapp.commands.setup import deploy
from webapp.database import writing
from webapp.extensions import db
from webapp.log.rebuilding import find_fork
from webapp.log.rules import MAX_AGE_SECONDS
from webapp.outbox.models import Attempt, Block, Transaction
from workers.anchoring import index, send, sweep
from workers.indexing import Indexing, pruning

LOG, STEP, KEPT = 1, 5, 10


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep few blocks, for as long as a record may name them."""
    monkeypatch.setattr(pruning, "STEP", STEP)
    monkeypatch.setattr(pruning, "KEPT_BLOCKS", KEPT)
    monkeypatch.setattr(pruning, "KEPT_SECONDS", MAX_AGE_SECONDS)


@pytest.fixture
def mine(context: Flask, node: DevNode) -> Callable[..., None]:
    """Give a function that mines some blocks, the first some seconds later, and reads them."""

    def act(count: int, seconds: int = 0) -> None:
        if seconds:
            node.request("evm_increaseTime", [seconds])
        node.request("evm_mine", [{"blocks": count}])
        Indexing(context.extensions["troth_chain"], LOG, 0).run()

    return act


def stored() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Block.number).order_by(Block.number)))


def test_blocks_go_in_steps_once_they_are_old_and_deep(mine: Callable[..., None]) -> None:
    first = stored()[0]
    mine(40)
    assert pruning.prune(1) == 0  # deep enough, but a record may name them
    mine(1, MAX_AGE_SECONDS + 60)
    before = stored()
    for step in (1, 2):
        assert pruning.prune(1) == STEP
        assert stored() == before[step * STEP :]
        assert chain().first_block == first + step * STEP
    while pruning.prune(1):
        pass
    top = before[-1]
    assert top - KEPT <= stored()[STEP - 1]
    assert stored() == list(range(stored()[0], top + 1))
    assert (chain().first_block, chain().final_to) == (stored()[0], top)


def test_old_blocks_that_are_not_deep_are_kept(mine: Callable[..., None]) -> None:
    mine(KEPT, MAX_AGE_SECONDS + 60)
    before = stored()
    assert pruning.prune(1) == 0
    assert stored() == before


def test_the_sweep_deletes_one_step_and_not_while_it_writes_blocks(
    context: Flask, mine: Callable[..., None]
) -> None:
    mine(30)
    mine(2, MAX_AGE_SECONDS + 60)
    before = stored()
    index(LOG)
    assert stored() == before[STEP:]
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    mine(1)
    event.remove(db.engine, "before_cursor_execute", note)
    assert any("INSERT INTO blocks" in one for one in statements)
    assert not any("DELETE FROM blocks" in one for one in statements)


def test_an_attempt_that_is_not_settled_keeps_its_block(
    context: Flask, sent: dict[str, Any], alice: Person, mine: Callable[..., None]
) -> None:
    send(LOG)
    mine(30)
    place = db.session.scalars(select(Attempt.block_number)).one()
    with writing() as session:
        session.execute(update(Transaction).values(state="mined"))
    mine(1, MAX_AGE_SECONDS + 60)
    while pruning.prune(1):
        pass
    assert stored()[0] == place < chain().first_block == stored()[1]
    assert anchoring(alice, sent)["state"] == "final"
    with writing() as session:
        session.execute(update(Transaction).values(state="final"))
    mine(2 * STEP)
    assert pruning.prune(1) > STEP
    assert stored()[0] == chain().first_block > place


def test_a_record_that_names_a_deleted_block_is_too_old_and_told_so(
    context: Flask, alice: Person, mine: Callable[..., None]
) -> None:
    old = alice.log()["notBefore"]
    mine(30)
    mine(KEPT, MAX_AGE_SECONDS + 60)
    while pruning.prune(1):
        pass
    assert old["number"] not in stored()
    for named in (old, old | {"hash": "0x" + "11" * 32}, old | {"number": 0}):
        answer = alice.publish(alice.post_record(notBefore=named))
        assert (answer.status_code, answer.json["code"]) == (422, "not_before_too_old")
        assert "older than the blocks that are kept here" in answer.json["detail"]
    assert alice.publish().status_code == 201


def test_what_is_older_than_the_blocks_that_are_left_stays_proved(
    context: Flask, client: ChainClient, alice: Person, mine: Callable[..., None]
) -> None:
    post = alice.publish().json
    sweep()
    bundle = alice.call("GET", f"/posts/{post['id']}/bundle").data
    mine(30)
    mine(KEPT, MAX_AGE_SECONDS + 60)
    while pruning.prune(1):
        pass
    assert anchors()[0].block_number < stored()[0]
    deploy(context.config["TROTH"], client)
    sweep()
    assert anchoring(alice, post)["state"] == "final"
    assert alice.call("GET", f"/posts/{post['id']}/bundle").data == bundle
    assert find_fork(db.session(), client, 1) == stored()[-1]
    assert not rebuild_anchors(context.config["TROTH"], client, really=True).needed


def test_a_node_that_has_not_come_to_the_oldest_block_is_behind_and_nothing_is_rebuilt(
    context: Flask,
    client: ChainClient,
    sent: dict[str, Any],
    mine: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine(30)
    mine(KEPT, MAX_AGE_SECONDS + 60)
    while pruning.prune(1):
        pass
    low, real = stored()[0] - 2, client.block
    head = real(low)
    monkeypatch.setattr(client, "head", lambda: head)
    monkeypatch.setattr(client, "block", lambda number: real(number) if number <= low else None)
    assert Indexing(client, LOG, 0).run() == 0
    assert chain().state == "waiting"
    with pytest.raises(RefusedError, match=f"no further than block {low}"):
        rebuild_anchors(context.config["TROTH"], client, really=True)
