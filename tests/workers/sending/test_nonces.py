"""What becomes of nonces: given up, used by somebody else, dropped by a reorg, left out; on anvil."""

import pytest

from chain.contracts import AnchorLog
from chain.fees import Offer
from tests.workers.sending.scene import GWEI, Scene, root_of
from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.errors import NothingToGiveUpError
from webapp.outbox.models import Chain, ChainState, Transaction
from webapp.outbox.service import give_up, owe_again

pytestmark = pytest.mark.anvil


def abandon(transaction_id: int) -> None:
    with writing() as session:
        give_up(session, transaction_id)


def test_giving_up_a_call_mines_a_no_op_and_ends_dead(scene: Scene) -> None:
    other = "0x" + "77" * 20
    call = scene.owe_call("call:1", other, b"\x01", 30_000)
    scene.run()
    abandon(call)
    scene.run()
    made, noop = scene.attempts()
    assert (made.kind, noop.kind) == ("call", "noop")
    before, after = Offer(made.max_fee, made.priority_fee), Offer(noop.max_fee, noop.priority_fee)
    assert after.max_fee * 8 >= before.max_fee * 9
    assert after.priority * 8 >= before.priority * 9
    scene.mine()
    scene.run()
    assert scene.by_id(call).state == "unknown"
    scene.mine()
    scene.run()
    assert scene.by_id(call).state == "dead"
    assert scene.client.nonce(scene.signer.address) == 1
    receipt = scene.client.receipt(noop.hash)
    assert receipt is not None
    assert (receipt.succeeded, receipt.gas_used) == (True, 21_000)
    with pytest.raises(NothingToGiveUpError):
        abandon(call)


def test_a_call_that_was_given_up_but_mined_counts(scene: Scene) -> None:
    call = scene.owe_call("call:1", "0x" + "77" * 20, b"\x01", 30_000)
    scene.run()
    scene.mine()
    abandon(call)
    scene.run()
    scene.mine()
    scene.run()
    assert scene.by_id(call).state == "final"
    assert len(scene.attempts()) == 1


def test_giving_up_an_anchor_anchors_it_on_another_nonce(scene: Scene) -> None:
    scene.owe(0, 1)
    scene.run()
    abandon(scene.ids[0])
    scene.settle()
    assert scene.states() == ["mined", "mined"]
    assert [scene.row(sequence).nonce for sequence in (0, 1)] == [2, 3]
    assert {(one.nonce, one.state) for one in scene.stand_ins()} == {(0, "final"), (1, "final")}
    scene.check(mined=[0, 1])


def test_an_anchor_that_was_never_sent_cannot_be_given_up(scene: Scene) -> None:
    scene.owe(0)
    with pytest.raises(NothingToGiveUpError, match="not sent yet"):
        abandon(scene.ids[0])
    call = scene.owe_call("call:1", "0x" + "77" * 20)
    abandon(call)
    assert scene.by_id(call).state == "dead"


def test_anchors_behind_a_nonce_that_another_used_revert_and_are_anchored_in_order(
    scene: Scene,
) -> None:
    scene.owe(0, 1, 2)
    scene.run()
    scene.foreign(0)
    scene.mine()
    scene.owe(3)
    scene.run()
    assert scene.states() == ["unknown", "unknown", "unknown", "queued"]
    assert scene.anchored() == []
    scene.settle()
    assert scene.states() == ["mined"] * 4
    assert [scene.row(sequence).nonce for sequence in range(4)] == [3, 4, 5, 6]
    scene.check(mined=[0, 1, 2, 3])


def test_a_root_that_another_transaction_of_ours_anchored_is_success(scene: Scene) -> None:
    scene.foreign(0, to=scene.contract, data=AnchorLog.anchor(0, root_of(0), 1))
    scene.mine()
    scene.owe(0, 1)
    scene.run()
    assert scene.states() == ["mined", "broadcast"]
    assert scene.row(0).nonce is None
    scene.settle()
    scene.check(mined=[0, 1])


def test_a_nonce_that_another_transaction_of_ours_used_for_the_same_root_is_success(
    scene: Scene,
) -> None:
    scene.owe(0)
    scene.run()
    scene.foreign(0, to=scene.contract, data=AnchorLog.anchor(0, root_of(0), 1))
    scene.mine()
    scene.run()
    assert (scene.states(), scene.row(0).nonce) == (["mined"], 0)
    scene.check(mined=[0])


def test_the_nonce_of_a_batch_that_became_final_elsewhere_is_used_up(scene: Scene) -> None:
    scene.owe(0, 1)
    scene.run()
    with writing() as session:
        session.get_one(Transaction, scene.ids[0]).state = "final"
    scene.run()
    [stand_in] = scene.stand_ins()
    assert (stand_in.nonce, scene.row(0).nonce, scene.row(0).state) == (0, None, "final")
    scene.settle()
    assert scene.stand_ins()[0].state == "final"
    assert scene.client.nonce(scene.signer.address) >= 2


