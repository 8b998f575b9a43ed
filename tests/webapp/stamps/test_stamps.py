"""Stamps: made, listed, proved and deleted; seen by nobody but their owner."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from chain.proofs.records import Kind
from tests.support.answers import nothing_written, refused
from tests.support.wallet import PASSWORD, Person
from webapp.commands.audit import audit_database, audit_rows
from webapp.events.models import Event
from webapp.extensions import db
from webapp.log.models import Entry

DIGEST, OTHER = "0x" + "ab" * 32, "0x" + "cd" * 32


def stamped(person: Person, digest: str = DIGEST, **changes: Any) -> dict[str, Any]:
    answer = person.stamp(person.stamp_record(digest, **changes))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def test_a_signed_stamp_is_made_once_proved_and_deleted(
    app: Flask, alice: Person, bob: Person, visitor: Person, anchor: Callable[[], None]
) -> None:
    message = alice.stamp_record(DIGEST, about="report.pdf")
    made = alice.stamp(message).json
    assert made | {"anchoring": None, "created_at": None} == {
        "id": made["id"],
        "author": alice.address,
        "account": alice.account,
        "about": "report.pdf",
        "digest": DIGEST,
        "content": alice.content_of(Kind.STAMP, message),
        "created_at": None,
        "deleted_at": None,
        "anchoring": None,
    }
    again = alice.stamp(message)
    assert (again.status_code, again.json["id"]) == (200, made["id"])
    path = f"/stamps/{made['id']}"
    assert alice.call("GET", f"{path}/bundle").status_code == 409
    anchor()
    assert alice.call("GET", path).json["anchoring"]["state"] == "final"
    bundle = json.loads(alice.call("GET", f"{path}/bundle").data)
    assert (bundle["type"], bundle["message"]) == ("Stamp", message)
    for stranger in (bob, visitor):
        refused(stranger.call("GET", path), 404, "stamp_not_found")
        refused(stranger.call("GET", f"{path}/bundle"), 404, "stamp_not_found")
    body = bob.sign(Kind.DELETION, bob.deletion_record(made))
    refused(bob.call("DELETE", path, body), 404, "stamp_not_found")
    body = alice.sign(Kind.DELETION, alice.deletion_record(made))
    gone = alice.call("DELETE", path, body).json
    assert (gone["about"], gone["digest"], gone["deleted_at"] is None) == (None, None, False)
    refused(alice.stamp(message | {"salt": OTHER}), 409, "record_ended")
    anchor()
    assert json.loads(alice.call("GET", f"{path}/bundle").data)["type"] == "Deletion"
    old = json.loads(alice.call("GET", f"{path}/bundle?content={made['content']}").data)
    assert (old["type"], old["message"]) == ("Stamp", None)
    refused(alice.call("GET", f"{path}/bundle?content={OTHER}"), 404, "stamp_content_unknown")
    with app.app_context():
        events = db.session.scalars(select(Event.type).where(Event.subject == made["id"]))
        assert sorted(events) == ["stamp.created", "stamp.deleted"]
        kept = db.session.scalars(select(Entry.message).where(Entry.kind == int(Kind.STAMP)))
        assert list(kept) == [None]
        assert audit_database().counts == {}


def test_without_a_wallet_a_digest_is_enough(
    app: Flask, carol: Person, alice: Person, anchor: Callable[[], None]
) -> None:
    answer = carol.call("POST", "/stamps", {"digest": DIGEST, "about": "mine"})
    made = answer.json
    assert (answer.status_code, made["digest"], made["about"]) == (201, DIGEST, "mine")
    anchor()
    bundle = json.loads(carol.call("GET", f"/stamps/{made['id']}/bundle").data)
    assert (bundle["signature"], bundle["account"]) == (None, carol.account)
    refused(alice.call("POST", "/stamps", {"digest": DIGEST}), 422, "signature_required")
    gone = carol.call("DELETE", f"/stamps/{made['id']}")
    assert gone.json["deleted_at"]
    assert carol.call("DELETE", f"/stamps/{made['id']}").json == gone.json
    with app.app_context():
        assert audit_database().counts == {}


def test_a_list_holds_ones_own_newest_first_by_pages_and_by_digest(
    alice: Person, bob: Person
) -> None:
    stamped(bob)
    ids = [stamped(alice)["id"], stamped(alice, OTHER)["id"], stamped(alice)["id"]]
    first = alice.call("GET", "/stamps?limit=2")
    assert [one["id"] for one in first.json["items"]] == [ids[2], ids[1]]
    assert first.json["next"] in first.headers["Link"]
    rest = alice.call("GET", f"/stamps?limit=2&cursor={first.json['next']}").json
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([ids[0]], None)
    same = alice.call("GET", f"/stamps?limit=1&digest={DIGEST}")
    assert [one["id"] for one in same.json["items"]] == [ids[2]]
    assert f"digest={DIGEST}" in same.headers["Link"]
    refused(alice.call("GET", "/stamps?digest=0x12"), 400, "malformed")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_stamp_is_refused_and_leaves_nothing(
    app: Flask, alice: Person, bob: Person, carol: Person, visitor: Person
) -> None:
    made, post = stamped(alice), alice.publish().json
    taken = bob.stamp_record(DIGEST, id="0x" + made["id"].replace("-", ""))
    edit = alice.stamp_record(OTHER, id="0x" + made["id"].replace("-", ""))
    as_post = alice.stamp_record(OTHER, id="0x" + post["id"].replace("-", ""))
    used = alice.stamp_record(DIGEST)
    stamped(alice, **{name: used[name] for name in ("salt",)})
    with nothing_written(app):
        refused(visitor.call("POST", "/stamps", {"digest": DIGEST}), 401, "no_session")
        refused(visitor.call("GET", "/stamps"), 401, "no_session")
        refused(bob.stamp(taken), 409, "stamp_id_taken")
        refused(alice.stamp(edit), 409, "version_conflict")
        refused(alice.stamp(as_post), 409, "version_conflict")
        refused(alice.stamp(used), 422, "salt_refused")
        refused(alice.stamp(bob.stamp_record(DIGEST)), 403, "not_your_author")
        long = alice.stamp_record(DIGEST, about="x" * 1_001)
        refused(alice.stamp(long), 422, "text_refused")
        mismatch = alice.sign(Kind.DELETION, alice.deletion_record(post))
        path = f"/stamps/{made['id']}"
        refused(alice.call("DELETE", path, mismatch), 422, "stamp_deletion_mismatch")
        refused(alice.call("DELETE", path), 422, "signature_required")
        for body in (
            {},
            {"digest": "0xAB"},
            {"digest": DIGEST, "name": "x"},
            {"digest": DIGEST, "signature": "0x"},
            {"message": {}},
            {"digest": DIGEST, "id": "no"},
        ):
            refused(carol.call("POST", "/stamps", body), 400, "malformed")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_audit_notices_a_stamp_that_is_not_as_it_was_logged(app: Flask, alice: Person) -> None:
    stamped(alice)
    for change in ("about = 'another file'", "digest = x'00'", "deleted_at = created_at"):
        with app.app_context():
            db.session.execute(text(f"UPDATE stamps SET {change}"))  # noqa: S608
            assert set(audit_rows(db.session.connection()).counts) == {"stamp"}, change
            db.session.rollback()
    with app.app_context():
        db.session.execute(text("DELETE FROM stamps"))
        assert set(audit_rows(db.session.connection()).counts) == {"stamp"}


def test_an_audit_holds_after_an_account_with_stamps_was_deleted(
    app: Flask, carol: Person, visitor: Person, anchor: Callable[[], None]
) -> None:
    """One that is anchored, one that its owner deleted before, and one that waits to be sealed."""
    sealed, gone = (
        carol.call("POST", "/stamps", {"digest": digest, "about": "my diary"}).json
        for digest in (DIGEST, OTHER)
    )
    assert carol.call("DELETE", f"/stamps/{gone['id']}").status_code == 200
    anchor()
    waiting = carol.call("POST", "/stamps", {"digest": OTHER, "about": "my diary"}).json
    assert carol.call("DELETE", "/me", {"password": PASSWORD}).status_code == 204
    for _ in range(2):
        with app.app_context():
            assert audit_database().counts == {}
            rows = db.session.execute(text("SELECT about, digest, deleted_at FROM stamps")).all()
            assert {(about, digest) for about, digest, _ in rows} == {(None, None)}
            assert all(deleted_at for _, _, deleted_at in rows)
            kept = select(Entry.message).where(Entry.kind == int(Kind.STAMP))
            assert db.session.scalars(kept).all() == [None, None, None]
            db.session.rollback()
        anchor()
    for one in (sealed, gone, waiting):
        refused(visitor.call("GET", f"/stamps/{one['id']}/bundle"), 404, "stamp_not_found")


def test_a_key_repeats_the_answer(carol: Person) -> None:
    key = {"Idempotency-Key": "once"}
    first = carol.call("POST", "/stamps", {"digest": DIGEST}, key)
    again = carol.call("POST", "/stamps", {"digest": DIGEST}, key)
    assert first.json == again.json
    assert len(carol.call("GET", "/stamps").json["items"]) == 1
