"""What an operator asks for by hand: a halted call owed again, a wide gap closed; on anvil."""

import pytest
from sqlalchemy import update

from chain.client import ChainClient
from tests.workers.sending.scene import Scene
from tests.workers.sending.test_faults import instead, over, refuse
from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.again import MOST_FILLED, fill_gap, find_call, find_gap, owe_call
from webapp.outbox.errors import NoGapError, NotOwedAgainError, UnknownTransactionError
from webapp.outbox.models import Chain, ChainState, Transaction
from workers.sending.policy import MAX_IN_FLIGHT

pytestmark = pytest.mark.anvil
OTHER = "0x" + "77" * 20
FAR = MAX_IN_FLIGHT + 1


def ask(scene: Scene, row: int, client: ChainClient | None = None, depth: int = 1) -> None:
    call = find_call(db.session(), client or scene.client, row, depth)
    db.session.rollback()
    with writing() as session:
        owe_call(session, call)


def refusal(scene: Scene, row: int, client: ChainClient | None = None, depth: int = 1) -> str:
    before = scene.by_id(row)
    with pytest.raises(NotOwedAgainError) as refused:
        ask(scene, row, client, depth)
    after = scene.by_id(row)
    assert (after.state, after.nonce) == (before.state, before.nonce)
    return refused.value.problem


def put(row: int, **values: object) -> None:
    with writing() as session:
        session.execute(update(Transaction).where(Transaction.id == row).values(**values))


@pytest.fixture
def halted(scene: Scene) -> int:
    """Give a call that is halted since another transaction used its nonce."""
    call = scene.owe_call("call:1", OTHER, b"\x01", 30_000)
    scene.run()
    scene.rpc("anvil_dropAllTransactions")
    scene.foreign(0)
    scene.mine(2)
    scene.run(2)
    assert scene.by_id(call).state == "reverted"
    return call


def test_a_call_whose_nonce_another_used_is_made_once_under_a_new_nonce(
    scene: Scene, halted: int
) -> None:
    found = find_call(db.session(), scene.client, halted, 1)
    assert (found.nonce, found.to, scene.by_id(halted).state) == (0, OTHER, "reverted")
    ask(scene, halted)
    row = scene.by_id(halted)
    assert (row.state, row.nonce, row.failures) == ("queued", None, 0)
    assert "An operator" in (row.reason or "")
    assert "queued" in refusal(scene, halted)
    with writing() as session, pytest.raises(NotOwedAgainError, match="queued meanwhile"):
        owe_call(session, found)
    for _ in range(4):
        scene.run()
        scene.mine()
    row = scene.by_id(halted)
    assert (row.state, row.nonce) == ("final", 1)
    assert [(one.nonce, one.state) for one in scene.stand_ins()] == [(0, "final")]
    assert scene.client.nonce(scene.signer.address) == 2
    assert "its call was made" in refusal(scene, halted)


def test_nothing_is_owed_again_while_an_old_attempt_may_be_mined_or_was(
    scene: Scene, halted: int
) -> None:
    uncounted = over(scene, eth_getTransactionCount=instead("0x0"))
    assert "can still be mined" in refusal(scene, halted, uncounted)
    assert "not used for good" in refusal(scene, halted, depth=1_000)
    pruned = over(scene, eth_getTransactionCount=refuse(-32000, "missing trie node"))
    assert "no node tells" in refusal(scene, halted, pruned)
    put(halted, nonce=None)
    assert "may still be mined" in refusal(scene, halted)
    put(halted, state="broadcast", nonce=0)
    assert "can still be mined" in refusal(scene, halted)


def test_a_call_that_was_made_after_all_is_refused(scene: Scene) -> None:
    call = scene.owe_call("call:1", OTHER, b"\x01", 30_000)
    scene.run()
    scene.mine(2)
    put(call, state="reverted")
    assert "was made in block" in refusal(scene, call)


def test_what_no_operator_decides_on_is_refused(scene: Scene, halted: int) -> None:
    put(halted, state="dead")
    assert "given up" in refusal(scene, halted)
    put(halted, state="final")
    assert "its call was made" in refusal(scene, halted)
    put(halted, state="reverted", key="nonce:1:2:3")
    assert "no call" in refusal(scene, halted)
    scene.owe(0)
    put(scene.ids[0], state="reverted")
    assert "troth anchors rebuild" in refusal(scene, scene.ids[0])
    with pytest.raises(UnknownTransactionError):
        ask(scene, 999_999)


def test_on_a_halted_or_another_chain_nothing_is_owed_again(scene: Scene, halted: int) -> None:
    chain = update(Chain).where(Chain.id == scene.chain_ref)
    with writing() as session:
        session.execute(chain.values(state=ChainState.HALTED_DEEP))
    assert "the chain is halted" in refusal(scene, halted)
    with writing() as session:
        session.execute(chain.values(state=ChainState.FOLLOWING, genesis=b"\x05" * 32))
    assert "another chain" in refusal(scene, halted)


def test_a_wide_gap_is_closed_when_an_operator_says_so(scene: Scene) -> None:
    scene.owe(0)
    scene.run(2, client=over(scene, eth_getTransactionCount=instead(hex(FAR))))
    scene.run(stuck_seconds=0)
    assert f"close-gap {scene.ids[0]}" in (scene.row(0).reason or "")
    with writing() as session:
        gap = find_gap(session, scene.client, scene.ids[0])
        assert (gap.nonces, gap.gas) == (tuple(range(FAR)), FAR * 21_000)
        fill_gap(session, gap)
    for _ in range(4):
        scene.run()
        scene.mine()
    scene.run()
    assert (scene.states(), scene.row(0).nonce) == (["mined"], FAR)
    assert sorted(one.nonce or 0 for one in scene.stand_ins()) == list(range(FAR))
    scene.check(mined=[0])


def test_where_there_is_no_gap_nothing_is_closed(scene: Scene, halted: int) -> None:
    scene.owe(0)
    scene.run()
    for row, problem in ((scene.ids[0], "are owned"), (halted, "holds no nonce that waits")):
        with writing() as session, pytest.raises(NoGapError, match=problem):
            find_gap(session, scene.client, row)
    put(scene.ids[0], nonce=3 * MOST_FILLED)
    with writing() as session, pytest.raises(NoGapError, match="the chain counts 1"):
        find_gap(session, scene.client, scene.ids[0])
