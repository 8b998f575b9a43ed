"""Limits on sign-in and registration: by address, by account, and closed when their store is down."""

import secrets
from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.answers import closed_port, nothing_written, refused
from tests.support.databases import only_sqlite
from tests.support.guessing import check_told, guess, send
from tests.support.wallet import V1, Person
from tests.support.wallets import link

MakeApp = Callable[..., Flask]


@only_sqlite
def test_guesses_from_one_address_are_limited_whatever_the_handle(make_app: MakeApp) -> None:
    app = make_app(limit_sign_in="3/minute")
    for number in range(3):
        refused(guess(app, f"dora_{number}"), 401, "sign_in_refused")
    check_told(guess(app, "dora_4"), 3, 60)
    refused(guess(app, "dora_5", "203.0.113.2"), 401, "sign_in_refused")


@only_sqlite
def test_guesses_at_one_account_are_limited_whatever_the_address(make_app: MakeApp) -> None:
    app = make_app(limit_failures="3/minute")
    for number, handle in enumerate(["dora", "DORA", " dora "]):
        assert guess(app, handle, f"203.0.113.{number}").status_code == 401
    check_told(guess(app, "Dora", "203.0.113.9"), 3, 60)
    refused(guess(app, "emil", "203.0.113.9"), 401, "sign_in_refused")


@only_sqlite
def test_even_the_right_password_waits_while_its_account_is_limited(make_app: MakeApp) -> None:
    app = make_app(limit_failures="2/minute")
    Person(app.test_client()).register("dora")
    for number in range(2):
        guess(app, "dora", f"203.0.113.{number}")
    right = {"handle": "dora", "password": "a long password"}
    with nothing_written(app):
        refused(send(app, "/auth/password", right, "203.0.113.7"), 429, "slow_down")


@only_sqlite
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
    check_told(guess(app, "dora", "203.0.113.7"), 2, 60)


