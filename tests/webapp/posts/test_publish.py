"""Publishing, editing and deleting posts through the API."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from chain.proofs.records import ZERO_HASH, Kind
from tests.support.wallet import Person, hex_id
from webapp.events.models import Event
from webapp.extensions import db
from webapp.log.models import Entry

POST_KEYS = {
    "id",
    "author",
    "account",
    "audience",
    "text",
    "media",
    "content",
    "reply_to",
    "quotes",
    "version",
    "signed",
    "created_at",
    "edited_at",
    "deleted_at",
    "anchoring",
    "parent",
    "root",
    "quoted",
    "profile",
    "badges",
    "counts",
    "viewer",
}


def test_a_signed_post_is_answered_at_once_and_becomes_final(
    alice: Person, anchor: Callable[[], None]
) -> None:
    record = alice.post_record("hello, world")
    answer = alice.publish(record)
    assert answer.status_code == 201
    post = answer.json
    assert set(post) == POST_KEYS
    assert post["signed"] is True
    assert post["author"] == alice.address
    assert post["account"] == alice.account
    assert post["text"] == "hello, world"
    assert post["version"] == 1
    assert hex_id(post) == record["id"]
    assert post["anchoring"]["state"] == "saved"
    assert post["anchoring"]["saved_at"].endswith("Z")
    anchor()
    anchoring = alice.call("GET", f"/posts/{post['id']}").json["anchoring"]
    assert anchoring["state"] == "final"
    times = [anchoring[f"{state}_at"] for state in ("saved", "sealed", "sent", "mined", "final")]
    assert times == sorted(times)


def test_the_same_record_again_is_the_same_post(alice: Person) -> None:
    record = alice.post_record()
    first, second = alice.publish(record), alice.publish(record)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json


def test_the_same_id_with_other_content_is_a_conflict(alice: Person) -> None:
    record = alice.post_record()
    alice.publish(record)
    answer = alice.publish(alice.post_record("other", id=record["id"]))
    assert (answer.status_code, answer.json["code"]) == (409, "version_conflict")


def test_an_edit_replaces_exactly_the_current_version(alice: Person) -> None:
    post = alice.publish().json
    edited = alice.publish(alice.edit_record(post, "better")).json
    assert (edited["text"], edited["version"]) == ("better", 2)
    assert edited["edited_at"] is not None
    assert edited["created_at"] == post["created_at"]
    stale = alice.publish(alice.edit_record(post, "worse"))
    assert (stale.status_code, stale.json["code"]) == (409, "version_conflict")
    assert alice.call("GET", f"/posts/{post['id']}").json["text"] == "better"


def test_an_edit_of_nothing_is_a_conflict(alice: Person) -> None:
    answer = alice.publish(alice.post_record(replaces="0x" + "11" * 32))
    assert (answer.status_code, answer.json["code"]) == (409, "version_conflict")


def test_nobody_can_take_an_id_of_somebody_else(alice: Person, bob: Person) -> None:
    post = alice.publish().json
    answer = bob.publish(bob.post_record(id=hex_id(post)))
    assert (answer.status_code, answer.json["code"]) == (409, "post_id_taken")
    edit = bob.publish(bob.edit_record(post))
    assert edit.status_code == 409
    assert alice.call("GET", f"/posts/{post['id']}").json["text"] == "hello"


def test_deleting_erases_every_version_and_salt(app: Flask, alice: Person) -> None:
    post = alice.publish(alice.post_record("a secret thought")).json
    edited = alice.publish(alice.edit_record(post, "a second secret")).json
    answer = alice.delete(edited)
    assert answer.status_code == 200
    tombstone = answer.json
    assert tombstone["text"] is None
    assert tombstone["deleted_at"] is not None
    assert alice.call("GET", f"/posts/{post['id']}").json == tombstone
    assert alice.call("GET", f"/users/{alice.account}/posts").json["items"] == []
    with app.app_context():
        entries = db.session.scalars(select(Entry).order_by(Entry.id)).all()
        assert [entry.kind for entry in entries] == [Kind.POST, Kind.POST, Kind.DELETION]
        assert [entry.message is None for entry in entries] == [True, True, False]
        assert all(entry.salt_digest for entry in entries[:2])


def test_a_deleted_id_never_comes_back(alice: Person) -> None:
    post = alice.publish().json
    tombstone = alice.delete(post).json
    again = alice.publish(alice.post_record(id=hex_id(post)))
    assert (again.status_code, again.json["code"]) == (409, "record_ended")
    edit = alice.publish(alice.edit_record(tombstone))
    assert (edit.status_code, edit.json["code"]) == (409, "record_ended")


def test_the_same_deletion_again_is_the_same_tombstone(alice: Person) -> None:
    post = alice.publish().json
    body = alice.sign(Kind.DELETION, alice.deletion_record(post))
    first = alice.call("DELETE", f"/posts/{post['id']}", body)
    second = alice.call("DELETE", f"/posts/{post['id']}", body)
    assert first.json == second.json
    assert second.status_code == 200


def test_only_the_author_deletes(alice: Person, bob: Person, visitor: Person) -> None:
    post = alice.publish().json
    body = bob.sign(Kind.DELETION, bob.deletion_record(post))
    answer = bob.call("DELETE", f"/posts/{post['id']}", body)
    assert (answer.status_code, answer.json["code"]) == (403, "not_your_post")
    assert visitor.call("DELETE", f"/posts/{post['id']}", body).status_code == 401
    assert alice.call("GET", f"/posts/{post['id']}").json["deleted_at"] is None


def test_a_deletion_must_be_signed_where_the_account_has_a_wallet(alice: Person) -> None:
    post = alice.publish().json
    answer = alice.call("DELETE", f"/posts/{post['id']}")
    assert (answer.status_code, answer.json["code"]) == (422, "signature_required")


def test_a_deletion_of_another_post_than_the_path_names_is_refused(alice: Person) -> None:
    post, other = alice.publish().json, alice.publish().json
    body = alice.sign(Kind.DELETION, alice.deletion_record(other))
    answer = alice.call("DELETE", f"/posts/{post['id']}", body)
    assert (answer.status_code, answer.json["code"]) == (422, "deletion_mismatch")


def test_without_a_wallet_the_server_builds_the_record(
    carol: Person, anchor: Callable[[], None]
) -> None:
    answer = carol.call("POST", "/posts", {"text": "no wallet"})
    assert answer.status_code == 201
    post = answer.json
    edit = {"id": post["id"], "replaces": post["content"], "text": "still none"}
    edited = carol.call("POST", "/posts", edit)
    assert (edited.status_code, edited.json["version"]) == (201, 2)
    assert edited.json["text"] == "still none"
    stale = carol.call("POST", "/posts", edit)
    assert (stale.status_code, stale.json["code"]) == (409, "version_conflict")
    anchor()
    assert carol.call("GET", f"/posts/{post['id']}").json["anchoring"]["state"] == "final"
    gone = carol.call("DELETE", f"/posts/{post['id']}")
    assert (gone.status_code, gone.json["text"]) == (200, None)


def test_an_account_with_a_wallet_must_sign(alice: Person) -> None:
    answer = alice.call("POST", "/posts", {"text": "unsigned"})
    assert (answer.status_code, answer.json["code"]) == (422, "signature_required")


def test_a_reply_names_the_exact_version(alice: Person, bob: Person) -> None:
    post = alice.publish().json
    reply = bob.publish(bob.post_record("yes", replyTo=post["content"]))
    assert reply.status_code == 201
    assert reply.json["reply_to"] == post["content"]
    alice.publish(alice.edit_record(post))
    late = bob.publish(bob.post_record("still the old one", quotes=post["content"]))
    assert (late.status_code, late.json["quotes"]) == (201, post["content"])
    unknown = bob.publish(bob.post_record(replyTo="0x" + "22" * 32))
    assert (unknown.status_code, unknown.json["code"]) == (422, "answered_post_unknown")


def test_a_followers_post_is_its_authors_secret_until_follows_exist(
    alice: Person, bob: Person, visitor: Person, anchor: Callable[[], None]
) -> None:
    post = alice.publish(alice.post_record(audience="followers")).json
    anchor()
    for path in (
        f"/posts/{post['id']}",
        f"/posts/{post['id']}/bundle",
        f"/posts/{post['id']}/history",
    ):
        assert alice.call("GET", path).status_code == 200, path
        for stranger in (bob, visitor):
            answer = stranger.call("GET", path)
            assert (answer.status_code, answer.json["code"]) == (404, "post_not_found")
    listed = f"/users/{alice.account}/posts"
    assert len(alice.call("GET", listed).json["items"]) == 1
    assert bob.call("GET", listed).json["items"] == []
    reply = bob.publish(bob.post_record(replyTo=post["content"]))
    assert reply.status_code == 422
    body = bob.sign(Kind.DELETION, bob.deletion_record(post))
    assert bob.call("DELETE", f"/posts/{post['id']}", body).status_code == 404


def test_every_act_leaves_an_event_without_text(app: Flask, alice: Person) -> None:
    post = alice.publish(alice.post_record("do not log me")).json
    alice.delete(alice.publish(alice.edit_record(post)).json)
    with app.app_context():
        events = db.session.scalars(select(Event).order_by(Event.id)).all()
        kinds = [event.type for event in events]
        assert kinds == ["account.created", "post.created", "post.edited", "post.deleted"]
        assert not any("do not log me" in str(event.data) for event in events)


def test_addresses_are_taken_in_any_case(alice: Person) -> None:
    record = alice.post_record()
    body = alice.sign(Kind.POST, record)
    body["message"] = record | {"author": alice.wallet.address}
    answer = alice.call("POST", "/posts", body)
    assert answer.status_code == 201
    assert answer.json["author"] == alice.address


def test_an_unsigned_reply_and_quote_work_too(carol: Person, alice: Person) -> None:
    post = alice.publish().json
    body = {"text": "me too", "reply_to": post["content"], "quotes": post["content"]}
    answer = carol.call("POST", "/posts", body)
    assert (answer.status_code, answer.json["reply_to"]) == (201, post["content"])
    assert answer.json["quotes"] != ZERO_HASH
    assert answer.json["signed"] is False
    (shown,) = alice.call("GET", f"/posts/{post['id']}/comments").json["items"]
    assert (shown["id"], shown["signed"]) == (answer.json["id"], False)
