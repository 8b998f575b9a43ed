"""Idempotency-Key: a POST that is sent twice acts once, also at once, also after a crash."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from chain.proofs.records import Kind
from tests.support.answers import at_once, nothing_written, refused, row_counts
from tests.support.oauth import HERE
from tests.support.wallet import PASSWORD, V1, Person
from webapp import database
from webapp.accounts import idempotency
from webapp.accounts.models import IdempotencyKey
from webapp.columns import utc_now
from webapp.database import writing
from webapp.posts import service
from workers.upkeep import tidy

TEXT = {"text": "once"}


def send(person: Person, key: str, body: Any = None, path: str = "/posts") -> TestResponse:
    return person.call("POST", path, TEXT if body is None else body, {"Idempotency-Key": key})


def bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.refresh_token}"}


def age_keys(app: Flask, **age: int) -> None:
    with app.app_context(), writing() as session:
        session.execute(update(IdempotencyKey).values(created_at=utc_now() - timedelta(**age)))


def keys(app: Flask) -> list[IdempotencyKey]:
    with app.app_context(), writing() as session:
        found = list(session.scalars(select(IdempotencyKey)))
        session.expunge_all()
        return found


def test_the_same_key_and_body_replay_the_answer(app: Flask, carol: Person) -> None:
    first = send(carol, "k-1")
    with nothing_written(app):
        second = send(carol, "k-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data
    assert first.content_type == second.content_type == "application/json"
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.headers["X-Request-Id"] != first.headers["X-Request-Id"]


def test_without_a_key_every_request_acts(app: Flask, carol: Person) -> None:
    assert (
        carol.call("POST", "/posts", TEXT).json["id"]
        != carol.call("POST", "/posts", TEXT).json["id"]
    )
    assert keys(app) == []


def test_the_same_key_with_another_body_is_refused(app: Flask, carol: Person) -> None:
    send(carol, "k-1")
    with nothing_written(app):
        refused(send(carol, "k-1", {"text": "twice"}), 422, "idempotency_key_reused")


def test_the_same_key_at_another_path_is_refused(app: Flask, alice: Person) -> None:
    body: dict[str, Any] = {"message": {}, "signature": "0x"}
    assert (
        send(
            alice, "k-1", path="/posts", body=alice.sign(Kind.POST, alice.post_record())
        ).status_code
        == 201
    )
    with nothing_written(app):
        refused(send(alice, "k-1", body, "/devices"), 422, "idempotency_key_reused")


def test_keys_belong_to_one_account(carol: Person, visitor: Person) -> None:
    dora = visitor.register("dora")
    first, second = send(carol, "k-1"), send(dora, "k-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.json["account"], second.json["account"]) == (carol.account, dora.account)


def test_a_request_in_flight_is_not_made_twice(
    app: Flask, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go_on = threading.Event(), threading.Event()
    check = service.check_record

    def slowly(*args: Any) -> Any:
        inside.set()
        assert go_on.wait(timeout=30)
        return check(*args)

    monkeypatch.setattr(service, "check_record", slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: send(carol.again(app.test_client()), "k-1"))
        try:
            assert inside.wait(timeout=30)
            answer = send(carol, "k-1")
            other = send(carol, "k-1", {"text": "other"})
        finally:
            go_on.set()
        refused(answer, 409, "in_flight")
        assert answer.headers["Retry-After"] == "1"
        refused(other, 422, "idempotency_key_reused")
        assert first.result(timeout=30).status_code == 201
    assert row_counts(app)["posts"] == 1
    assert send(carol, "k-1").json == first.result().json


ONCE = {
    "a post": ("/posts", TEXT, 201),
    "a registration": ("/users", {"handle": "dora", "password": PASSWORD}, 201),
    "an app": ("/oauth/apps", {"name": "An app", "redirect_uris": [HERE]}, 201),
}


@pytest.mark.parametrize("what", ONCE)
def test_one_key_from_many_threads_acts_once(app: Flask, carol: Person, what: str) -> None:
    path, body, status = ONCE[what]
    before = row_counts(app)
    own = [carol.again(app.test_client()) for _ in range(8)]
    answers = at_once(*[partial(send, person, "k-1", body, path) for person in own])
    acted = [one for one in answers if one.status_code == status]
    for one in answers:
        if one not in acted:
            refused(one, 409, "in_flight")
            assert one.headers["Retry-After"] == "1"
    # The one that acted says nothing of a replay, all others do.
    replayed = [one for one in acted if "Idempotency-Replayed" in one.headers]
    assert len(acted) - len(replayed) == 1
    assert len({one.data for one in acted}) == 1
    again = send(carol, "k-1", body, path)
    assert (again.status_code, again.data) == (status, acted[0].data)
    assert [one.key for one in keys(app)] == ["k-1"]
    changed = {name: rows - before[name] for name, rows in row_counts(app).items()}
    wanted = {"a post": {"entries", "posts"}, "a registration": {"accounts", "sessions"}}
    assert {name for name, more in changed.items() if more} - {"events"} == wanted.get(what, set())
    assert max(changed.values()) == 1


def test_one_key_with_two_bodies_from_many_threads_is_the_one_body_that_came_first(
    app: Flask, carol: Person
) -> None:
    bodies = [{"text": f"{number % 2}"} for number in range(8)]
    own = [carol.again(app.test_client()) for _ in bodies]
    calls = [partial(send, person, "k-1", body) for person, body in zip(own, bodies, strict=True)]
    answers = at_once(*calls)
    [text] = {one.json["text"] for one in answers if one.status_code == 201}
    for body, answer in zip(bodies, answers, strict=True):
        if body["text"] != text:
            refused(answer, 422, "idempotency_key_reused")
        elif answer.status_code != 201:
            refused(answer, 409, "in_flight")
    assert row_counts(app)["posts"] == 1


def test_a_key_whose_request_died_is_taken_over_and_the_dead_one_cannot_commit(
    app: Flask, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go_on = threading.Event(), threading.Event()
    check = service.check_record

    def stall_once(*args: Any) -> Any:
        monkeypatch.setattr(service, "check_record", check)
        inside.set()
        assert go_on.wait(timeout=30)
        return check(*args)

    monkeypatch.setattr(service, "check_record", stall_once)
    with ThreadPoolExecutor(1) as pool:
        stalled = pool.submit(lambda: send(carol.again(app.test_client()), "k-1"))
        try:
            assert inside.wait(timeout=30)
            age_keys(app, seconds=59)
            refused(send(carol, "k-1"), 409, "in_flight")
            age_keys(app, seconds=61)
            taken_over = send(carol, "k-1")
        finally:
            go_on.set()
        assert taken_over.status_code == 201
        refused(stalled.result(timeout=30), 409, "in_flight")
    assert row_counts(app)["posts"] == 1
    assert send(carol, "k-1").json == taken_over.json


def test_a_key_is_kept_for_24_hours(app: Flask, carol: Person) -> None:
    first = send(carol, "k-1")
    age_keys(app, hours=23, minutes=59)
    assert send(carol, "k-1").json == first.json
    age_keys(app, hours=24, seconds=1)
    assert send(carol, "k-1", {"text": "a new day"}).json["id"] != first.json["id"]


def test_a_refused_request_frees_its_key(app: Flask, carol: Person) -> None:
    with nothing_written(app):
        refused(send(carol, "k-1", {"text": "x" * 10_001}), 422, "text_refused")
        refused(send(carol, "k-1", {"unknown": 1}), 400, "malformed")
    assert keys(app) == []
    assert send(carol, "k-1").status_code == 201


def test_a_request_that_fails_half_way_leaves_nothing_and_frees_its_key(
    app: Flask, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(idempotency, "_keep", broken)
    with nothing_written(app):
        refused(send(carol, "k-1"), 500, "internal")
    monkeypatch.undo()
    assert send(carol, "k-1").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "\x7f", "k" * 129, "schl\xfcssel"])
def test_a_malformed_key_is_refused(app: Flask, carol: Person, key: str) -> None:
    with nothing_written(app):
        refused(send(carol, key), 400, "idempotency_key_malformed")


def test_a_key_of_128_visible_characters_is_accepted(carol: Person) -> None:
    assert send(carol, "k" * 128).status_code == 201


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


def test_keys_of_the_signed_out_belong_to_one_address(app: Flask) -> None:
    def register(handle: str, address: str) -> TestResponse:
        return app.test_client().post(
            f"{V1}/users",
            json={"handle": handle, "password": PASSWORD},
            headers={"Idempotency-Key": "k-1"},
            environ_overrides={"REMOTE_ADDR": address},
        )

    first, second = register("dora", "203.0.113.1"), register("emil", "203.0.113.2")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["account"] != second.json["account"]


def test_a_deleted_text_cannot_come_back_through_its_key(app: Flask, carol: Person) -> None:
    post = send(carol, "k-1", {"text": "a secret thought"}).json
    edit = {"id": post["id"], "replaces": post["content"], "text": "a second secret"}
    assert send(carol, "k-2", edit).status_code == 201
    other = send(carol, "k-3", {"text": "something to keep"})
    assert carol.call("DELETE", f"/posts/{post['id']}").status_code == 200
    with nothing_written(app):
        refused(send(carol, "k-1", {"text": "a secret thought"}), 409, "answer_erased")
        refused(send(carol, "k-2", edit), 409, "answer_erased")
    with app.app_context():
        readable = [idempotency._cipher().decrypt(kept.body) for kept in keys(app) if kept.body]
    assert readable == [other.data]
    assert send(carol, "k-3", {"text": "something to keep"}).data == other.data


def test_signing_in_does_not_depend_on_an_old_session(carol: Person) -> None:
    body = {"handle": "carol", "password": PASSWORD}
    carol.call("POST", "/auth/logout")
    for path in ("/auth/password", "/auth/siwe/nonce"):
        assert send(carol, "k-1" + path, body, path).status_code == 200
    carol.token = "no token at all"
    assert send(carol, "k-2", body, "/auth/password").status_code == 200


def test_a_commit_whose_answer_was_lost_is_not_made_again(
    app: Flask, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(bells: set[Any]) -> None:
        if bells:
            raise ConnectionResetError("after the commit")

    with monkeypatch.context() as patched:
        patched.setattr(database.doorbell, "ring_all", broken)
        assert send(carol, "k-1").status_code == 500
    assert send(carol, "k-1").status_code == 201
    assert row_counts(app)["posts"] == 1
