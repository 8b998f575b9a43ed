"""Versions of a post: how many there may be, and what an edit may answer."""

import pytest
from flask import Flask

from tests.support.answers import nothing_written, refused
from tests.support.wallet import Person
from webapp.posts import reading, service
from workers.anchoring import sweep


def test_a_reply_can_be_edited_after_its_parent_was_deleted(alice: Person, bob: Person) -> None:
    parent = alice.publish().json
    reply = bob.publish(bob.post_record("so true", replyTo=parent["content"])).json
    alice.delete(parent)
    edit = bob.edit_record(reply, "so false", replyTo=parent["content"])
    edited = bob.publish(edit)
    assert (edited.status_code, edited.json["text"]) == (201, "so false")
    assert edited.json["reply_to"] == parent["content"]


def test_a_new_answer_to_a_deleted_post_is_refused(app: Flask, alice: Person, bob: Person) -> None:
    parent, kept = alice.publish().json, alice.publish().json
    mine = bob.publish(bob.post_record(replyTo=kept["content"])).json
    alice.delete(parent)
    with nothing_written(app):
        for name in ("replyTo", "quotes"):
            answer = bob.post_record(**{name: parent["content"]})
            refused(bob.publish(answer), 422, "answered_post_unknown")
            edit = bob.edit_record(mine, **{name: parent["content"]})
            refused(bob.publish(edit), 422, "answered_post_unknown")


def test_a_post_has_a_bounded_number_of_versions_and_can_still_be_deleted(
    app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (reading, service):
        monkeypatch.setattr(module, "MAX_VERSIONS", 3)
    versions = [alice.publish(alice.post_record("1")).json]
    for text in ("2", "3"):
        versions.append(alice.publish(alice.edit_record(versions[-1], text)).json)
    edit = alice.edit_record(versions[-1], "4")
    with nothing_written(app):
        refused(alice.publish(edit), 422, "too_many_versions")
    assert alice.delete(versions[-1]).status_code == 200
    with app.app_context():
        sweep()
    path = f"/posts/{versions[0]['id']}"
    wanted = [version["content"] for version in versions]
    for content in wanted:
        assert alice.call("GET", f"{path}/bundle?content={content}").status_code == 200
    history = alice.call("GET", f"{path}/history").json["items"]
    assert [item["entry"]["content"] for item in history[:3]] == wanted
    assert [item["type"] for item in history] == ["Post", "Post", "Post", "Deletion"]


def test_200_versions_are_the_most() -> None:
    assert reading.MAX_VERSIONS == 200
