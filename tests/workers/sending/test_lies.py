"""A node that lies about nonces: what is paid for a false answer stays bounded; on anvil."""

import pytest

from chain.errors import NodeUnavailable
from tests.workers.sending.scene import Scene
from tests.workers.sending.test_faults import instead, over
from workers.sending.policy import MAX_IN_FLIGHT

pytestmark = pytest.mark.anvil


def test_one_false_high_nonce_reserves_nothing(scene: Scene) -> None:
    scene.owe(0)
    liar = over(scene, eth_getTransactionCount=instead(hex(200)))
    scene.run(client=liar)
    assert (scene.states(), scene.row(0).nonce) == (["queued"], None)
    assert "counts 200 transactions" in (scene.row(0).reason or "")
    scene.run()
    assert (scene.states(), scene.row(0).nonce) == (["broadcast"], 0)
    scene.owe(1)
    scene.run(client=liar)
    assert scene.row(1).nonce is None
    scene.settle()
    scene.check(mined=[0, 1])
    assert scene.stand_ins() == []


def test_a_count_that_no_chain_can_have_changes_nothing(scene: Scene) -> None:
    scene.owe(0)
    for count in (2**63, 2**200):
        with pytest.raises(NodeUnavailable):
            scene.run(client=over(scene, eth_getTransactionCount=instead(hex(count))))
    assert scene.states() == ["queued"]


def test_anothers_use_of_the_key_is_believed_once_two_looks_find_it_final(scene: Scene) -> None:
    scene.owe(0)
    scene.run()
    scene.mine()
    scene.run()
    scene.foreign(1)
    scene.mine()
    scene.owe(1)
    scene.run(2)
    assert scene.states() == ["mined", "queued"]
    scene.mine()
    scene.run()
    assert scene.states() == ["mined", "queued"]
    scene.run()
    assert (scene.states(), scene.row(1).nonce) == (["mined", "broadcast"], 2)
    scene.mine()
    scene.run()
    scene.check(mined=[0, 1])


def test_a_wide_gap_is_not_paid_for(scene: Scene) -> None:
    scene.owe(0)
    far = MAX_IN_FLIGHT + 1
    scene.run(2, client=over(scene, eth_getTransactionCount=instead(hex(far))))
    assert scene.row(0).nonce == far
    scene.run(2, stuck_seconds=0)
    assert scene.stand_ins() == []
    assert f"{far} nonces below" in (scene.row(0).reason or "")
