"""What happens in the node's pool, on anvil: dropped, stuck, replaced, refused."""

import pytest

from tests.support.databases import only_sqlite
from tests.workers.sending.scene import GWEI, Scene
from workers.sending import REASONS

pytestmark = [pytest.mark.anvil, only_sqlite]


def test_a_transaction_dropped_from_the_pool_is_sent_again(scene: Scene) -> None:
    scene.owe(0, 1)
    scene.run()
    assert scene.states() == ["broadcast", "broadcast"]
    first, second = scene.attempts()
    scene.rpc("anvil_dropTransaction", "0x" + first.hash.hex())
    assert not scene.client.has_transaction(first.hash)
    scene.run()
    assert scene.client.has_transaction(first.hash)
    scene.mine()
    scene.run()
    assert scene.states() == ["mined", "mined"]
    assert [one.hash for one in scene.attempts()] == [first.hash, second.hash]
    scene.check(mined=[0, 1])


def test_a_stuck_transaction_is_raised_on_the_same_nonce_and_mined_once(scene: Scene) -> None:
    scene.owe(0)
    scene.run()
    scene.run(stuck_seconds=0)
    old, new = scene.attempts()
    assert new.max_fee * 8 >= old.max_fee * 9
    assert new.priority_fee * 8 >= old.priority_fee * 9
    assert scene.states() == ["broadcast"]
    scene.mine()
    scene.run()
    assert (scene.states(), scene.client.nonce(scene.signer.address)) == (["mined"], 1)
    old, new = scene.attempts()
    assert (old.block_number, new.block_number) == (None, scene.client.head().number)
    scene.check(mined=[0])


def test_only_the_lowest_waiting_nonce_is_raised(scene: Scene) -> None:
    scene.owe(0, 1, 2)
    scene.run()
    scene.run(stuck_seconds=0)
    assert [len(scene.attempts(sequence)) for sequence in (0, 1, 2)] == [2, 1, 1]
    scene.mine()
    scene.run()
    scene.check(mined=[0, 1, 2])


def test_an_old_attempt_that_is_mined_after_its_bump_counts(scene: Scene) -> None:
    scene.owe(0)
    scene.run()
    scene.run(stuck_seconds=0)
    old, new = scene.attempts()
    scene.rpc("anvil_dropTransaction", "0x" + new.hash.hex())
    scene.client.send_raw(old.raw)
    scene.mine()
    scene.run()
    assert scene.states() == ["mined"]
    assert [one.block_number is None for one in scene.attempts()] == [False, True]
    scene.check(mined=[0])


def test_a_base_fee_above_the_cap_waits_and_goes_on_when_it_falls(scene: Scene) -> None:
    scene.rpc("anvil_setNextBlockBaseFeePerGas", hex(GWEI))
    scene.mine()
    scene.owe(0)
    cap = 4 * GWEI
    scene.run(fee_cap=cap)
    scene.rpc("anvil_setNextBlockBaseFeePerGas", hex(20 * GWEI))
    scene.mine()
    assert scene.client.head().base_fee == 20 * GWEI
    scene.run(2, fee_cap=cap, stuck_seconds=0)
    assert scene.states() == ["blocked_fee"]
    assert scene.row(0).reason == REASONS["blocked_fee"]
    assert all(one.max_fee <= cap for one in scene.attempts())
    scene.rpc("anvil_setNextBlockBaseFeePerGas", hex(GWEI))
    scene.mine()
    scene.run(fee_cap=cap)
    assert (scene.states(), scene.row(0).reason) == (["broadcast"], None)
    scene.mine()
    scene.run(fee_cap=cap)
    assert scene.states() == ["mined"]
    scene.check(mined=[0])


def test_a_stuck_transaction_at_the_cap_is_still_sent_again_when_dropped(scene: Scene) -> None:
    """Found by the simulation: what cannot be raised any more must not be forgotten."""
    scene.owe(0)
    scene.run()
    [attempt] = scene.attempts()
    for _ in range(2):
        scene.rpc("anvil_dropTransaction", "0x" + attempt.hash.hex())
        scene.run(fee_cap=attempt.max_fee, stuck_seconds=0)
        assert scene.client.has_transaction(attempt.hash)
    assert (scene.states(), len(scene.attempts())) == (["broadcast"], 1)
    scene.mine()
    scene.run()
    scene.check(mined=[0])


def test_a_base_fee_that_rises_under_the_cap_raises_all_that_cannot_be_mined(scene: Scene) -> None:
    scene.owe(0, 1)
    scene.run()
    scene.rpc("anvil_setNextBlockBaseFeePerGas", hex(100 * GWEI))
    scene.mine()
    scene.run(stuck_seconds=0)
    assert [len(scene.attempts(sequence)) for sequence in (0, 1)] == [2, 2]
    scene.mine()
    scene.run()
    assert scene.states() == ["mined", "mined"]
    scene.check(mined=[0, 1])


def test_a_signer_out_of_funds_goes_on_when_funded(scene: Scene) -> None:
    scene.fund(1)
    scene.owe(0, 1)
    scene.run(2)
    assert scene.states() == ["blocked_funds", "queued"]
    assert scene.row(0).reason == REASONS["blocked_funds"]
    scene.fund(10**18)
    scene.run()
    assert scene.states() == ["broadcast", "broadcast"]
    scene.mine()
    scene.run()
    assert len(scene.attempts()) == 2
    scene.check(mined=[0, 1])


def test_a_foreign_transaction_in_the_pool_is_outbid(scene: Scene) -> None:
    scene.foreign(0, gwei=20)
    scene.owe(0)
    scene.run()
    assert scene.states() == ["unknown"]
    assert "ReplacementUnderpriced" in (scene.attempts()[0].answer or "")
    scene.run()
    assert len(scene.attempts()) == 1
    for _ in range(30):
        scene.run(stuck_seconds=0)
        if scene.states() == ["broadcast"]:
            break
    scene.mine()
    scene.run()
    assert scene.states() == ["mined"]
    scene.check(mined=[0])
