"""Limits on sign-in and registration: by address, by account, and closed when their store is down."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.support.answers import closed_port, nothing_written, refused
from tests.support.wallet import V1, Person

WRONG = "not the password"
MakeApp = Callable[..., Flask]


def send(app: Flask, path: str, body: Any, address: str = "203.0.113.1") -> TestResponse:
    where = {"REMOTE_ADDR": address}
    return app.test_client().post(V1 + path, json=body, environ_overrides=where)


def guess(app: Flask, handle: str, address: str = "203.0.113.1") -> TestResponse:
    return send(app, "/auth/password", {"handle": handle, "password": WRONG}, address)


def check_told(answer: TestResponse, amount: int, window: int) -> None:
    refused(answer, 429, "slow_down")
    wait = int(answer.headers["Retry-After"])
    assert 1 <= wait <= window
    assert answer.headers["RateLimit-Policy"] == f'"sign-in";q={amount};w={window}'
    assert answer.headers["RateLimit"].startswith('"sign-in";r=0;t=')


def test_guesses_from_one_address_are_limited_whatever_the_handle(make_app: MakeApp) -> None:
    app = make_app(limit_sign_in="3/minute")
    for number in range(3):
        refused(guess(app, f"dora_{number}"), 401, "sign_in_refused")
    check_told(guess(app, "dora_4"), 3, 60)
    refused(guess(app, "dora_5", "203.0.113.2"), 401, "sign_in_refused")


def test_guesses_at_one_account_are_limited_whatever_the_address(make_app: MakeApp) -> None:
    app = make_app(limit_failures="3/minute")
    for number, handle in enumerate(["dora", "DORA", " dora "]):
        assert guess(app, handle, f"203.0.113.{number}").status_code == 401
    check_told(guess(app, "Dora", "203.0.113.9"), 3, 60)
    refused(guess(app, "emil", "203.0.113.9"), 401, "sign_in_refused")


def test_even_the_right_password_waits_while_its_account_is_limited(make_app: MakeApp) -> None:
    app = make_app(limit_failures="2/minute")
    Person(app.test_client()).register("dora")
    for number in range(2):
        guess(app, "dora", f"203.0.113.{number}")
    right = {"handle": "dora", "password": "a long password"}
    with nothing_written(app):
        refused(send(app, "/auth/password", right, "203.0.113.7"), 429, "slow_down")


def test_right_passwords_do_not_count_against_their_account(make_app: MakeApp) -> None:
    app = make_app(limit_failures="2/minute")
    Person(app.test_client()).register("dora")
    right = {"handle": "dora", "password": "a long password"}
    for number in range(4):
        answer = send(app, "/auth/password", right, f"203.0.113.{number}")
        assert answer.status_code == 200
    guess(app, "dora", "203.0.113.8")
    assert send(app, "/auth/password", right, "203.0.113.9").status_code == 200
    guess(app, "dora", "203.0.113.8")
    check_told(guess(app, "dora", "203.0.113.9"), 2, 60)


def test_malformed_tries_do_not_count_against_an_account(make_app: MakeApp) -> None:
    app = make_app(limit_failures="1/minute")
    for number in range(3):
        body = {"handle": "dora", "password": 1}
        refused(send(app, "/auth/password", body, f"203.0.113.{number}"), 400, "malformed")
    refused(guess(app, "dora", "203.0.113.9"), 401, "sign_in_refused")


def test_nobody_locks_the_owner_of_a_wallet_out_by_failing_in_its_name(make_app: MakeApp) -> None:
    app = make_app(limit_failures="2/minute", limit_sign_in="4/minute")
    person = Person(app.test_client())
    messages = [person.siwe(nonce="0123456789abcdef", more=f"\nRequest ID: {n}") for n in range(3)]
    bodies = [person.signed_siwe(message) for message in messages]
    for number in range(4):
        answer = send(app, "/auth/siwe", bodies[number % 3], "203.0.113.1")
        refused(answer, 401, "sign_in_nonce_refused")
    check_told(send(app, "/auth/siwe", bodies[2], "203.0.113.1"), 4, 60)
    assert send(app, "/auth/siwe", person.signed_siwe(), "203.0.113.7").status_code == 200


def test_a_password_is_not_guessed_where_it_is_asked_for_again(make_app: MakeApp) -> None:
    app = make_app(limit_failures="2/minute")
    dora = Person(app.test_client()).register("dora")
    wrong = {"message": "x", "signature": "0x", "password": WRONG}
    for path, body in (
        ("/wallets", wrong),
        ("/me/password", {"password": WRONG, "new_password": "another long one"}),
        ("/me/recovery-codes", {"password": WRONG}),
    ):
        for _ in range(2):
            refused(dora.call("POST", path, body), 403, "password_wrong")
        check_told(dora.call("POST", path, body), 2, 60)
    for _ in range(2):
        refused(dora.call("DELETE", "/me", {"password": WRONG}), 403, "password_wrong")
    check_told(dora.call("DELETE", "/me", {"password": "a long password"}), 2, 60)


def test_nonces_are_limited_by_address(make_app: MakeApp) -> None:
    app = make_app(limit_sign_in="2/minute")
    answers = [send(app, "/auth/siwe/nonce", None) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_registrations_are_limited_by_address(make_app: MakeApp) -> None:
    app = make_app(limit_register="2/hour")
    people = [{"handle": f"dora_{number}", "password": "a long password"} for number in range(3)]
    assert [send(app, "/users", body).status_code for body in people[:2]] == [201, 201]
    with nothing_written(app):
        check_told(send(app, "/users", people[2]), 2, 3_600)
    assert send(app, "/users", people[2], "203.0.113.2").status_code == 201


def test_answers_below_the_limit_tell_what_is_left(make_app: MakeApp) -> None:
    app = make_app(limit_sign_in="5/minute")
    headers = guess(app, "dora").headers
    assert headers["RateLimit-Policy"] == '"sign-in";q=5;w=60'
    assert headers["RateLimit"].startswith('"sign-in";r=4;t=')


def test_reading_and_posting_do_not_count_as_signing_in(make_app: MakeApp) -> None:
    app = make_app(limit_register="1/hour", limit_sign_in="1/minute")
    dora = Person(app.test_client()).register("dora")
    for number in range(5):
        assert dora.call("POST", "/posts", {"text": f"number {number}"}).status_code == 201
        answer = dora.call("GET", f"/users/{dora.account}/posts")
        assert answer.status_code == 200
        assert '"sign-in"' not in answer.headers["RateLimit"]


def test_the_forwarded_address_counts_only_behind_a_trusted_proxy(make_app: MakeApp) -> None:
    def tries(app: Flask) -> list[int]:
        return [
            app.test_client()
            .post(
                f"{V1}/auth/siwe/nonce",
                headers={"X-Forwarded-For": f"198.51.100.{number}"},
                environ_overrides={"REMOTE_ADDR": "203.0.113.1"},
            )
            .status_code
            for number in range(3)
        ]

    assert tries(make_app(limit_sign_in="1/minute")) == [200, 429, 429]
    assert tries(make_app(limit_sign_in="1/minute", trusted_proxies=1)) == [200, 200, 200]


def test_with_the_limiters_store_down_sign_in_is_closed_and_the_rest_goes_on(
    make_app: MakeApp,
) -> None:
    healthy = make_app()
    dora = Person(healthy.test_client()).register("dora")
    app = make_app(redis_url=f"redis://127.0.0.1:{closed_port()}/0")
    dora = dora.again(app.test_client())
    with nothing_written(app):
        for path, body in {
            "/auth/password": {"handle": "dora", "password": "a long password"},
            "/users": {"handle": "emil", "password": "a long password"},
            "/auth/siwe/nonce": None,
            "/auth/siwe": {"message": "x", "signature": "0x"},
        }.items():
            answer = send(app, path, body)
            refused(answer, 503, "unavailable")
            assert int(answer.headers["Retry-After"]) > 0
    answer = dora.call("POST", "/posts", {"text": "still here"})
    assert answer.status_code == 201
    assert dora.call("GET", f"/posts/{answer.json['id']}").status_code == 200
    assert dora.call("GET", f"/users/{dora.account}/posts").status_code == 200
    refreshed = dora.call(
        "POST", "/auth/refresh", headers={"Authorization": f"Bearer {dora.refresh_token}"}
    )
    assert refreshed.status_code == 200
