"""Audiences: each version is readable by the label that it was signed with."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.support.answers import nothing_written, refused
from tests.support.wallet import Person

SECRET = "for followers only"
Anchor = Callable[[], None]


def followers_then_public(alice: Person) -> tuple[dict[str, Any], dict[str, Any]]:
    """Publish for followers, edit to public; return both versions."""
    first = alice.publish(alice.post_record(SECRET, audience="followers")).json
    second = alice.publish(alice.edit_record(first, "for everybody")).json
    assert second["audience"] == "public"
    return first, second


def version(post: dict[str, Any]) -> str:
    return f"/posts/{post['id']}/bundle?content={post['content']}"


def contents(person: Person, post: dict[str, Any]) -> list[str]:
    items = person.call("GET", f"/posts/{post['id']}/history").json["items"]
    return [item["entry"]["content"] for item in items]


def test_an_edit_to_public_does_not_open_the_older_version(
    alice: Person, bob: Person, visitor: Person, anchor: Anchor
) -> None:
    first, second = followers_then_public(alice)
    anchor()
    for stranger in (bob, visitor):
        refused(stranger.call("GET", version(first)), 404, "content_unknown")
        assert contents(stranger, first) == [second["content"]]
        history = stranger.call("GET", f"/posts/{first['id']}/history")
        assert SECRET.encode() not in history.data
        assert stranger.call("GET", version(second)).status_code == 200
        assert stranger.call("GET", f"/posts/{first['id']}").json["text"] == "for everybody"
    assert alice.call("GET", version(first)).json["message"]["text"] == SECRET
    assert contents(alice, first) == [first["content"], second["content"]]


def test_an_older_version_for_followers_cannot_be_answered_or_quoted_by_a_stranger(
    app: Flask, alice: Person, bob: Person
) -> None:
    first, second = followers_then_public(alice)
    with nothing_written(app):
        for name in ("replyTo", "quotes"):
            record = bob.post_record(**{name: first["content"]})
            refused(bob.publish(record), 422, "answered_post_unknown")
    for name in ("replyTo", "quotes"):
        assert bob.publish(bob.post_record(**{name: second["content"]})).status_code == 201
        assert alice.publish(alice.post_record(**{name: first["content"]})).status_code == 201


def test_after_deletion_a_version_for_followers_stays_its_authors_alone(
    alice: Person, bob: Person, visitor: Person, anchor: Anchor
) -> None:
    first, second = followers_then_public(alice)
    assert alice.delete(second).status_code == 200
    anchor()
    for stranger in (bob, visitor):
        refused(stranger.call("GET", version(first)), 404, "content_unknown")
        assert first["content"] not in contents(stranger, first)
        assert len(contents(stranger, first)) == 2
        assert stranger.call("GET", version(second)).json["message"] is None
    erased = alice.call("GET", version(first))
    assert (erased.status_code, erased.json["message"]) == (200, None)
    assert contents(alice, first)[:2] == [first["content"], second["content"]]


def test_an_edit_to_followers_closes_the_post_with_its_public_version(
    alice: Person, bob: Person, anchor: Anchor
) -> None:
    first = alice.publish().json
    second = alice.publish(alice.edit_record(first, SECRET, audience="followers")).json
    anchor()
    for path in (f"/posts/{first['id']}", version(first), version(second)):
        refused(bob.call("GET", path), 404, "post_not_found")
    refused(bob.publish(bob.post_record(replyTo=first["content"])), 422, "answered_post_unknown")
    assert contents(alice, first) == [first["content"], second["content"]]
