"""A whole application anchors on the fake node: what is published becomes final there."""

from pathlib import Path

from sqlalchemy import select

from chain.signer import LocalSigner
from tests.support.fakenode import FakeNode, Fault, Scripted
from tests.support.fakenode.application import use_fake_node
from tests.support.fakenode.blocks import GAS_LIMIT
from tests.support.instance import SECRETS, make_app
from tests.support.wallet import Person
from webapp.database import writing
from webapp.extensions import db
from webapp.log.models import Anchor
from webapp.outbox.models import SignerRole, Transaction
from webapp.outbox.service import owe
from workers.anchoring import sweep

SWEEPS = 6


def test_a_post_is_anchored_although_an_answer_is_lost(database_url: str, tmp_path: Path) -> None:
    app = make_app(tmp_path, database_url)
    node = FakeNode(8)
    lost = Scripted([("eth_sendRawTransaction", Fault.TIMEOUT_AFTER)])
    use_fake_node(app, node, lost)
    Person(app.test_client()).sign_in().publish()
    with app.app_context():
        for _ in range(SWEEPS):
            sweep()
            node.mine()
        roots = list(db.session.scalars(select(Anchor.root).where(Anchor.final_at.is_not(None))))
        db.session.remove()
        db.engine.dispose()
    anchorer = LocalSigner(bytes.fromhex(SECRETS["anchorer_key"][2:])).address
    assert lost.left == 0
    assert len(roots) == 1
    assert list(node.successes(anchorer)) == roots
    assert len(node.truth.sent(anchorer)) == 1


def test_a_call_that_no_node_takes_is_halted_and_holds_nothing_up(
    database_url: str, tmp_path: Path
) -> None:
    app = make_app(tmp_path, database_url)
    node = FakeNode(8)
    use_fake_node(app, node)
    anchorer = LocalSigner(bytes.fromhex(SECRETS["anchorer_key"][2:])).address
    with app.app_context():
        with writing() as session:
            call = {
                "key": "call:1",
                "to": anchorer,
                "data": b"\x01",
                "gas": GAS_LIMIT + 1,
                "signer": anchorer,
            }
            owed = owe(session, chain_ref=1, role=SignerRole.ANCHORER, **call).id
        Person(app.test_client()).sign_in().publish()
        for _ in range(SWEEPS):
            sweep()
            node.mine()
        row = db.session.get_one(Transaction, owed, populate_existing=True)
        assert row.state == "reverted"
        assert "exceeds block gas limit" in (row.reason or "")
        assert len(node.successes(anchorer)) == 1
        assert len(node.truth.sent(anchorer)) == 2
        db.session.remove()
        db.engine.dispose()
