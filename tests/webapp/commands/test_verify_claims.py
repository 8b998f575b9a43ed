"""`troth verify` on claim files, and on bundles that carry some; `troth claims` and the doctor beside them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from chain.contracts import ClaimStatus
from chain.deployments import list_deployments
from chain.devnode.node import DevNode
from chain.proofs.claim_file import parse_claim_file
from tests.support import instance
from tests.support.wallet import PASSWORD, Person
from webapp.commands.doctor import examine
from webapp.database import writing
from webapp.extensions import db
from webapp.identities import states
from webapp.identities.kinds import MOST_SENDS
from webapp.identities.models import ClaimEvent, IdentityClaim
from webapp.outbox.models import Transaction, TransactionState
from workers.anchoring import sweep
from workers.identities import tend_claims

from .conftest import Run, Verify, change, verdicts

HOLDS, FAILS, UNUSABLE, UNDECIDED = 0, 1, 2, 3
OTHER = "0x" + "ab" * 20


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Once on SQLite is enough: verifying opens no database, and the rest is tested on both elsewhere."""
    return instance.copied_sqlite(sqlite_template, tmp_path)


@pytest.fixture
def claim(app: Flask, carol: Person) -> dict[str, Any]:
    """Give a claim of Carol's that is final."""
    made: dict[str, Any] = carol.call("POST", "/claims", {"kind": "handle"}).json
    with app.app_context():
        tend_claims()
        sweep()
        sweep()
    return made


@pytest.fixture
def file(tmp_path: Path, carol: Person, claim: dict[str, Any]) -> Path:
    answer = carol.call("GET", f"/claims/{claim['id']}/file")
    assert answer.content_type == "application/vnd.troth.claim+json"
    path = tmp_path / "carol.claim.json"
    path.write_bytes(answer.data)
    return path


def test_a_claim_file_holds_until_it_is_revoked(
    app: Flask, carol: Person, claim: dict[str, Any], file: Path, verify: Verify
) -> None:
    done = verify(file, "--json")
    assert (done.code, done.err) == (HOLDS, "")
    assert verdicts(done) == {"integrity": "pass", "issuer": "pass", "status": "pass"}
    said = json.loads(done.out)
    assert (said["kind"], said["value"]) == ("handle", "carol@127.0.0.1:8000")
    assert "Everything that was asked for holds." in verify(file).out
    assert carol.call("DELETE", f"/claims/{claim['id']}").status_code == 200
    with app.app_context():
        tend_claims()
        sweep()
    done = verify(file)
    assert done.code == FAILS
    assert "revoked on" in done.out
    assert "subject asked for that" in done.out


@pytest.mark.parametrize(
    ("part", "edit"),
    [
        ("integrity", lambda claim: claim["message"].update(value="ada@127.0.0.1:8000")),
        ("integrity", lambda claim: claim["message"].update(salt="0x" + "01" * 32)),
        ("issuer", lambda claim: claim.update(issuer=OTHER)),
        ("status", lambda claim: claim["domain"].update(verifyingContract=OTHER)),
        ("status", lambda claim: claim["domain"].update(chainId=1)),
        ("status", lambda claim: claim.update(digest="0x" + "02" * 32)),
    ],
)
def test_a_forged_claim_file_fails(
    verify: Verify, file: Path, part: str, edit: Callable[[dict[str, Any]], Any]
) -> None:
    done = verify(change(file, edit), "--json")
    assert (done.code, verdicts(done)[part]) == (FAILS, "fail")


@pytest.mark.parametrize(
    "edit",
    [
        lambda claim: claim.update(more=1),
        lambda claim: claim.pop("issuer"),
        lambda claim: claim.update(troth=2),
        lambda claim: claim.update(issuer="0x" + "AB" * 20),
        lambda claim: claim["message"].update(value=7),
        lambda claim: claim["message"].update(value="x" * 1_001),
        lambda claim: claim["domain"].update(chainId=True),
    ],
)
def test_a_malformed_claim_file_is_unusable(
    verify: Verify, file: Path, edit: Callable[[dict[str, Any]], Any]
) -> None:
    done = verify(change(file, edit))
    assert (done.code, "cannot be verified" in done.err) == (UNUSABLE, True)


