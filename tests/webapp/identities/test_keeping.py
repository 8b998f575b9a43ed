"""What is kept of claims: unreadable at rest, under keys that change, exported, counted, and gone in time."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from zipfile import ZipFile

from flask import Flask
from sqlalchemy import func, select, update

from chain.proofs.claim_file import parse_claim_file
from tests.support.domains import Mailbox
from tests.support.wallet import Person
from tests.webapp.identities.conftest import ask, configure, due, one
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.identities.erasing import KEPT
from webapp.identities.models import ClaimEvidence, ClaimMail
from webapp.identities.rotation import reencrypt_claims, rows_by_key
from webapp.status.metrics import metrics_text
from workers.chores import do_chores
from workers.upkeep import tidy

Tend = Callable[[], None]
NEW, OLD = "e2" * 32, "e1" * 32


def test_keys_change_under_everything_that_is_kept(app: Flask, carol: Person, tend: Tend) -> None:
    claim = ask(carol, "person", "Carol", evidence="My passport.")
    configure(app, message_keys=f"{NEW},{OLD}")
    with app.app_context():
        assert len(rows_by_key()) == 1
        assert reencrypt_claims() == 3  # value, evidence, pepper
        assert reencrypt_claims() == 0
        db.session.remove()
    configure(app, message_keys=NEW)
    assert one(carol, claim)["value"] == "Carol"
    # The pepper is the same: what was asked before is known again.
    assert ask(carol, "person", "Carol", status=200, evidence="x")["id"] == claim["id"]
    evidence = claim["evidence"][0]["id"]
    path = f"/claims/{claim['id']}/evidence/{evidence}"
    assert carol.call("GET", path).data == b"My passport."


def test_a_badge_whose_key_is_gone_costs_no_page(app: Flask, carol: Person, tend: Tend) -> None:
    ask(carol, "handle")
    tend()
    configure(app, message_keys=NEW)
    badge = carol.call("GET", f"/users/{carol.account}").json["badges"][0]
    assert (badge["state"], badge["value"]) == ("valid", None)


def test_an_export_holds_claims_their_files_and_the_evidence(
    app: Flask, carol: Person, tend: Tend
) -> None:
    handle = ask(carol, "handle")
    ask(carol, "person", "Carol", evidence="My passport.")
    tend()
    export = carol.call("POST", "/me/exports").json
    with app.app_context():
        do_chores()
    with (
        carol.call("GET", f"/me/exports/{export['id']}/download") as answer,
        ZipFile(io.BytesIO(answer.data)) as archive,
    ):
        names = archive.namelist()
        items = json.loads(archive.read("claims.json"))
        assert [(one["kind"], one["value"]) for one in items] == [
            ("handle", "carol@127.0.0.1:8000"),
            ("person", "Carol"),
        ]
        file = parse_claim_file(archive.read(f"claims/{handle['id']}.claim.json"))
        assert file.message.digest() == file.digest
        [evidence] = [name for name in names if name.startswith("claims/evidence/")]
        assert archive.read(evidence) == b"My passport."


def test_what_waits_is_counted(app: Flask, carol: Person, tend: Tend) -> None:
    ask(carol, "handle")
    ask(carol, "person", "Carol", evidence="x")
    with app.app_context():
        text = metrics_text().decode()
    assert 'troth_claims{state="checked"} 1.0' in text
    assert 'troth_claims{state="review"} 1.0' in text
    tend()
    with app.app_context():
        text = metrics_text().decode()
    assert 'troth_claims{state="checked"} 0.0' in text
    assert 'troth_claims{state="halted"} 0.0' in text


def test_notes_about_mail_are_kept_for_two_days(
    app: Flask, alice: Person, mailbox: Mailbox, tend: Tend
) -> None:
    claim = ask(alice, "email", "ada@example.org")
    tend()
    due(app, claim, tried_at=None)
    with app.app_context():
        with writing() as session:
            session.execute(
                update(ClaimMail).values(sent_at=utc_now() - timedelta(days=2, hours=1))
            )
        tidy()
        assert db.session.scalar(select(func.count(ClaimMail.id))) == 0


def test_evidence_and_what_was_withdrawn_are_erased_in_time(
    app: Flask, carol: Person, alice: Person, tend: Tend
) -> None:
    person = ask(carol, "person", "Carol", evidence="My passport.")
    waiting = ask(alice, "person", "Alice", evidence="My passport.")
    handle = ask(carol, "handle")
    tend()
    carol.call("DELETE", f"/claims/{handle['id']}")
    with app.app_context():
        due(app, person, checked_at=utc_now() - KEPT + timedelta(hours=1), method="review")
        due(app, handle, ended_at=utc_now() - KEPT + timedelta(hours=1))
        due(app, waiting, requested_at=utc_now() - KEPT - timedelta(hours=1))
        tidy()
        assert db.session.scalar(select(func.count(ClaimEvidence.id))) == 2
        db.session.remove()
        assert one(carol, handle)["value"] is not None
        due(app, person, checked_at=utc_now() - KEPT - timedelta(hours=1))
        due(app, handle, ended_at=utc_now() - KEPT - timedelta(hours=1))
        tidy()
        db.session.remove()
    assert (one(carol, person)["evidence"], one(carol, person)["value"]) == ([], "Carol")
    assert len(one(alice, waiting)["evidence"]) == 1
    assert one(carol, handle)["value"] is None
    tend()
    # The chain is told of the end all the same.
    assert one(carol, handle)["state"] == "revoked"
