"""Two clients of one author: with If-Match nobody overwrites, or deletes, what they have not read."""

from typing import Any

from flask import Flask

from chain.proofs.records import Kind
from tests.support.answers import nothing_written, refused
from tests.support.wallet import Person, hex_id


def tag(person: Person, post: dict[str, Any]) -> str:
    answer = person.call("GET", f"/posts/{post['id']}")
    return answer.headers["ETag"]


def edited(person: Person, post: dict[str, Any], text: str, **headers: str) -> Any:
    body = {"id": post["id"], "replaces": post["content"], "text": text}
    return person.call("POST", "/posts", body, headers=headers)


def test_a_stale_edit_of_a_draft_is_412_with_if_match_and_409_without(
    app: Flask, carol: Person
) -> None:
    made = carol.call("POST", "/posts", {"text": "one"})
    first, before = made.json, made.headers["ETag"]
    assert before == tag(carol, first) == '"1"'
    newer = edited(carol, first, "two", **{"If-Match": before})
    assert (newer.status_code, newer.headers["ETag"]) == (201, '"2"')
    with nothing_written(app):
        refused(edited(carol, first, "three"), 409, "version_conflict")
        answer = refused(edited(carol, first, "three", **{"If-Match": before}), 412, "post_stale")
        assert '"2"' in answer["detail"]
        # The record replaces the right version, but its client says that it read another.
        refused(edited(carol, newer.json, "three", **{"If-Match": before}), 412, "post_stale")
        # Read again, but a record made for what was before: the record itself conflicts.
        fresh = {"If-Match": tag(carol, first)}
        refused(edited(carol, first, "three", **fresh), 409, "version_conflict")
    assert edited(carol, newer.json, "three", **{"If-Match": '"2", "9"'}).status_code == 201
    assert (
        edited(
            carol, carol.call("GET", f"/posts/{first['id']}").json, "4", **{"If-Match": "*"}
        ).status_code
        == 201
    )


def test_what_is_not_there_yet_matches_nothing(app: Flask, carol: Person) -> None:
    with nothing_written(app):
        for value in ('"1"', "*"):
            answer = carol.call("POST", "/posts", {"text": "new"}, headers={"If-Match": value})
            refused(answer, 412, "post_stale")


def test_signed_edits_and_deletions_heed_it_as_well(app: Flask, alice: Person, bob: Person) -> None:
    first = alice.publish().json
    edit = alice.sign(Kind.POST, alice.edit_record(first, "two"))
    assert alice.call("POST", "/posts", edit, headers={"If-Match": '"1"'}).status_code == 201
    # The same record again is no change: it is answered as it was.
    assert alice.call("POST", "/posts", edit, headers={"If-Match": '"1"'}).status_code == 200
    other = alice.sign(Kind.POST, alice.edit_record(first, "three"))
    path, stale = f"/posts/{first['id']}", {"If-Match": '"1"'}
    with nothing_written(app):
        refused(alice.call("POST", "/posts", other, headers=stale), 412, "post_stale")
        refused(alice.call("POST", "/posts", other), 409, "version_conflict")
        gone = alice.sign(Kind.DELETION, alice.deletion_record(first))
        refused(alice.call("DELETE", path, gone, headers=stale), 412, "post_stale")
        refused(alice.call("DELETE", path, gone), 409, "version_conflict")
        theirs = bob.sign(Kind.DELETION, bob.record(id=hex_id(first), replaces=first["content"]))
        refused(bob.call("DELETE", path, theirs, headers=stale), 403, "not_your_post")
    now = alice.call("GET", path).json
    gone = alice.sign(Kind.DELETION, alice.deletion_record(now))
    answer = alice.call("DELETE", path, gone, headers={"If-Match": '"2"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2-deleted"')
    assert tag(alice, first) == '"2-deleted"'


def test_a_draft_is_deleted_only_as_it_was_read(app: Flask, carol: Person) -> None:
    post = carol.call("POST", "/posts", {"text": "one"}).json
    edited(carol, post, "two")
    path = f"/posts/{post['id']}"
    with nothing_written(app):
        refused(carol.call("DELETE", path, headers={"If-Match": '"1"'}), 412, "post_stale")
    assert carol.call("DELETE", path, headers={"If-Match": '"2"'}).status_code == 200
