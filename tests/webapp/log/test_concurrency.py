"""Writers at once: on both databases exactly one of them wins."""

import contextlib
import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from chain.proofs.records import Kind
from tests.support.answers import at_once, row_counts
from tests.support.wallet import Person, hex_id
from webapp.extensions import db
from webapp.log import delegations
from webapp.log.models import Entry
from webapp.posts import service


def test_of_two_edits_at_once_exactly_one_wins(app: Flask, alice: Person) -> None:
    post = alice.publish().json
    records = [alice.edit_record(post, text) for text in ("left", "right")]
    answers = at_once(
        *[
            lambda record=record: alice.again(app.test_client()).publish(record)
            for record in records
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (lost,) = [answer for answer in answers if answer.status_code == 409]
    (won,) = [answer for answer in answers if answer.status_code == 201]
    assert lost.json["code"] == "version_conflict"
    found = alice.call("GET", f"/posts/{post['id']}").json
    assert (found["version"], found["text"]) == (2, won.json["text"])
    counts = row_counts(app)
    assert (counts["posts"], counts["entries"]) == (1, 2)


def test_of_an_edit_and_a_deletion_at_once_exactly_one_wins(app: Flask, alice: Person) -> None:
    post = alice.publish().json
    edit = alice.edit_record(post)
    answers = at_once(
        lambda: alice.again(app.test_client()).publish(edit),
        lambda: alice.again(app.test_client()).delete(post),
    )
    assert sorted(answer.status_code // 100 for answer in answers) == [2, 4]
    assert row_counts(app)["entries"] == 2


def let_both_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two deletions read the post before either locks it, where the database lets both in."""
    real, barrier = service.admit, threading.Barrier(2)

    def both(*args: Any) -> Any:
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=1)
        return real(*args)

    monkeypatch.setattr(service, "admit", both)


def test_the_same_deletion_twice_at_once_shows_no_text_to_either(
    app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = alice.publish(alice.post_record("a secret")).json
    body = alice.sign(Kind.DELETION, alice.deletion_record(post))
    let_both_read(monkeypatch)
    answers = at_once(
        *[
            lambda: alice.again(app.test_client()).call("DELETE", f"/posts/{post['id']}", body),
        ]
        * 2
    )
    assert [answer.status_code for answer in answers] == [200, 200], [a.text for a in answers]
    assert [answer.json["text"] for answer in answers] == [None, None]
    assert answers[0].json == answers[1].json
    assert row_counts(app)["entries"] == 2


def test_an_unsigned_post_deleted_twice_at_once_shows_no_text_to_either(
    app: Flask, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = carol.call("POST", "/posts", {"text": "a secret"}).json
    let_both_read(monkeypatch)
    answers = at_once(
        *[lambda: carol.again(app.test_client()).call("DELETE", f"/posts/{post['id']}")] * 2
    )
    assert [answer.status_code for answer in answers] == [200, 200], [a.text for a in answers]
    assert [answer.json["text"] for answer in answers] == [None, None]
    assert row_counts(app)["entries"] == 2


def test_the_same_record_at_once_is_one_post(app: Flask, alice: Person) -> None:
    record = alice.post_record()
    answers = at_once(*[lambda: alice.again(app.test_client()).publish(record)] * 3)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert row_counts(app)["posts"] == 1


def test_posts_of_one_author_at_once_are_all_accepted(app: Flask, alice: Person) -> None:
    records = [alice.post_record(f"number {number}") for number in range(6)]
    answers = at_once(
        *[
            lambda record=record: alice.again(app.test_client()).publish(record)
            for record in records
        ]
    )
    assert [answer.status_code for answer in answers] == [201] * 6
    with app.app_context():
        entries = db.session.scalars(select(Entry)).all()
    assert {"0x" + entry.record.hex() for entry in entries} == {record["id"] for record in records}


def meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two writers pass every rule before either inserts, where the database lets both in."""
    rule, barrier = delegations.authorise, threading.Barrier(2)

    def both(*args: Any) -> Any:
        found = rule(*args)
        try:
            barrier.wait(timeout=2)
        except threading.BrokenBarrierError:
            return found
        return found

    monkeypatch.setattr(delegations, "authorise", both)


def test_of_two_authors_with_one_salt_at_once_exactly_one_wins(
    app: Flask, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    salt = "0x" + "5a" * 32
    people = [(one, one.post_record(salt=salt)) for one in (alice, bob)]
    meet(monkeypatch)
    answers = at_once(
        *[
            lambda one=one, record=record: one.again(app.test_client()).publish(record)
            for one, record in people
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422], [a.text for a in answers]
    assert row_counts(app)["entries"] == 1


def test_of_two_authors_with_one_post_id_at_once_exactly_one_wins(
    app: Flask, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier = alice.post_record()["id"]
    people = [(one, one.post_record(id=identifier)) for one in (alice, bob)]
    meet(monkeypatch)
    answers = at_once(
        *[
            lambda one=one, record=record: one.again(app.test_client()).publish(record)
            for one, record in people
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409], [a.text for a in answers]
    counts = row_counts(app)
    assert (counts["posts"], counts["entries"]) == (1, 1)


def test_posts_of_two_authors_at_once_do_not_wait_in_vain(
    app: Flask, alice: Person, bob: Person
) -> None:
    calls = [
        lambda one=one, record=record: one.again(app.test_client()).publish(record)
        for one in (alice, bob)
        for record in (one.post_record("first"), one.post_record("second"))
    ]
    answers = at_once(*calls)
    assert [answer.status_code for answer in answers] == [201] * 4
    ids = {hex_id(answer.json) for answer in answers}
    assert len(ids) == 4
