"""Transactions that a reorg leaves in an odd place are picked up again; on anvil."""

import pytest

from tests.workers.sending.scene import Scene
from webapp.database import writing
from webapp.outbox.models import Transaction, TransactionState

pytestmark = pytest.mark.anvil


@pytest.mark.parametrize("state", [TransactionState.ORPHANED, TransactionState.UNKNOWN])
def test_what_waits_without_a_nonce_gets_one(scene: Scene, state: TransactionState) -> None:
    scene.owe(0, 1)
    with writing() as session:
        session.get_one(Transaction, scene.ids[0]).state = state
    scene.settle()
    assert [scene.row(sequence).nonce for sequence in (0, 1)] == [0, 1]
    scene.check(mined=[0, 1])
