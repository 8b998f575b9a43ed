"""A node that lies about nonces: what is paid for a false answer stays bounded; on anvil."""

from typing import Any

import pytest
from web3.types import RPCEndpoint, RPCResponse

from chain.client import ChainClient
from chain.errors import NodeUnavailable
from tests.workers.sending.scene import Scene
from tests.workers.sending.test_faults import Misbehaving, instead, over, refuse
from workers.sending.policy import MAX_IN_FLIGHT

pytestmark = pytest.mark.anvil


class Pruned(Misbehaving):
    """A node that has only the newest state."""

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        if method == "eth_call" and params[1] != "latest":
            return refuse(-32000, "missing trie node")(dict)
        return super().make_request(method, params)


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


def test_a_call_whose_nonce_seems_used_is_never_signed_for_another(scene: Scene) -> None:
    call = scene.owe_call("call:1", "0x" + "77" * 20, b"\x01", 30_000)
    scene.run()
    used = {"eth_getTransactionCount": instead("0x1"), "eth_getTransactionReceipt": instead(None)}
    scene.run(2, client=over(scene, **used))
    row = scene.by_id(call)
    assert (row.state, row.nonce) == ("reverted", 0)
    assert "an operator" in (row.reason or "")
    scene.run()
    assert scene.by_id(call).state in {"unknown", "broadcast"}
    scene.mine()
    scene.run()
    scene.mine()
    scene.run()
    assert scene.by_id(call).state == "final"
    assert len(scene.attempts()) == 1


def test_a_call_whose_nonce_another_used_is_left_to_an_operator(scene: Scene) -> None:
    call = scene.owe_call("call:1", "0x" + "77" * 20, b"\x01", 30_000)
    scene.run()
    scene.rpc("anvil_dropAllTransactions")
    scene.foreign(0)
    scene.mine(2)
    scene.run(4)
    assert (scene.by_id(call).state, scene.by_id(call).nonce) == ("reverted", 0)
    assert len(scene.attempts()) == 1


def test_a_state_that_no_node_has_stops_only_its_own_row(scene: Scene) -> None:
    scene.owe(0)
    scene.run()
    scene.foreign(0)
    scene.mine(2)
    call = scene.owe_call("call:1", "0x" + "77" * 20, b"\x01", 30_000)
    scene.run(3, client=ChainClient("pruned", provider=Pruned(scene.client.url, {})))
    assert scene.states() == ["unknown"]
    assert "cannot be told" in (scene.row(0).reason or "")
    scene.settle()
    assert scene.by_id(call).state in {"mined", "final"}
    scene.check(mined=[0])
