"""Idempotency-Key at answers that hold secrets: told again for a short while, and to whom they were told."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.support.answers import nothing_written, refused
from tests.support.oauth import HERE, register_app, using
from tests.support.wallet import PASSWORD, Person


def send(person: Person, key: str, body: Any, path: str) -> TestResponse:
    return person.call("POST", path, body, {"Idempotency-Key": key})


def secrets_of(carol: Person, visitor: Person) -> list[tuple[Person, str, dict[str, Any], int]]:
    """Return requests whose answers hold other secrets than tokens."""
    dora = visitor.register("dora")
    app = {"name": "An app", "redirect_uris": [HERE], "confidential": True}
    asked = register_app(dora).request() | {"decision": "allow"}
    return [
        (carol, "/me/recovery-codes", {"password": PASSWORD}, 201),
        (carol, "/oauth/apps", app, 201),
        (carol, "/oauth/authorize", asked, 200),
    ]


def test_other_secrets_are_told_again_as_long_as_tokens_are(
    app: Flask, carol: Person, visitor: Person
) -> None:
    requests = secrets_of(carol, visitor)
    for person, path, body, status in requests:
        first = send(person, f"k{path}", body, path)
        with nothing_written(app):
            second = send(person, f"k{path}", body, path)
        assert (first.status_code, first.data) == (status, second.data), first.text
        assert second.headers["Idempotency-Replayed"] == "true"
    other = Person(carol.http).take(
        carol.call("POST", "/auth/password", {"handle": "carol", "password": PASSWORD})
    )
    carol.call("POST", "/auth/logout")
    for _, path, body, _ in requests:
        refused(send(other, f"k{path}", body, path), 409, "answer_erased")


def test_a_secret_is_told_again_only_to_the_session_that_asked(
    app: Flask, carol: Person, alice: Person, visitor: Person
) -> None:
    """Keys of some clients are counted up: nobody else who speaks for the account gets what it was told once."""
    requests = secrets_of(carol, visitor)
    firsts = [send(person, f"k{path}", body, path) for person, path, body, _ in requests]
    other = Person(app.test_client()).take(
        visitor.call("POST", "/auth/password", {"handle": "carol", "password": PASSWORD})
    )
    for person, path, body, _ in requests:
        if person is carol:
            with nothing_written(app):
                refused(send(other, f"k{path}", body, path), 409, "answer_erased")
    for first, (person, path, body, _) in zip(firsts, requests, strict=True):
        assert send(person, f"k{path}", body, path).data == first.data
    told = "read notifications:read webhooks:write"
    apps = [register_app(alice, name=name) for name in ("One", "Two")]
    one, two = (using(carol, each.tokens(carol, scope=told)["access_token"]) for each in apps)
    hook = {"url": "https://app.example/hook"}
    made = send(one, "1", hook, "/webhooks")
    assert (made.status_code, "secret" in made.json) == (201, True)
    refused(send(two, "1", hook, "/webhooks"), 409, "answer_erased")
    assert send(one, "1", hook, "/webhooks").data == made.data


def test_the_old_password_opens_nothing_by_a_key_once_it_is_changed(
    carol: Person, visitor: Person
) -> None:
    """The session that changes it goes on, and the answer that opened it told its tokens to who had the old one."""
    old = {"handle": "carol", "password": PASSWORD}
    opened = send(visitor, "k-1", old, "/auth/password")
    carol.take(opened)
    change = {"password": PASSWORD, "new_password": "another long password"}
    assert carol.call("POST", "/me/password", change).status_code == 204
    refused(send(visitor, "k-1", old, "/auth/password"), 409, "answer_erased")
    assert carol.call("GET", "/me").status_code == 200
