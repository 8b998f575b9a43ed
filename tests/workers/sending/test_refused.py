"""Calls that no node ever takes: halted with the reason, their nonce used up; on anvil, and with its answers."""

import pytest

from tests.support.databases import only_sqlite
from tests.workers.sending.scene import Scene
from tests.workers.sending.test_faults import SEND, over, refuse, time_out_after
from webapp.extensions import db
from webapp.outbox.again import find_call

pytestmark = [pytest.mark.anvil, only_sqlite]
OTHER = "0x" + "77" * 20
TOO_LITTLE, TOO_MUCH = 20_999, 10**10


@pytest.mark.parametrize("gas", [TOO_LITTLE, TOO_MUCH])
def test_a_call_that_no_node_takes_is_halted_and_its_nonce_used_up(scene: Scene, gas: int) -> None:
    scene.fund(10**27)
    call = scene.owe_call("call:1", OTHER, b"\x01", gas)
    later = scene.owe_call("call:2", OTHER, b"\x02", 30_000)
    scene.run(5)
    row = scene.by_id(call)
    assert (row.state, row.nonce) == ("broadcast", 0)
    made, noop = scene.attempts()[:2]
    assert (made.kind, noop.kind) == ("call", "noop")
    assert (made.answer or "").startswith("Unacceptable: ")
    for _ in range(3):
        scene.mine()
        scene.run()
    row = scene.by_id(call)
    assert row.state == "reverted"
    assert "see `troth doctor`. The node refused the request: " in (row.reason or "")
    assert scene.by_id(later).state == "final"
    assert find_call(db.session(), scene.client, call, 1).nonce == 0


def test_a_batch_that_no_node_takes_is_halted_for_an_operator(scene: Scene) -> None:
    scene.owe(0, gas=TOO_LITTLE)
    scene.owe(1)
    for _ in range(5):
        scene.run()
        scene.mine()
    scene.run(3)
    assert scene.states() == ["reverted", "dead"]
    assert len(scene.attempts()) == 2  # the call and one no-op, however often it looks


@pytest.mark.parametrize(
    "message", ["txpool is full", "insufficient funds for gas", "transaction underpriced", "odd"]
)
def test_a_refusal_that_may_pass_gives_nothing_up(scene: Scene, message: str) -> None:
    scene.owe(0)
    scene.run(4, client=over(scene, **{SEND: refuse(-32000, message)}))
    assert scene.row(0).abandoned_at is None
    scene.run(stuck_seconds=0)
    scene.mine()
    scene.run()
    scene.check(mined=[0])


def test_what_a_node_has_all_the_same_is_not_given_up(scene: Scene) -> None:
    scene.owe(0)
    scene.run(client=over(scene, **{SEND: time_out_after}))
    scene.run(3, client=over(scene, **{SEND: refuse(-32000, "exceeds block gas limit")}))
    assert scene.row(0).abandoned_at is None
    scene.run()
    scene.mine()
    scene.run()
    scene.check(mined=[0])
    assert len(scene.attempts()) == 1