def test_pins_come_from_the_caller_alone(
    troth: Run, verify: Verify, file: Path, data_dir: Path, rpc: str, tmp_path: Path
) -> None:
    (record,) = list_deployments(data_dir)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert troth("verify", file, "--rpc", rpc, data_dir=empty).code == UNDECIDED
    chain = ("--chain-id", record.chain_id, "--genesis", "0x" + record.genesis.hex())
    assert record.identity_registry is not None
    registry = ("--registry", record.identity_registry.address)
    for given, code in (
        (chain, UNDECIDED),
        ((*chain, *registry), UNDECIDED),
        ((*chain, *registry, "--issuer", record.issuer), HOLDS),
        ((*chain, *registry, "--issuer", OTHER, "--issuer", record.issuer), HOLDS),
        ((*chain, *registry, "--issuer", OTHER), FAILS),
        ((*chain, "--registry", OTHER, "--issuer", record.issuer), FAILS),
    ):
        done = troth("verify", file, "--rpc", rpc, "--depth", 0, *given, data_dir=empty)
        assert done.code == code, (given, done.out)
    assert verify(file, "--issuer", "0x12").code == UNUSABLE
    offline = verify(file, "--offline")
    assert (offline.code, "nobody vouches" in offline.out) == (HOLDS, True)
    assert verify(file, "--api", "http://127.0.0.1:1").code == UNUSABLE


def test_a_claim_that_is_not_deep_enough_is_undecided(
    verify: Verify, file: Path, node: DevNode
) -> None:
    head = int(node.request("eth_blockNumber", []), 16)
    assert verify(file, "--depth", head).code == UNDECIDED
    node.request("evm_mine", [{"blocks": 5}])
    assert verify(file, "--depth", 5).code == HOLDS


def test_a_bundle_carries_what_its_author_shows_as_of_its_anchor(
    app: Flask,
    carol: Person,
    claim: dict[str, Any],
    verify: Verify,
    tmp_path: Path,
    anchor: Callable[[], None],
) -> None:
    post = carol.call("POST", "/posts", {"text": "vouched for"}).json
    anchor()
    path = f"/posts/{post['id']}/bundle"
    assert carol.call("GET", path).json["claims"] == []
    answer = carol.call("GET", f"{path}?claims=true")
    assert [one["digest"] for one in answer.json["claims"]] == [claim["digest"]]
    bundle = tmp_path / "post.troth.json"
    bundle.write_bytes(answer.data)
    done = verify(bundle, "--json")
    assert done.code == HOLDS
    [report] = json.loads(done.out)["claims"]
    assert [one["verdict"] for one in report["results"]] == ["pass", "pass", "pass"]
    # Taken back later: it stood when the post was anchored, and a bundle that was given says so still.
    carol.call("DELETE", f"/claims/{claim['id']}")
    with app.app_context():
        tend_claims()
        sweep()
    assert verify(bundle).code == HOLDS
    later = carol.call("POST", "/posts", {"text": "not any more"}).json
    anchor()
    assert carol.call("GET", f"/posts/{later['id']}/bundle?claims=true").json["claims"] == []
    # Given anew it discloses nothing that was taken back.
    assert carol.call("GET", f"{path}?claims=true").json["claims"] == []
    # Put into the bundle of a record before or after which it did not stand, it fails.
    other = tmp_path / "later.troth.json"
    other.write_bytes(carol.call("GET", f"/posts/{later['id']}/bundle").data)
    change(other, lambda one: one.update(claims=answer.json["claims"]))
    done = verify(other)
    assert (done.code, "revoked on" in done.out) == (FAILS, True)
    # A claim about somebody else proves nothing here.
    forged = answer.json["claims"][0]
    forged["message"]["subject"] = OTHER
    change(bundle, lambda one: one.update(claims=[forged]))
    assert verify(bundle).code == FAILS
    change(bundle, lambda one: one.update(claims=[{"x": 1}]))
    assert verify(bundle).code == UNUSABLE
    change(bundle, lambda one: one.update(claims=[forged] * 17))
    assert verify(bundle).code == UNUSABLE