def test_a_gap_that_a_reorg_leaves_is_closed_by_a_no_op(scene: Scene) -> None:
    scene.foreign(0)
    scene.mine()
    scene.owe(0)
    scene.run()
    assert scene.row(0).nonce == 1
    scene.rpc("anvil_reorg", 1, [])
    scene.rpc("anvil_dropAllTransactions")
    assert scene.client.nonce(scene.signer.address) == 0
    for _ in range(4):
        scene.run(stuck_seconds=0)
        scene.mine()
    scene.run()
    assert scene.states() == ["mined"]
    assert [one.nonce for one in scene.stand_ins()] == [0]
    scene.check(mined=[0])


def test_final_nonces_that_a_deep_reorg_freed_are_used_up_once_they_hold_others_up(
    scene: Scene,
) -> None:
    scene.owe(0)
    scene.run()
    scene.mine()
    scene.run()
    with writing() as session:
        session.get_one(Transaction, scene.ids[0]).state = "final"
    scene.rpc("anvil_reorg", 1, [])
    scene.rpc("anvil_dropAllTransactions")
    with writing() as session:
        owe_again(session, scene.ids[0], "The chain lacks it")
    scene.settle(stuck_seconds=0)
    assert (scene.states(), scene.row(0).nonce) == (["mined"], 1)
    assert {one.state for one in scene.stand_ins()} == {"final"}
    scene.check(mined=[0])


@pytest.mark.parametrize("depth", [1, 2])
def test_a_reorg_that_drops_anchors_sends_the_same_bytes_again(scene: Scene, depth: int) -> None:
    scene.policy = scene.sending(depth=5).policy
    scene.owe(0)
    scene.run()
    scene.mine()
    scene.owe(1)
    scene.run()
    scene.mine()
    scene.run()
    assert scene.states() == ["mined", "mined"]
    sent = [one.raw for one in scene.attempts()]
    scene.rpc("anvil_reorg", depth, [])
    scene.rpc("anvil_dropAllTransactions")
    scene.run()
    assert scene.states() == ["mined" if depth == 1 else "broadcast", "broadcast"]
    assert scene.row(1).mined_at is None
    scene.mine()
    scene.run()
    assert scene.states() == ["mined", "mined"]
    assert [one.raw for one in scene.attempts()] == sent
    scene.check(mined=[0, 1])


def test_running_out_of_gas_is_mended_with_more_gas_on_another_nonce(scene: Scene) -> None:
    scene.owe(0, gas=30_000)
    scene.run()
    scene.mine()
    scene.run()
    assert scene.states() == ["unknown"]
    scene.settle()
    assert (scene.states(), scene.row(0).failures) == (["mined"], 1)
    assert scene.row(0).gas > 30_000
    scene.check(mined=[0])


def test_a_number_that_another_batch_has_halts_it_and_all_behind_it(scene: Scene) -> None:
    scene.foreign(0, to=scene.contract, data=AnchorLog.anchor(0, root_of(9), 1))
    scene.mine()
    scene.owe(0)
    scene.settle(4)
    scene.owe(1, 2)
    scene.settle(2)
    assert scene.states() == ["reverted", "dead", "dead"]
    assert "another batch under the number 0" in (scene.row(0).reason or "")
    assert "halted" in (scene.row(2).reason or "")
    assert scene.anchored() == []


def test_a_halt_is_lifted_when_the_chain_lacks_nothing_any_more(scene: Scene) -> None:
    scene.owe(1)
    scene.settle(4)
    assert scene.states() == ["reverted"]
    assert "expects batch 0 before batch 1" in (scene.row(1).reason or "")
    scene.foreign(
        scene.client.nonce(scene.signer.address),
        to=scene.contract,
        data=AnchorLog.anchor(0, root_of(0), 1),
    )
    scene.settle()
    assert scene.states() == ["mined"]
    scene.check(mined=[1])


def test_what_is_owed_again_goes_out_on_another_nonce(scene: Scene) -> None:
    scene.owe(1)
    scene.settle(4)
    with writing() as session:
        owe_again(session, scene.ids[1], "The chain lacks it")
    assert (scene.states(), scene.row(1).nonce) == (["queued"], None)
    assert [(one.nonce, one.state) for one in scene.stand_ins()] == [(0, "unknown")]
    scene.owe(0)
    scene.settle()
    assert {one.state for one in scene.stand_ins()} == {"final"}
    scene.check(mined=[0, 1])


@pytest.mark.parametrize("state", [ChainState.HALTED_DEEP, ChainState.HALTED_INSTANCE])
def test_nothing_is_sent_to_a_halted_chain(scene: Scene, state: ChainState) -> None:
    with writing() as session:
        session.get_one(Chain, scene.chain_ref).state = state
    scene.owe(0)
    scene.run()
    assert (scene.states(), scene.attempts()) == (["queued"], [])
    with writing() as session:
        session.get_one(Chain, scene.chain_ref).state = ChainState.FOLLOWING
    scene.run()
    assert scene.states() == ["broadcast"]
    assert db.session.get_one(Chain, scene.chain_ref).base_fee == GWEI
