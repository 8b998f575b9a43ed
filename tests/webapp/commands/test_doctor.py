"""`troth doctor`: every trouble has its check, says what it means and what to do."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, text, update

from chain.client import ChainClient
from chain.deploy import ASSET_REGISTRY, IDENTITY_REGISTRY
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from chain.errors import NodeUnavailable
from tests.support.databases import only_sqlite
from tests.support.wallet import Person
from tests.webapp.commands.conftest import Run
from webapp.columns import utc_now
from webapp.commands.doctor import examine
from webapp.commands.doctor.findings import Finding, Level
from webapp.extensions import db
from webapp.log.models import Anchor, Log
from webapp.outbox.models import Chain, Node, Registry, RegistryKind, Transaction
from workers.anchoring import sweep


def findings(app: Flask) -> dict[str, Finding]:
    with app.app_context():
        found = examine()
    for one in found:
        assert one.says.endswith((".", ")"))
        assert bool(one.do) == (one.level is not Level.OK)
    return {one.check: one for one in found}


def bad(app: Flask) -> dict[str, str]:
    return {name: str(one.level) for name, one in findings(app).items() if one.level != "ok"}


@pytest.fixture
def busy(
    app: Flask, alice: Person, seal_batch: Callable[[], None], anchor: Callable[[], None]
) -> Flask:
    """Give an instance with two batches."""
    for _ in range(2):
        alice.publish()
        seal_batch()
    anchor()
    return app


def change(app: Flask, statement: object) -> None:
    with app.app_context():
        db.session.execute(statement)  # type: ignore[call-overload]
        db.session.commit()


def test_a_healthy_instance_has_nothing_to_complain_of(busy: Flask) -> None:
    found = findings(busy)
    assert {one.level for one in found.values()} == {Level.OK}
    assert {"database", "migrations", "node", "instance", "contract", "finality", "counters"} < set(
        found
    )
    assert {"roots", "namespace", "key", "funds", "indexer", "transactions", "worker"} < set(found)


@only_sqlite
def test_a_node_that_is_away(busy: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise NodeUnavailable("http://node", "it refuses connections")

    monkeypatch.setattr(busy.extensions["troth_chain"], "head", away)
    found = findings(busy)
    assert found["node"].level == "fail"
    assert "Posting goes on" in found["node"].says
    assert "instance" not in found
    assert "transactions" in found


@only_sqlite
def test_a_wiped_chain(busy: Flask) -> None:
    fresh = DevNode(None)
    busy.extensions["troth_chain"] = ChainClient("fresh", provider=DevNodeProvider(fresh))
    with busy.app_context():
        sweep()
    found = findings(busy)
    assert "wiped" in found["instance"].says
    assert "troth anchors rebuild" in found["instance"].do
    assert found["indexer"].level == "fail"
    assert "funds" not in found
    fresh.close()


@only_sqlite
def test_a_wrong_chain_id(busy: Flask) -> None:
    change(busy, update(Chain).values(chain_id=1))
    found = findings(busy)
    assert found["instance"].level == "fail"
    assert "TROTH_CHAIN_URL" in found["instance"].do


@only_sqlite
def test_a_contract_that_is_gone(busy: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy.extensions["troth_chain"], "code", lambda *_: b"")
    assert findings(busy)["contract"].level == "fail"


@only_sqlite
def test_a_reorg_below_finality(busy: Flask, node: DevNode, alice: Person) -> None:
    snapshot = node.request("evm_snapshot", [])
    alice.publish()
    with busy.app_context():
        sweep()
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [9])
    node.request("evm_mine", [{"blocks": 2}])
    found = findings(busy)
    assert "below finality" in found["finality"].says
    assert "Compare with another node" in found["finality"].do


def test_a_database_from_an_older_backup(busy: Flask) -> None:
    change(busy, update(Log).values(next_sequence=1))
    change(busy, text("DELETE FROM anchors WHERE sequence = 1"))
    change(busy, text("UPDATE entries SET batch_id = NULL"))
    change(busy, text("DELETE FROM batches WHERE sequence = 1"))
    found = findings(busy)
    assert found["counters"].level == "fail"
    assert "older backup" in found["counters"].says
    assert "Restore the newest backup" in found["counters"].do


@only_sqlite
def test_a_root_that_the_chain_does_not_hold(busy: Flask) -> None:
    newest = update(Anchor).where(Anchor.sequence == 1)
    change(busy, newest.values(root=b"\x07" * 32, block_number=Anchor.block_number))
    assert findings(busy)["roots"].level == "fail"


@only_sqlite
def test_an_anchorer_without_funds(busy: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = busy.extensions["troth_chain"]
    monkeypatch.setattr(client, "balance", lambda *_: 0)
    assert bad(busy) == {"funds": "fail", "issuer": "warn"}
    monkeypatch.setattr(client, "balance", lambda *_: client.fees().max_fee * 600_000)
    assert bad(busy) == {"funds": "warn", "issuer": "warn"}


@only_sqlite
def test_another_key(busy: Flask) -> None:
    change(busy, update(Log).values(anchorer="0x" + "0a" * 20))
    assert findings(busy)["key"].level == "fail"


@pytest.mark.parametrize(
    ("state", "level"),
    [("reverted", "fail"), ("dead", "fail"), ("blocked_funds", "warn"), ("broadcast", "warn")],
)
def test_transactions_that_are_stuck_or_halted(busy: Flask, state: str, level: str) -> None:
    old = utc_now().replace(year=2020)
    change(busy, update(Transaction).values(state=state, reason="because", created_at=old))
    assert bad(busy) == {"transactions": level}


def test_a_transaction_that_no_batch_counts_on_is_history(busy: Flask) -> None:
    row = {"chain_ref": 1, "key": "anchor:1:0x00", "signer": "0x" + "00" * 20, "state": "dead"}
    row |= {"to": "0x" + "00" * 20, "data": b"", "gas": 1, "created_at": utc_now()}
    with busy.app_context():
        db.session.add(Transaction(**row))
        db.session.commit()
    assert bad(busy) == {}


@only_sqlite
def test_a_worker_that_is_silent(busy: Flask) -> None:
    change(busy, text("DELETE FROM job_claims"))
    assert "has ever swept" in findings(busy)["worker"].says


@only_sqlite
def test_a_node_that_lags_is_named(busy: Flask) -> None:
    row = {"name": "http://b", "state": "lagging", "breaker": "closed", "checked_at": utc_now()}
    with busy.app_context():
        db.session.add(Node(**row))
        db.session.commit()
    assert "http://b is lagging" in findings(busy)["nodes"].says


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_migrations_that_are_behind_or_ahead(busy: Flask, revision: str) -> None:
    with busy.app_context():
        current = db.session.scalar(text("SELECT version_num FROM alembic_version"))
        db.session.rollback()
    there = text("UPDATE alembic_version SET version_num = :revision")
    change(busy, there.bindparams(revision=revision))
    try:
        found = findings(busy)
    finally:
        change(busy, there.bindparams(revision=current))
    assert found["migrations"].level == "fail"
    assert list(found) == ["database", "migrations"]


def test_the_command_prints_findings_and_exit_codes(
    troth: Run, tmp_path: Path, rpc: str, busy: Flask, database_url: str
) -> None:
    here = {
        "database_url": database_url,
        "chain_port": rpc.rpartition(":")[2],
        "data_dir": tmp_path,
        "jwt_secret": busy.config["TROTH"].jwt_secret,
        "anchorer_key": busy.config["TROTH"].anchorer_key,
        "message_keys": busy.config["TROTH"].message_keys,
    }
    done = troth("doctor", **here)
    assert (done.code, done.err) == (0, "")
    assert "ok    instance" in done.out
    shown = json.loads(troth("doctor", "--json").out)
    assert shown["exit_code"] == 0
    assert {"check", "level", "says", "do"} == set(shown["checks"][0])
    change(busy, update(Chain).values(genesis=b"\x09" * 32))
    broken = troth("doctor")
    assert broken.code == 1
    assert "-> If the chain's data can be brought back" in broken.out
    planned = troth("anchors", "rebuild")
    assert (planned.code, planned.err) == (0, "")
    assert "troth anchors rebuild --yes" in planned.out
    assert troth("doctor", jwt_secret="short").code == 2


def test_without_a_database_it_says_how_to_begin(troth: Run, tmp_path: Path, app: Flask) -> None:
    here = app.config["TROTH"]
    keys = {"jwt_secret": here.jwt_secret, "message_keys": here.message_keys}
    keys |= {"anchorer_key": "0x" + "a1" * 32}
    done = troth("doctor", data_dir=tmp_path / "none", **keys)
    assert done.code == 1
    assert "There is no database" in done.out


def test_registries_that_are_missing_unknown_or_half_read(
    busy: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = Registry.kind == RegistryKind.IDENTITY
    change(busy, update(Registry).where(identity).values(read_to=1, first_block=0, until=9))
    found = findings(busy)["registries"]
    assert (found.level, found.says) == (
        "warn",
        "The past of IdentityRegistry is read up to block 1, of 9.",
    )
    change(busy, delete(Registry).where(identity))
    found = findings(busy)["registries"]
    assert (found.level, "IdentityRegistry is not known" in found.says) == ("fail", True)
    client = busy.extensions["troth_chain"]
    real = client.code
    for gone, check in ((IDENTITY_REGISTRY, "registries"), (ASSET_REGISTRY, "contract")):
        with monkeypatch.context() as patched:
            lost = gone.address
            patched.setattr(client, "code", lambda at, *_, no=lost: b"" if at == no else real(at))
            found = findings(busy)[check]
        # One that is followed belongs to the chain that is expected.
        assert found.level == "fail"
        assert found.do
