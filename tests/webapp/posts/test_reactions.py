"""Liking, passing on and commenting through the API: answers, counts, events, refusals."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from chain.proofs.records import ZERO_HASH, Kind
from tests.support.answers import nothing_written, refused
from tests.support.counting import check_counts
from tests.support.relating import block, follow, hide, suspend
from tests.support.wallet import Person
from webapp.events.models import Event
from webapp.extensions import db
from webapp.posts.models import Like, Repost
from webapp.posts.recounting import recount_all

KINDS = [("like", "likes", "liked"), ("repost", "reposts", "reposted")]
NOWHERE = "/posts/00000000-0000-7000-8000-000000000000"


def rows(app: Flask) -> int:
    with app.app_context():
        return sum(
            db.session.scalar(select(func.count()).select_from(one)) or 0 for one in (Like, Repost)
        )


@pytest.mark.parametrize(("path", "count", "flag"), KINDS)
def test_a_reaction_is_there_once_and_can_be_taken_back(
    app: Flask, alice: Person, carol: Person, path: str, count: str, flag: str
) -> None:
    post = alice.publish(alice.post_record("not in any answer")).json
    url = f"/posts/{post['id']}/{path}"
    answers = [carol.call("POST", url), carol.call("POST", url, {}), alice.call("POST", url)]
    assert [one.status_code for one in answers] == [201, 200, 201]
    assert [one.json["counts"][count] for one in answers] == [1, 1, 2]
    assert all(one.json["viewer"][flag] for one in answers)
    assert set(answers[0].json) == {"post", "counts", "viewer"}
    shown = alice.call("GET", f"/posts/{post['id']}").json
    for name in ("counts", "viewer"):
        assert shown[name] == answers[2].json[name]
    assert [carol.call("DELETE", url).status_code for _ in range(2)] == [204, 204]
    shown = carol.call("GET", f"/posts/{post['id']}").json
    assert (shown["counts"][count], shown["viewer"][flag]) == (1, False)
    check_counts(app)
    with app.app_context():
        kinds = list(db.session.scalars(select(Event.type).order_by(Event.id)))[-4:]
        texts = str([one.data for one in db.session.scalars(select(Event))])
    done, undone = f"post.{flag}", f"post.un{flag}"
    assert kinds == ["post.created", done, done, undone]
    assert "not in any answer" not in texts


@pytest.mark.parametrize(("path", "count", "flag"), KINDS)
def test_what_may_not_be_seen_is_not_reacted_to(
    app: Flask, alice: Person, bob: Person, visitor: Person, path: str, count: str, flag: str
) -> None:
    del count, flag
    secret = alice.publish(alice.post_record("for followers", audience="followers")).json
    hidden, gone, mine = alice.publish().json, alice.publish().json, bob.publish().json
    hide(app, hidden)
    alice.delete(gone)
    with nothing_written(app):
        refused(bob.call("POST", f"{NOWHERE}/{path}"), 404, "post_not_found")
        refused(bob.call("POST", f"/posts/{secret['id']}/{path}"), 404, "post_not_found")
        refused(bob.call("POST", f"/posts/{hidden['id']}/{path}"), 404, "post_not_found")
        refused(bob.call("POST", f"/posts/{gone['id']}/{path}"), 409, "post_deleted")
        refused(visitor.call("POST", f"/posts/{mine['id']}/{path}"), 401, "no_session")
        refused(visitor.call("DELETE", f"/posts/{mine['id']}/{path}"), 401, "no_session")
        refused(bob.call("POST", f"/posts/{mine['id']}/{path}", {"likes": 9}), 400, "malformed")
        refused(bob.call("POST", f"/posts/{mine['id']}/{path}", [1]), 400, "malformed")
        assert bob.call("DELETE", f"{NOWHERE}/{path}").status_code == 204
    block(app, alice, bob)
    for person, post in ((bob, alice.publish().json), (alice, mine)):
        refused(person.call("POST", f"/posts/{post['id']}/{path}"), 404, "post_not_found")
    suspend(app, bob)
    refused(visitor.call("GET", f"/posts/{mine['id']}/likes"), 404, "post_not_found")
    assert rows(app) == 0


def test_only_public_posts_are_passed_on_and_ones_own_may_be(
    app: Flask, alice: Person, bob: Person
) -> None:
    secret = alice.publish(alice.post_record(audience="followers")).json
    follow(app, bob, alice)
    for person in (alice, bob):
        refused(person.call("POST", f"/posts/{secret['id']}/repost"), 422, "not_public")
        assert person.call("POST", f"/posts/{secret['id']}/like").status_code == 201
    own = alice.publish().json
    assert alice.call("POST", f"/posts/{own['id']}/repost").status_code == 201


def test_a_reaction_is_taken_back_also_from_what_is_seen_no_more(
    app: Flask, alice: Person, bob: Person
) -> None:
    kept, gone = alice.publish().json, alice.publish().json
    for post in (kept, gone):
        for path in ("like", "repost"):
            assert bob.call("POST", f"/posts/{post['id']}/{path}").status_code == 201
    alice.delete(gone)
    block(app, alice, bob)
    assert rows(app) == 4
    for post in (kept, gone):
        for path in ("like", "repost"):
            assert bob.call("DELETE", f"/posts/{post['id']}/{path}").status_code == 204
    assert rows(app) == 0
    check_counts(app)


def test_a_key_makes_one_like_and_its_answer_holds_no_text(
    app: Flask, alice: Person, bob: Person
) -> None:
    post = alice.publish(alice.post_record("erase me")).json
    key = {"Idempotency-Key": "once"}
    first = bob.call("POST", f"/posts/{post['id']}/like", None, key)
    bob.call("DELETE", f"/posts/{post['id']}/like")
    alice.delete(post)
    again = bob.call("POST", f"/posts/{post['id']}/like", None, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert "erase me" not in again.text
    assert rows(app) == 0


def test_a_comment_answers_the_post_of_its_path(
    app: Flask, alice: Person, bob: Person, carol: Person
) -> None:
    post, other = alice.publish().json, alice.publish().json
    alice.publish(alice.edit_record(post))
    path = f"/posts/{post['id']}/comment"
    unsigned = carol.call("POST", path, {"text": "me too"})
    current = alice.call("GET", f"/posts/{post['id']}").json["content"]
    assert (unsigned.status_code, unsigned.json["reply_to"]) == (201, current)
    assert (unsigned.json["parent"], unsigned.json["profile"]["handle"]) == (post["id"], "carol")
    body = bob.sign(Kind.POST, bob.post_record("the first version", replyTo=post["content"]))
    signed = [bob.call("POST", path, body) for _ in range(2)]
    assert [one.status_code for one in signed] == [201, 200]
    assert signed[0].json["reply_to"] == post["content"]
    assert bob.call("POST", "/posts", body).json["id"] == signed[0].json["id"]
    assert alice.call("GET", f"/posts/{post['id']}").json["counts"]["comments"] == 2
    with nothing_written(app):
        for wrong in (ZERO_HASH, other["content"], "0x" + "22" * 32):
            record = bob.sign(Kind.POST, bob.post_record(replyTo=wrong))
            refused(bob.call("POST", path, record), 422, "comment_mismatch")
        for bad in (None, 7, "0x12"):
            record = {"message": bob.post_record() | {"replyTo": bad}, "signature": "0x"}
            refused(bob.call("POST", path, record), 400, "malformed")
        for field in ("reply_to", "replaces", "account", "created_at", "counts"):
            fields = {"text": "x", field: other["content"]}
            refused(carol.call("POST", path, fields), 400, "malformed")
        refused(bob.call("POST", path, {"text": "unsigned"}), 422, "signature_required")
    check_counts(app)


def test_what_cannot_be_seen_or_was_deleted_is_not_commented(
    app: Flask, alice: Person, bob: Person, carol: Person
) -> None:
    post, gone = alice.publish().json, alice.publish().json
    alice.delete(gone)
    block(app, alice, carol)
    for path in (NOWHERE, f"/posts/{post['id']}", f"/posts/{gone['id']}"):
        refused(carol.call("POST", f"{path}/comment", {"text": "x"}), 404, "post_not_found")
    body = bob.sign(Kind.POST, bob.post_record(replyTo=gone["content"]))
    refused(bob.call("POST", f"/posts/{gone['id']}/comment", body), 409, "post_deleted")
    check_counts(app)


def test_a_comment_on_a_followers_post_is_read_by_its_own_label(
    app: Flask, alice: Person, bob: Person, visitor: Person
) -> None:
    post = alice.publish(alice.post_record("secret", audience="followers")).json
    follow(app, bob, alice)
    answers: dict[str, Any] = {}
    for audience in ("public", "followers"):
        record = bob.post_record(audience, audience=audience, replyTo=post["content"])
        answers[audience] = bob.call(
            "POST", f"/posts/{post['id']}/comment", bob.sign(Kind.POST, record)
        ).json
    assert visitor.call("GET", f"/posts/{answers['public']['id']}").status_code == 200
    refused(visitor.call("GET", f"/posts/{answers['followers']['id']}"), 404, "post_not_found")
    refused(alice.call("GET", f"/posts/{answers['followers']['id']}"), 404, "post_not_found")
    thread = visitor.call("GET", f"/posts/{answers['public']['id']}/thread").json
    assert thread["ancestors"] == []
    assert UUID(thread["post"]["parent"]) == UUID(post["id"])


def test_reactions_leave_versions_and_history_as_they_are(
    app: Flask, alice: Person, carol: Person, anchor: Callable[[], None]
) -> None:
    first = alice.publish(alice.post_record("#one")).json
    post = alice.publish(alice.edit_record(first, "#two")).json
    anchor()
    paths = [f"/posts/{post['id']}{rest}" for rest in ("/history", "/bundle")]
    before = [carol.call("GET", path).data for path in paths]
    for act in ("like", "repost"):
        assert carol.call("POST", f"/posts/{post['id']}/{act}").status_code == 201
    carol.call("POST", f"/posts/{post['id']}/comment", {"text": "yes"})
    carol.call("DELETE", f"/posts/{post['id']}/like")
    recount(app)
    assert [carol.call("GET", path).data for path in paths] == before
    shown = alice.call("GET", f"/posts/{post['id']}").json
    assert (shown["version"], shown["edited_at"]) == (2, post["edited_at"])
    items = json.loads(before[0])["items"]
    assert [item["entry"]["content"] for item in items] == [first["content"], post["content"]]


def test_nobody_assigns_what_the_server_counts_and_finds(app: Flask, carol: Person) -> None:
    with nothing_written(app):
        for field in ("counts", "viewer", "parent", "root", "quoted", "profile", "hidden_at"):
            answer = carol.call("POST", "/posts", {"text": "x", field: 1})
            assert refused(answer, 400, "malformed")["errors"][0]["field"] == field


def recount(app: Flask) -> None:
    with app.app_context():
        assert list(recount_all(correct=True)) == []