@only_sqlite
@pytest.mark.parametrize("store", ["process", pytest.param("redis", marks=pytest.mark.redis)])
def test_guesses_from_elsewhere_do_not_keep_the_owner_out(
    make_app: MakeApp, store: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("shared_redis") if store == "redis" else ""
    app = make_app(limit_failures="2/minute", limit_guesses="2/minute", redis_url=url)
    handle, home = f"dora_{secrets.token_hex(4)}", "203.0.113.1"
    right = {"handle": handle, "password": "a long password"}
    assert send(app, "/users", right, home).status_code == 201
    for number in range(2):
        refused(guess(app, handle, f"203.0.113.{number + 10}"), 401, "sign_in_refused")
    check_told(send(app, "/auth/password", right, "203.0.113.20"), 2, 60)
    assert send(app, "/auth/password", right, home).status_code == 200
    assert send(app, "/auth/password", right | {"handle": handle.upper()}, home).status_code == 200
    # Whoever guesses from there is bounded as well.
    for _ in range(2):
        refused(guess(app, handle, home), 401, "sign_in_refused")
    check_told(guess(app, handle, home), 2, 60)
    check_told(send(app, "/auth/password", right, home), 2, 60)
    # That somebody signed in to one account from there says nothing of others.
    other = f"emil_{secrets.token_hex(4)}"
    refused(guess(app, other, home), 401, "sign_in_refused")
    refused(guess(app, other, "203.0.113.30"), 401, "sign_in_refused")
    check_told(guess(app, other, home), 2, 60)


@only_sqlite
@pytest.mark.parametrize("store", ["process", pytest.param("redis", marks=pytest.mark.redis)])
def test_one_network_alone_keeps_nobody_out_elsewhere(
    make_app: MakeApp, store: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("shared_redis") if store == "redis" else ""
    app = make_app(limit_failures="5/minute", limit_guesses="2/minute", redis_url=url)
    handle = f"dora_{secrets.token_hex(4)}"
    right = {"handle": handle, "password": "a long password"}
    # Registered at home; the owner is abroad from here on.
    assert send(app, "/users", right, "203.0.113.1").status_code == 201
    # Of the IPv6 networks anybody has as many /64 as they like.
    for bad, more in (("203.0.113.10", "203.0.113.10"), ("2001:db8:1::1", "2001:db8:1:{}::1")):
        for _ in range(2):
            refused(guess(app, handle, bad), 401, "sign_in_refused")
        for number in range(4):
            check_told(guess(app, handle, more.format(number)), 2, 60)
    # Neither of both used up what the account has for all, in which the fifth failure is.
    assert send(app, "/auth/password", right, "203.0.113.20").status_code == 200
    refused(guess(app, handle, "2001:db8:2::1"), 401, "sign_in_refused")
    check_told(send(app, "/auth/password", right, "203.0.113.21"), 5, 60)
    # Where the owner came in before, they still do.
    assert send(app, "/auth/password", right, "203.0.113.20").status_code == 200


@only_sqlite
def test_a_known_household_is_apart_from_the_network_around_it(make_app: MakeApp) -> None:
    app = make_app(limit_failures="9/minute", limit_guesses="2/minute")
    right = {"handle": "dora", "password": "a long password"}
    home, neighbour = "2001:db8:1:1::1", "2001:db8:1:2::1"
    assert send(app, "/users", right, home).status_code == 201
    for _ in range(2):
        refused(guess(app, "dora", neighbour), 401, "sign_in_refused")
    check_told(send(app, "/auth/password", right, neighbour), 2, 60)
    assert send(app, "/auth/password", right, home).status_code == 200
    for _ in range(2):
        refused(guess(app, "dora", home), 401, "sign_in_refused")
    check_told(send(app, "/auth/password", right, home), 2, 60)


@only_sqlite
def test_that_somebody_signed_in_from_here_is_not_told(make_app: MakeApp) -> None:
    """Whoever shares an address with others could learn from the limits which accounts are theirs."""
    app = make_app(limit_sign_in="100/minute", limit_failures="9/minute", limit_guesses="4/minute")
    right = {"handle": "dora", "password": "a long password"}
    assert send(app, "/users", right).status_code == 201
    told = [
        [guess(app, handle).headers[name] for name in ("RateLimit-Policy", "RateLimit")]
        for handle in ("dora", "emil", "nobody_here")
    ]
    assert [one[0] for one in told] == ['"sign-in";q=4;w=60'] * 3
    # Each header by a guess of its own: the second is told that two of four are left.
    assert {one[1].partition(";t=")[0] for one in told} == {'"sign-in";r=2'}


@only_sqlite
def test_people_with_a_session_or_a_wallet_go_on_while_somebody_guesses(make_app: MakeApp) -> None:
    app = make_app(limit_failures="2/minute")
    dora = Person(app.test_client()).register("dora")
    assert link(dora).status_code == 201
    for number in range(2):
        refused(guess(app, "dora", f"203.0.113.{number + 10}"), 401, "sign_in_refused")
    away = "203.0.113.40"
    check_told(guess(app, "dora", away), 2, 60)
    assert send(app, "/auth/siwe", dora.signed_siwe(), away).status_code == 200
    headers = {"Authorization": f"Bearer {dora.refresh_token}"}
    refreshed = app.test_client().post(
        f"{V1}/auth/refresh", headers=headers, environ_overrides={"REMOTE_ADDR": away}
    )
    assert refreshed.status_code == 200, refreshed.text


def test_a_recovery_code_lets_the_owner_in_whatever_others_guessed(make_app: MakeApp) -> None:
    app = make_app(limit_failures="2/minute", limit_sign_in="5/minute")
    dora = Person(app.test_client()).register("dora")
    made = dora.call("POST", "/me/recovery-codes", {"password": "a long password"}).json["codes"]
    new = {"handle": "dora", "new_password": "another long password"}
    for number in range(3):
        where = f"203.0.113.{number + 10}"
        assert guess(app, "dora", where).status_code == (401 if number < 2 else 429)
        body = new | {"code": "aaaa-aaaa-aaaa-aaaa"}
        refused(send(app, "/auth/recover", body, where), 401, "sign_in_refused")
    away = "203.0.113.40"
    known = {"handle": "dora", "password": "another long password"}
    assert send(app, "/auth/recover", new | {"code": made[0]}, away).status_code == 200
    assert send(app, "/auth/password", known, away).status_code == 200
    check_told(send(app, "/auth/password", known, "203.0.113.41"), 2, 60)
    for _ in range(4):
        body = new | {"code": "aaaa-aaaa-aaaa-aaaa"}
        refused(send(app, "/auth/recover", body, away), 401, "sign_in_refused")
    check_told(send(app, "/auth/recover", new | {"code": made[1]}, away), 5, 60)


@only_sqlite
def test_malformed_tries_do_not_count_against_an_account(make_app: MakeApp) -> None:
    app = make_app(limit_failures="1/minute")
    for number in range(3):
        body = {"handle": "dora", "password": 1}
        refused(send(app, "/auth/password", body, f"203.0.113.{number}"), 400, "malformed")
    refused(guess(app, "dora", "203.0.113.9"), 401, "sign_in_refused")


@only_sqlite
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


@only_sqlite
def test_nonces_are_limited_by_address(make_app: MakeApp) -> None:
    app = make_app(limit_sign_in="2/minute")
    answers = [send(app, "/auth/siwe/nonce", None) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


@only_sqlite
def test_registrations_are_limited_by_address(make_app: MakeApp) -> None:
    app = make_app(limit_register="2/hour")
    people = [{"handle": f"dora_{number}", "password": "a long password"} for number in range(3)]
    assert [send(app, "/users", body).status_code for body in people[:2]] == [201, 201]
    with nothing_written(app):
        check_told(send(app, "/users", people[2]), 2, 3_600)
    assert send(app, "/users", people[2], "203.0.113.2").status_code == 201


@only_sqlite
def test_answers_below_the_limit_tell_what_is_left(make_app: MakeApp) -> None:
    app = make_app(limit_sign_in="5/minute")
    headers = guess(app, "dora").headers
    assert headers["RateLimit-Policy"] == '"sign-in";q=5;w=60'
    assert headers["RateLimit"].startswith('"sign-in";r=4;t=')


@only_sqlite
def test_reading_and_posting_do_not_count_as_signing_in(make_app: MakeApp) -> None:
    app = make_app(limit_register="1/hour", limit_sign_in="1/minute")
    dora = Person(app.test_client()).register("dora")
    for number in range(5):
        assert dora.call("POST", "/posts", {"text": f"number {number}"}).status_code == 201
        answer = dora.call("GET", f"/users/{dora.account}/posts")
        assert answer.status_code == 200
        assert '"sign-in"' not in answer.headers["RateLimit"]


@only_sqlite
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


@only_sqlite
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
