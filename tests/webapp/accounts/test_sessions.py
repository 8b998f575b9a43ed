"""Sessions: tokens rotate, end, and cannot be forged or taken for one another."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.answers import at_once, nothing_written, refused
from tests.support.instance import SECRETS, copied_sqlite
from tests.support.wallet import Person

MakeApp = Callable[..., Flask]

ME = "/posts"  # the cheapest path that needs a session
BODY = {"text": "still here"}


def with_token(
    person: Person, token: str, method: str, path: str, body: Any = None
) -> TestResponse:
    return person.call(method, path, body, headers={"Authorization": f"Bearer {token}"})


def refresh(person: Person, token: str) -> TestResponse:
    return with_token(person, token, "POST", "/auth/refresh")


def post_with(person: Person, token: str) -> TestResponse:
    return with_token(person, token, "POST", ME, BODY)


def test_a_refresh_token_gives_fresh_tokens(carol: Person) -> None:
    answer = refresh(carol, carol.refresh_token)
    assert answer.status_code == 200
    assert answer.json["account"] == carol.account
    assert answer.json["refresh_token"] != carol.refresh_token
    assert post_with(carol, answer.json["access_token"]).status_code == 201
    assert refresh(carol, answer.json["refresh_token"]).status_code == 200


def test_a_refresh_token_that_comes_twice_ends_its_session(carol: Person) -> None:
    fresh = refresh(carol, carol.refresh_token).json
    refused(refresh(carol, carol.refresh_token), 401, "no_session")
    refused(refresh(carol, fresh["refresh_token"]), 401, "no_session")
    refused(post_with(carol, fresh["access_token"]), 401, "no_session")


def test_other_sessions_go_on_when_one_is_ended(carol: Person, visitor: Person) -> None:
    body = {"handle": "carol", "password": "a long password"}
    other = visitor.call("POST", "/auth/password", body).json
    refresh(carol, carol.refresh_token)
    refresh(carol, carol.refresh_token)
    assert post_with(visitor, other["access_token"]).status_code == 201


def test_a_refresh_token_used_twice_at_once_is_good_at_most_once(app: Flask, carol: Person) -> None:
    answers = at_once(*[lambda: refresh(carol.again(app.test_client()), carol.refresh_token)] * 8)
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


@pytest.mark.parametrize("which", ["token", "refresh_token"])
def test_logging_out_with_either_token_ends_the_session(carol: Person, which: str) -> None:
    answer = with_token(carol, getattr(carol, which), "POST", "/auth/logout")
    assert (answer.status_code, answer.data) == (204, b"")
    refused(post_with(carol, carol.token), 401, "no_session")
    refused(refresh(carol, carol.refresh_token), 401, "no_session")
    assert with_token(carol, carol.token, "POST", "/auth/logout").status_code == 204


def test_reading_with_a_token_of_an_ended_session_is_refused_not_anonymous(carol: Person) -> None:
    carol.call("POST", "/auth/logout")
    answer = carol.call("GET", f"/users/{carol.account}/posts")
    refused(answer, 401, "no_session")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_access_token_does_not_refresh_and_a_refresh_token_does_not_act(
    app: Flask, carol: Person
) -> None:
    with nothing_written(app):
        refused(refresh(carol, carol.token), 401, "no_session")
        refused(post_with(carol, carol.refresh_token), 401, "no_session")
    assert refresh(carol, carol.refresh_token).status_code == 200


def test_a_refresh_with_an_idempotency_key_is_answered_twice_and_ends_nothing(
    carol: Person,
) -> None:
    headers = {"Authorization": f"Bearer {carol.refresh_token}", "Idempotency-Key": "once"}
    first = carol.call("POST", "/auth/refresh", headers=headers)
    assert first.status_code == 200, first.text
    second = carol.call("POST", "/auth/refresh", headers=headers)
    assert second.json == first.json
    assert post_with(carol, first.json["access_token"]).status_code == 201


def refresh_with_key(person: Person, token: str, key: str = "once") -> TestResponse:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    return person.call("POST", "/auth/refresh", headers=headers)


def test_a_spent_refresh_token_with_another_key_ends_its_session(carol: Person) -> None:
    fresh = refresh(carol, carol.refresh_token).json
    refused(refresh_with_key(carol, carol.refresh_token), 401, "no_session")
    refused(refresh(carol, fresh["refresh_token"]), 401, "no_session")
    refused(post_with(carol, fresh["access_token"]), 401, "no_session")


def test_two_sessions_with_one_key_never_get_each_others_tokens(
    carol: Person, visitor: Person
) -> None:
    body = {"handle": "carol", "password": "a long password"}
    other = visitor.call("POST", "/auth/password", body).json
    first = refresh_with_key(carol, carol.refresh_token)
    assert first.status_code == 200
    refused(refresh_with_key(visitor, other["refresh_token"]), 422, "idempotency_key_reused")
    second = refresh_with_key(visitor, other["refresh_token"], "another").json
    sessions = [
        jwt.decode(token, options={"verify_signature": False})["sid"]
        for token in (first.json["refresh_token"], second["refresh_token"], other["refresh_token"])
    ]
    assert sessions[0] != sessions[1] == sessions[2]


def forged_tokens(app: Flask, token: str) -> dict[str, str]:
    key = app.config["JWT_SECRET_KEY"]
    claims = jwt.decode(token, options={"verify_signature": False})
    header, payload, signature = token.split(".")

    def signed(secret: str = key, algorithm: str = "HS256", **changes: object) -> str:
        body = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(body, secret, algorithm=algorithm)

    unsigned = jwt.encode(claims, "", algorithm="none")
    return {
        "alg none": unsigned,
        "alg none with the old signature": unsigned + signature,
        "another key": signed("another secret of more than thirty-two characters"),
        "another algorithm with the right key": signed(key * 2, "HS512"),
        "expired": signed(exp=int(time.time()) - 1),
        "not valid yet": signed(nbf=int(time.time()) + 600),
        "another audience": signed(aud="somebody-else"),
        "no audience": signed(aud=None),
        "another issuer": signed(iss="somebody-else"),
        "no issuer": signed(iss=None),
        "an unknown session": signed(sid="00000000-0000-7000-8000-000000000000"),
        "no session": signed(sid=None),
        "a session that is no id": signed(sid="1"),
        "no subject": signed(sub=None),
        "no expiry of an unknown session": signed(
            exp=None, sid="00000000-0000-7000-8000-000000000000"
        ),
        "a changed payload": f"{header}.{payload[:-2]}AA.{signature}",
        "no signature": f"{header}.{payload}.",
        "two parts": f"{header}.{payload}",
        "garbage": "garbage",
        "dots": "..",
        "not base64": "!.!.!",
    }


def test_forged_tokens_open_nothing(app: Flask, carol: Person) -> None:
    with nothing_written(app):
        for what, token in forged_tokens(app, carol.token).items():
            answer = post_with(carol, token)
            assert (answer.status_code, answer.json["code"]) == (401, "no_session"), what
        for what, token in forged_tokens(app, carol.refresh_token).items():
            answer = refresh(carol, token)
            assert (answer.status_code, answer.json["code"]) == (401, "no_session"), what
    assert post_with(carol, carol.token).status_code == 201


def test_tokens_of_another_instance_open_nothing(
    carol: Person, make_closed_app: MakeApp, sqlite_template: Path, tmp_path: Path
) -> None:
    """Neither one with other keys, nor one of which only the keys were copied: its sessions are not here."""
    for name, secret in {"other": "x" * 40, "copied": SECRETS["jwt_secret"]}.items():
        (tmp_path / name).mkdir()
        url = copied_sqlite(sqlite_template, tmp_path / name)
        there = make_closed_app(database_url=url, jwt_secret=secret)
        stranger = Person(there.test_client()).register("carol")
        for token in (stranger.token, stranger.refresh_token):
            refused(post_with(carol, token), 401, "no_session")
        refused(refresh(carol, stranger.refresh_token), 401, "no_session")
    assert post_with(carol, carol.token).status_code == 201


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic Y2Fyb2w6cHc=", "Bearer a b", "bearer", "Bearer \xe9"]
)
def test_an_authorization_header_without_a_token_is_no_session(carol: Person, header: str) -> None:
    answer = carol.call("POST", ME, BODY, headers={"Authorization": header})
    refused(answer, 401, "no_session")


def test_every_path_that_acts_needs_a_session(app: Flask, visitor: Person) -> None:
    some = "00000000-0000-7000-8000-000000000000"
    paths = [
        ("POST", "/posts"),
        ("DELETE", f"/posts/{some}"),
        ("POST", "/devices"),
        ("DELETE", "/devices/0x" + "11" * 20),
        ("POST", "/auth/logout"),
        ("POST", "/auth/refresh"),
    ]
    with nothing_written(app):
        for method, path in paths:
            refused(visitor.call(method, path, {}), 401, "no_session")
