"""Transactions that a reorg leaves in an odd place are picked up again; on anvil."""

import pytest

from tests.workers.sending.scene import Scene
from tests.workers.sending.test_faults import over, refuse
from webapp.database import writing
from webapp.outbox.models import SignerRole, Transaction, TransactionState
from webapp.outbox.service import register_signer, stand_in_for
from workers.sending import rows

pytestmark = pytest.mark.anvil


@pytest.mark.parametrize("state", [TransactionState.ORPHANED, TransactionState.UNKNOWN])
def test_what_waits_without_a_nonce_gets_one(scene: Scene, state: TransactionState) -> None:
    scene.owe(0, 1)
    with writing() as session:
        session.get_one(Transaction, scene.ids[0]).state = state
    scene.settle()
    assert [scene.row(sequence).nonce for sequence in (0, 1)] == [0, 1]
    scene.check(mined=[0, 1])


def test_a_nonce_that_a_no_op_had_used_is_used_again_when_a_reorg_frees_it(scene: Scene) -> None:
    with writing() as session:
        mine = (scene.chain_ref, scene.signer.address)
        register_signer(session, *mine, SignerRole.ANCHORER)
        session.add(Transaction(**stand_in_for(*mine, 0, TransactionState.FINAL)))
    scene.owe(0)
    scene.settle()
    assert [(one.nonce, one.state) for one in scene.stand_ins()] == [(0, "final")]
    assert scene.row(0).nonce == 1
    scene.check(mined=[0])


def test_a_re_send_that_is_refused_keeps_the_answer_and_is_looked_up(scene: Scene) -> None:
    scene.owe(0, 1)
    scene.run()
    scene.rpc("anvil_dropAllTransactions")
    refused = {"eth_sendRawTransaction": refuse(-32000, "txpool is full")}
    scene.run(client=over(scene, **refused))
    assert scene.states() == ["unknown", "broadcast"]
    assert "txpool is full" in (scene.attempts(0)[0].answer or "")
    scene.settle()
    assert len(scene.attempts()) == 2
    scene.check(mined=[0, 1])


def test_many_mined_rows_hide_none_that_waits(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS_PER_RUN", 2)
    scene.owe(0, 1, 2, 3)
    scene.settle()
    scene.owe(4, 5)
    scene.run()
    assert [scene.row(one).nonce for one in (4, 5)] == [4, 5]
    assert {one.id for one in scene.sending().ledger.live()} > {scene.ids[4], scene.ids[5]}
    scene.settle()
    scene.check(mined=[0, 1, 2, 3, 4, 5])
