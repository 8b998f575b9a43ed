"""Wrong passwords: no more are tried than are allowed, however they come."""

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.answers import refused
from tests.support.databases import only_sqlite
from tests.support.guessing import WRONG, check_told, guess, send
from tests.support.wallet import Person
from webapp.accounts import counters, guesses, service
from webapp.accounts.errors import SignInRefusedError, SlowDownError
from webapp.accounts.models import SignInSession
from webapp.columns import utc_now
from webapp.database import writing

MakeApp = Callable[..., Flask]


@only_sqlite
def test_a_password_is_not_guessed_where_it_is_asked_for_again(make_app: MakeApp) -> None:
    """One bound for all places together: each of its own would be as many tries again."""
    places: list[tuple[str, str, dict[str, str]]] = [
        ("POST", "/wallets", {"message": "x", "signature": "0x"}),
        ("POST", "/me/password", {"new_password": "another long one"}),
        ("POST", "/me/recovery-codes", {}),
        ("DELETE", "/wallets/0x" + "11" * 20, {}),
        ("DELETE", "/me", {}),
    ]
    for first in range(len(places)):
        app = make_app(limit_failures="2/minute")
        dora = Person(app.test_client()).register(f"dora_{first}")
        order = places[first:] + places[:first]
        for method, path, body in order[:2]:
            wrong = body | {"password": WRONG}
            refused(dora.call(method, path, wrong), 403, "password_wrong")
        for method, path, body in order:
            check_told(dora.call(method, path, body | {"password": WRONG}), 2, 60)
        right = {"password": "a long password", "new_password": "another long one"}
        check_told(dora.call("POST", "/me/password", right), 2, 60)
        # Whoever sends none guesses none.
        assert dora.call("POST", "/me/deletion/nonce").status_code == 200


@only_sqlite
@pytest.mark.parametrize("store", ["process", pytest.param("redis", marks=pytest.mark.redis)])
def test_of_guesses_that_come_at_once_no_more_are_tried(
    make_app: MakeApp, store: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = request.getfixturevalue("shared_redis") if store == "redis" else ""
    app = make_app(limit_failures="5/minute", limit_guesses="3/minute", redis_url=url)
    handle = f"dora_{secrets.token_hex(4)}"
    right = {"handle": handle, "password": "a long password"}
    assert send(app, "/users", right, "203.0.113.1").status_code == 201
    come, tried = threading.Condition(), list[str]()
    settled: list[int] = []

    def wrong_once_all_have_come(_kept: str, password: str) -> bool:
        with come:
            tried.append(password)
            come.notify_all()
            assert come.wait_for(lambda: len(tried) + len(settled) >= 8, 30)
        return False

    def try_once(address: str) -> int:
        status = guess(app, handle, address).status_code
        with come:
            if status == 429:
                settled.append(status)
                come.notify_all()
        return status

    monkeypatch.setattr(service, "password_matches", wrong_once_all_have_come)
    for address, let in (("203.0.113.10", 3), ("203.0.113.{}", 2)):
        addresses = [address.format(number + 20) for number in range(8)]
        with ThreadPoolExecutor(8) as pool:
            statuses = sorted(pool.map(try_once, addresses))
        assert statuses == [401] * let + [429] * (8 - let)
        tried.clear()
        settled.clear()


@only_sqlite
def test_only_a_wrong_password_counts_where_it_is_asked_for_again(make_app: MakeApp) -> None:
    app = make_app(limit_failures="1/minute")
    dora, wallet = Person(app.test_client()).register("dora"), Person(app.test_client()).sign_in()
    with app.app_context(), writing() as session:
        session.execute(update(SignInSession).values(created_at=utc_now() - timedelta(minutes=11)))
    new = {"new_password": "another long one"}
    nothing = {"message": "x", "signature": "0x"}
    for _ in range(3):
        refused(wallet.call("POST", "/me/password", new), 403, "sign_in_again")
        refused(wallet.call("POST", "/me/recovery-codes", {}), 403, "sign_in_again")
        refused(wallet.call("POST", "/wallets", nothing), 403, "sign_in_again")
        refused(dora.call("POST", "/wallets", nothing), 403, "sign_in_again")
        # No password at all is no guess either.
        refused(dora.call("POST", "/me/password", new), 403, "password_wrong")
    refused(dora.call("POST", "/me/password", new | {"password": WRONG}), 403, "password_wrong")
    check_told(dora.call("POST", "/me/password", new | {"password": WRONG}), 1, 60)


@only_sqlite
@pytest.mark.parametrize("path", ["/auth/password", "/me/recovery-codes"])
def test_a_key_that_was_used_tells_no_password(make_app: MakeApp, path: str) -> None:
    """Another body under a known key is 422: that would say, uncounted, that its password is another one."""
    app = make_app(limit_failures="2/minute", limit_guesses="2/minute")
    dora = Person(app.test_client()).register("dora")
    who = {"handle": "dora"} if path == "/auth/password" else {}
    headers = {"Idempotency-Key": "k-1"}
    first = dora.call("POST", path, who | {"password": "a long password"}, headers=headers)
    assert first.status_code in (200, 201)
    for number in range(2):
        wrong = who | {"password": f"{WRONG} {number}"}
        refused(dora.call("POST", path, wrong, headers=headers), 422, "idempotency_key_reused")
    check_told(dora.call("POST", path, who | {"password": WRONG}, headers=headers), 2, 60)


@only_sqlite
def test_a_right_password_lets_nobody_guess_more_in_the_next_window(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    for module in (guesses, counters):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    bounds = [guesses.Bound("dora", "2/minute")]
    with make_app().test_request_context():
        with guesses.one_guess(bounds, SignInRefusedError):
            now[0] += 61
            for _ in range(2):
                with (
                    pytest.raises(SignInRefusedError),
                    guesses.one_guess(bounds, SignInRefusedError),
                ):
                    raise SignInRefusedError("wrong")
        with pytest.raises(SlowDownError), guesses.one_guess(bounds, SignInRefusedError):
            pytest.fail("a third one")