def test_what_is_not_shown_is_in_no_bundle(
    app: Flask, carol: Person, claim: dict[str, Any], anchor: Callable[[], None]
) -> None:
    assert carol.call("PATCH", f"/claims/{claim['id']}", {"shown": False}).status_code == 200
    post = carol.call("POST", "/posts", {"text": "nobody's business"}).json
    anchor()
    assert carol.call("GET", f"/posts/{post['id']}/bundle?claims=true").json["claims"] == []
    file = parse_claim_file(carol.call("GET", f"/claims/{claim['id']}/file").data)
    assert file.message.digest() == file.digest


def test_the_operator_lists_and_revokes(
    app: Flask, troth: Run, carol: Person, claim: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.create_app", lambda: app)
    done = troth("claims", "list")
    assert claim["id"] in done.out
    assert "carol@" not in done.out
    assert "Waiting: nothing." in done.out
    assert "carol@" in troth("claims", "list", "--values").out
    done = troth("claims", "revoke", claim["id"], "--reason", "It was a test.", "--number", "1")
    assert (done.code, "is revoking" in done.out) == (0, True)
    with app.app_context():
        tend_claims()
        sweep()
    shown = carol.call("GET", f"/claims/{claim['id']}").json
    assert (shown["state"], shown["reason"]) == ("revoked", "It was a test.")
    assert troth("claims", "revoke", claim["id"], "--reason", "again").code == 1
    assert claim["id"] not in troth("claims", "list").out
    assert claim["id"] in troth("claims", "list", "--all").out


def test_the_doctor_says_who_vouches_and_what_waits(
    app: Flask, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> dict[str, tuple[str, str]]:
        with app.app_context():
            checks = {one.check: (str(one.level), one.says) for one in examine()}
            db.session.remove()
        return checks

    assert found()["issuer"][0] == found()["claims"][0] == "ok"
    client: ChainClient = app.extensions["troth_chain"]
    monkeypatch.setattr(client, "balance", lambda *_: 0)
    assert found()["issuer"][0] == "warn"
    monkeypatch.setattr("webapp.commands.doctor.identities.issuer_signer", lambda _: None)
    level, says = found()["issuer"]
    assert (level, "vouches for nobody" in says) == ("ok", True)


def test_the_operator_has_a_refused_revocation_sent_again_also_for_who_is_gone(
    app: Flask, troth: Run, carol: Person, claim: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.create_app", lambda: app)
    assert troth("claims", "retry", claim["id"]).code == 1
    assert carol.call("DELETE", "/me", {"password": PASSWORD}).status_code == 204
    with app.app_context():
        tend_claims()
        with writing() as session:
            row = session.get_one(IdentityClaim, UUID(claim["id"]))
            row.tries = MOST_SENDS
            session.get_one(Transaction, row.revocation_id).state = TransactionState.DEAD
        db.session.remove()
    listed = troth("claims", "list").out
    assert f"halted  ({states.REFUSED_END})" in listed
    done = troth("claims", "retry", claim["id"])
    assert (done.code, "is revoking" in done.out) == (0, True)
    with app.app_context():
        tend_claims()
        sweep()
        events = select(ClaimEvent.status).order_by(ClaimEvent.block_number)
        assert db.session.scalars(events).all() == [ClaimStatus.VALID, ClaimStatus.REVOKED]
        db.session.remove()
    assert claim["id"] not in troth("claims", "list").out
