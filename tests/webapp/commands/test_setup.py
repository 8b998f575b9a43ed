"""Setting up: once is enough, again changes nothing, and nothing that was proved is papered over."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from chain import deploy
from chain.deploy import ANCHOR_LOG, ASSET_REGISTRY, IDENTITY_REGISTRY, check_code
from chain.deployments import Deployment, list_deployments
from chain.devnode.node import DevNode
from chain.local import LocalChain
from tests.support import instance
from tests.support.wallet import Person
from webapp.commands.setup import SetupError, open_deployed, set_up
from webapp.extensions import Base, db
from webapp.log.models import Log
from webapp.log.service import current_log
from webapp.signers import anchorer_signer
from workers.anchoring import index, seal, send, sweep


def rows(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    with app.app_context():
        tables = Base.metadata.sorted_tables
        found = {
            table.name: sorted((tuple(row) for row in db.session.execute(select(table))), key=repr)
            for table in tables
        }
        db.session.rollback()
        return found


def height(node: DevNode) -> int:
    return int(node.request("eth_blockNumber", []), 16)


def test_setting_up_again_changes_nothing(
    app: Flask, node: DevNode, alice: Person, anchor: Callable[[], None], tmp_path: Path
) -> None:
    with app.app_context():
        first = set_up()
    alice.publish()
    anchor()
    before = (rows(app), height(node), list_deployments(tmp_path))
    assert before[2] == [first]
    with app.app_context():
        assert set_up() == first
    assert (rows(app), height(node), list_deployments(tmp_path)) == before


def test_what_an_earlier_release_did_not_deploy_is_added(emptied: Callable[..., Flask]) -> None:
    bare, chain = emptied(), LocalChain.embedded()
    bare.extensions["troth_chain"] = chain.client
    with bare.app_context():
        here = bare.config["TROTH"]
        earlier = prepare_as_before(chain, anchorer_signer(here).address)
        earlier.save(here.data_dir)
        open_deployed(here, chain.client, earlier)
        log = current_log(db.session())
        db.session.rollback()
        upgraded = set_up()
        assert current_log(db.session()) == log
        db.session.remove()
        db.engine.dispose()
    assert upgraded == dataclasses.replace(
        earlier,
        identity_registry=upgraded.identity_registry,
        asset_registry=upgraded.asset_registry,
        issuer=upgraded.issuer,
    )
    assert upgraded.issuer is not None
    assert list_deployments(here.data_dir) == [upgraded]
    for place, contract in (
        (upgraded.identity_registry, IDENTITY_REGISTRY),
        (upgraded.asset_registry, ASSET_REGISTRY),
    ):
        assert check_code(chain.client, place.address, contract) == place.code_hash


def prepare_as_before(chain: LocalChain, anchorer: str) -> Deployment:
    """Deploy AnchorLog alone, as releases did that knew no other contract."""
    place = deploy._ensure(chain.sender(), ANCHOR_LOG)
    chain.mine(20)
    return Deployment(
        chain_id=chain.client.chain_id(),
        genesis=chain.client.genesis(),
        contract=place.address,
        code_hash=place.code_hash,
        block=place.block,
        anchorer=anchorer,
    )


def test_a_database_whose_log_is_on_another_chain_is_refused(app: Flask) -> None:
    other = DevNode(None)
    before = rows(app)
    with pytest.raises(SetupError) as refused:
        instance.use_node(app, other)
    words = str(refused.value)
    assert words.startswith("The database's log is on chain ")
    assert other.request("eth_getBlockByNumber", ["0x0", False])["hash"] in words
    assert "Bring the chain's data back; if it is lost, `troth anchors rebuild`" in words
    assert words.endswith("`troth doctor` says more.")
    assert rows(app) == before
    other.close()


def test_nothing_is_sent_to_a_chain_that_is_refused(app: Flask) -> None:
    other = DevNode(None)
    with pytest.raises(SetupError):
        instance.use_node(app, other)
    assert height(other) == 0
    other.close()


@pytest.fixture
def emptied(sqlite_template: Path, tmp_path: Path) -> Callable[..., Flask]:
    """Give a function that makes the same application on an empty database."""

    def make(**overrides: str) -> Flask:
        folder = tmp_path / "emptied"
        folder.mkdir()
        url = instance.copied_sqlite(sqlite_template, folder)
        return instance.make_app(folder, url, **overrides)

    return make


def test_a_lost_database_is_refused_while_the_chain_holds_its_batches(
    alice: Person, anchor: Callable[[], None], node: DevNode, emptied: Callable[..., Flask]
) -> None:
    alice.publish()
    anchor()
    bare = emptied()
    with pytest.raises(SetupError, match=r"The chain holds 1 batches of 0x[0-9a-f]{40}"):
        instance.use_node(bare, node)
    with bare.app_context():
        assert db.session.scalars(select(Log)).all() == []
        db.session.remove()
        db.engine.dispose()


def test_a_lost_database_begins_a_new_log_with_a_fresh_anchorer(
    alice: Person, anchor: Callable[[], None], node: DevNode, emptied: Callable[..., Flask]
) -> None:
    alice.publish()
    anchor()
    bare = emptied(anchorer_key="0x" + "a2" * 32)
    instance.use_node(bare, node)
    with bare.app_context():
        (log,) = db.session.scalars(select(Log))
        assert (log.next_sequence, log.next_position) == (0, 0)
        assert log.anchorer != alice.log()["anchorer"]
        db.session.remove()
        db.engine.dispose()


def another_anchorer(folder: Path, database_url: str) -> Flask:
    return instance.make_app(folder, database_url, anchorer_key="0x" + "a2" * 32)


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_another_anchorer_is_refused_while_records_of_the_earlier_log_are_not_final(
    app: Flask, node: DevNode, alice: Person, database_url: str, tmp_path: Path
) -> None:
    alice.publish()
    other = another_anchorer(tmp_path, database_url)
    for stage in ("saved", "sealed", "sent"):
        before = rows(app)
        with pytest.raises(SetupError) as caught:
            instance.use_node(other, node)
        words = str(caught.value)
        assert words.startswith("Records of an earlier log are not final yet, and 0x"), stage
        assert "Start with the earlier TROTH_ANCHORER_KEY until they are" in words
        assert rows(app) == before
        with app.app_context():
            {"saved": seal, "sealed": send, "sent": index}[stage](1)
    instance.use_node(other, node)
    close(other)


def test_another_anchorer_begins_a_new_log_once_everything_is_final(
    node: DevNode,
    alice: Person,
    anchor: Callable[[], None],
    database_url: str,
    tmp_path: Path,
) -> None:
    post = alice.publish().json
    before = alice.log()
    anchor()
    other = another_anchorer(tmp_path, database_url)
    instance.use_node(other, node)
    alice = alice.again(other.test_client())
    after = alice.log()
    assert after["domain"] == before["domain"]
    assert after["anchorer"] != before["anchorer"]
    assert alice.publish().status_code == 201
    with other.app_context():
        sweep()
    shown = alice.call("GET", f"/users/{alice.account}/posts").json["items"]
    assert [one["anchoring"]["state"] for one in shown] == ["final", "final"]
    anchorers = [
        alice.call("GET", f"/posts/{one['id']}/bundle").json["anchor"]["anchorer"] for one in shown
    ]
    assert anchorers == [after["anchorer"], before["anchorer"]]
    assert shown[1]["id"] == post["id"]
    close(other)
