"""What hands out secrets under an Idempotency-Key: told again for ten minutes, kept so that nobody reads it."""

import pytest
from flask import Flask

from chain.proofs.records import Kind
from tests.support.answers import nothing_written, refused
from tests.support.idempotency import TEXT, age_keys, bearer, keys, send
from tests.support.wallet import PASSWORD, Person
from workers.upkeep import tidy


def test_a_repeated_registration_gives_the_same_tokens_that_the_database_cannot_read(
    app: Flask, visitor: Person
) -> None:
    body = {"handle": "dora", "password": "a long password"}
    first, second = send(visitor, "k-1", body, "/users"), send(visitor, "k-1", body, "/users")
    assert first.status_code == 201
    assert first.json == second.json
    (kept,) = keys(app)
    stored = b"".join([kept.body or b"", (kept.headers or "").encode(), kept.fingerprint])
    for secret in (first.json["access_token"], first.json["refresh_token"], "a long password"):
        assert secret.encode() not in stored
    other = body | {"password": "another password"}
    refused(send(visitor, "k-1", other, "/users"), 422, "idempotency_key_reused")


def test_a_repeated_device_is_answered_with_the_same_bytes(app: Flask, alice: Person) -> None:
    body = alice.sign(Kind.DELEGATION, alice.delegation_record())
    first = send(alice, "k-1", body, "/devices")
    with nothing_written(app):
        second = send(alice, "k-1", body, "/devices")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data


@pytest.mark.parametrize("path", ["/auth/siwe", "/auth/password", "/users"])
def test_a_repeated_sign_in_gives_the_same_tokens_for_ten_minutes(
    app: Flask, carol: Person, visitor: Person, path: str
) -> None:
    bodies = {
        "/auth/siwe": visitor.signed_siwe,
        "/auth/password": lambda: {"handle": "carol", "password": PASSWORD},
        "/users": lambda: {"handle": "dora", "password": PASSWORD},
    }
    body = bodies[path]()
    first = send(visitor, "k-1", body, path)
    with nothing_written(app):
        second = send(visitor, "k-1", body, path)
    assert first.status_code in (200, 201)
    assert first.json == second.json
    assert (
        visitor.take(second).call("POST", "/auth/refresh", headers=bearer(visitor)).status_code
        == 200
    )
    age_keys(app, minutes=10)
    refused(send(Person(visitor.http), "k-1", body, path), 409, "answer_erased")


def test_two_visitors_behind_one_address_never_share_a_nonce(app: Flask, visitor: Person) -> None:
    nonces = [send(visitor, "k-1", path="/auth/siwe/nonce").json["nonce"] for _ in range(2)]
    assert nonces[0] != nonces[1]
    assert keys(app) == []


def test_after_a_logout_no_key_hands_out_its_tokens(carol: Person, visitor: Person) -> None:
    body = {"handle": "carol", "password": PASSWORD}
    answer = send(visitor, "k-1", body, "/auth/password")
    assert send(visitor, "k-1", body, "/auth/password").data == answer.data
    visitor.take(answer).call("POST", "/auth/logout")
    visitor.token = ""
    refused(send(visitor, "k-1", body, "/auth/password"), 409, "answer_erased")


def test_a_token_whose_session_has_ended_stores_no_key(app: Flask, carol: Person) -> None:
    assert send(carol, "k-1", {}, "/auth/logout").status_code == 204
    assert send(carol, "k-2", {}, "/auth/logout").status_code == 204
    again = send(carol, "k-1", {}, "/auth/logout")
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (204, "true")
    assert [one.key for one in keys(app)] == ["k-1"]


def test_a_sign_in_message_is_good_once_without_its_key(visitor: Person) -> None:
    body = visitor.signed_siwe()
    assert send(visitor, "k-1", body, "/auth/siwe").status_code == 200
    refused(send(visitor, "k-2", body, "/auth/siwe"), 401, "sign_in_nonce_refused")
    refused(visitor.call("POST", "/auth/siwe", body), 401, "sign_in_nonce_refused")


def test_a_wrong_password_is_never_answered_from_a_key(carol: Person, visitor: Person) -> None:
    body = {"handle": "carol", "password": PASSWORD}
    assert send(visitor, "k-1", body, "/auth/password").status_code == 200
    wrong = body | {"password": "a wrong password"}
    refused(send(visitor, "k-1", wrong, "/auth/password"), 422, "idempotency_key_reused")
    refused(send(visitor, "k-2", wrong, "/auth/password"), 401, "sign_in_refused")


def test_logging_out_again_is_logged_out(app: Flask, carol: Person) -> None:
    other = Person(carol.http).take(
        carol.call("POST", "/auth/password", {"handle": "carol", "password": PASSWORD})
    )
    assert [send(carol, "k-1", {}, "/auth/logout").status_code for _ in range(2)] == [204, 204]
    assert carol.call("POST", "/auth/logout").status_code == 204
    refused(carol.call("POST", "/posts", TEXT), 401, "no_session")
    refused(send(carol, "k-1", {"more": 1}, "/auth/logout"), 422, "idempotency_key_reused")
    # The key is the session's: it cannot keep another session of the account alive.
    assert other.call("POST", "/posts", TEXT).status_code == 201
    assert send(other, "k-1", {}, "/auth/logout").status_code == 204
    refused(other.call("POST", "/posts", TEXT), 401, "no_session")


def test_tokens_are_erased_from_the_database(app: Flask, visitor: Person) -> None:
    body = {"handle": "dora", "password": PASSWORD}
    send(visitor, "k-1", body, "/users")
    age_keys(app, minutes=9)
    with app.app_context():
        tidy()
    assert keys(app)[0].body is not None
    age_keys(app, minutes=10)
    with app.app_context():
        tidy()
    assert keys(app)[0].body is None
