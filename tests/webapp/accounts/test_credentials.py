"""Passwords that are changed, recovery codes, and the sessions that end with them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.support.answers import at_once, nothing_written, refused
from tests.support.oauth import allowed, register_app, using
from tests.support.wallet import PASSWORD, Person
from webapp.accounts import service
from webapp.accounts.credentials import service as credentials
from webapp.accounts.credentials.models import RecoveryCode
from webapp.accounts.models import SignInSession
from webapp.accounts.sessions.clients import client_name
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db

NEW = "another long password"


def sign_in(app: Flask, password: str = PASSWORD, **headers: str) -> Person:
    body = {"handle": "carol", "password": password}
    person = Person(app.test_client())
    return person.take(person.call("POST", "/auth/password", body, headers=headers))


def change(person: Person, **body: str) -> Any:
    return person.call("POST", "/me/password", body)


def codes_of(person: Person, **body: str) -> list[str]:
    answer = person.call("POST", "/me/recovery-codes", body)
    assert answer.status_code == 201, answer.text
    codes: list[str] = answer.json["codes"]
    return codes


def recover(app: Flask, handle: str, code: str, new: str = NEW) -> Any:
    body = {"handle": handle, "code": code, "new_password": new}
    return Person(app.test_client()).call("POST", "/auth/recover", body)


def works(person: Person) -> bool:
    return bool(person.call("GET", "/me").status_code == 200)


def test_a_changed_password_ends_all_other_sessions(app: Flask, carol: Person) -> None:
    other = sign_in(app)
    with nothing_written(app):
        refused(change(carol, password="wrong password", new_password=NEW), 403, "password_wrong")
        refused(change(carol, new_password=NEW), 403, "password_wrong")
        refused(change(carol, password=PASSWORD, new_password="short"), 422, "password_refused")
        refused(change(carol, password=PASSWORD), 400, "malformed")
    assert change(carol, password=PASSWORD, new_password=NEW).status_code == 204
    assert works(carol)
    assert not works(other)
    old = {"handle": "carol", "password": PASSWORD}
    refused(other.call("POST", "/auth/password", old), 401, "sign_in_refused")
    assert works(sign_in(app, NEW))


def test_a_sign_in_with_the_old_password_does_not_outlive_its_change(
    app: Flask, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, late = service.password_matches, [carol]

    def change_meanwhile(kept: str | None, password: str) -> bool:
        right = real(kept, password)
        while late:
            person = late.pop().again(app.test_client())
            with ThreadPoolExecutor(1) as other:
                changing = other.submit(change, person, password=PASSWORD, new_password=NEW)
                assert changing.result(30).status_code == 204
        return right

    monkeypatch.setattr(service, "password_matches", change_meanwhile)
    body = {"handle": "carol", "password": PASSWORD}
    with nothing_written(app):
        answer = Person(app.test_client()).call("POST", "/auth/password", body)
        refused(answer, 401, "sign_in_refused")


@pytest.mark.parametrize("path", ["/me/password", "/me/recovery-codes"])
def test_a_session_that_is_ended_meanwhile_leaves_no_way_in(
    app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Whoever ends a stranger's sessions must not find a password, or codes, of the stranger's there."""
    assert alice.call("PATCH", "/me", {"handle": "alice"}).status_code == 200
    thief = alice.again(app.test_client()).sign_in()
    real, late = credentials.confirm, [alice.again(app.test_client())]

    def confirm_and_end(*args: Any) -> str | None:
        confirmed = real(*args)
        while late:
            with ThreadPoolExecutor(1) as other:
                ended = other.submit(late.pop().call, "DELETE", "/me/sessions")
                assert ended.result(30).status_code == 204
        return confirmed

    monkeypatch.setattr(credentials, "confirm", confirm_and_end)
    body = {"new_password": NEW} if path == "/me/password" else {}
    refused(thief.call("POST", path, body), 401, "no_session")
    # Else this would ask for a password that the owner never chose.
    assert change(alice, new_password=PASSWORD).status_code == 204


@pytest.mark.parametrize("way", ["change", "recover"])
def test_a_new_password_ends_apps_sessions_and_codes_that_are_on_their_way(
    app: Flask, carol: Person, alice: Person, way: str
) -> None:
    application = register_app(alice)
    tokens = application.tokens(carol)
    codes = codes_of(carol, password=PASSWORD)
    on_its_way = allowed(carol, application.request())
    if way == "change":
        assert change(carol, password=PASSWORD, new_password=NEW).status_code == 204
    else:
        assert recover(app, "carol", codes[0]).status_code == 200
    assert not works(using(carol, tokens["access_token"]))
    assert application.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert application.exchange(on_its_way).json["error"] == "invalid_grant"


def test_of_many_changes_at_once_one_is_made(app: Flask, carol: Person) -> None:
    answers = at_once(
        *(
            lambda new=new: change(
                carol.again(app.test_client()), password=PASSWORD, new_password=new
            )
            for new in ("the first password", "the second password", "the third password")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [204, 403, 403]


def test_a_wallets_account_gets_its_first_password_by_a_fresh_sign_in(
    app: Flask, alice: Person
) -> None:
    refused(change(alice, new_password=NEW), 409, "handle_needed")
    refused(alice.call("POST", "/me/recovery-codes", {}), 409, "handle_needed")
    alice.call("PATCH", "/me", {"handle": "carol"})
    with app.app_context(), writing() as session:
        session.execute(update(SignInSession).values(created_at=utc_now() - timedelta(minutes=11)))
    refused(change(alice, new_password=NEW), 403, "sign_in_again")
    refused(alice.call("POST", "/me/recovery-codes", {}), 403, "sign_in_again")
    alice.sign_in()
    assert change(alice, new_password=NEW).status_code == 204
    assert sign_in(app, NEW).account == alice.account


def test_a_recovery_code_lets_in_once_and_ends_every_session(app: Flask, carol: Person) -> None:
    refused(carol.call("POST", "/me/recovery-codes", {}), 403, "password_wrong")
    codes = codes_of(carol, password=PASSWORD)
    assert len(set(codes)) == 10
    answer = recover(app, "CAROL", codes[3].upper().replace("-", " "))
    assert answer.status_code == 200, answer.text
    assert not works(carol)
    assert works(Person(app.test_client()).take(answer))
    assert works(sign_in(app, NEW))
    with nothing_written(app):
        refused(recover(app, "carol", codes[3]), 401, "sign_in_refused")
    assert recover(app, "carol", codes[4]).status_code == 200
    with app.app_context():
        kept = db.session.scalars(select(RecoveryCode.digest)).all()
    assert not any(code.replace("-", "").encode() in digest for code in codes for digest in kept)
    fresh = codes_of(sign_in(app, NEW), password=NEW)
    refused(recover(app, "carol", codes[5]), 401, "sign_in_refused")
    assert recover(app, "carol", fresh[0]).status_code == 200


def test_one_code_used_at_once_lets_in_once(app: Flask, carol: Person) -> None:
    code = codes_of(carol, password=PASSWORD)[0]
    answers = at_once(*[lambda: recover(app, "carol", code)] * 8)
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


def test_a_wrong_handle_and_a_wrong_code_cannot_be_told_apart(app: Flask, carol: Person) -> None:
    code = codes_of(carol, password=PASSWORD)[0]
    tries = [("carol", "aaaa-bbbb-cccc-dddd"), ("nobody_here", code), ("not a handle!", code)]
    problems = [refused(recover(app, *one), 401, "sign_in_refused") for one in tries]
    for problem in problems:
        problem.pop("request_id")
    assert problems == [problems[0]] * 3
    refused(recover(app, "carol", code, "short"), 422, "password_refused")
    refused(recover(app, "nobody_here", code, "short"), 422, "password_refused")


def test_sessions_are_listed_and_ended(app: Flask, carol: Person, alice: Person) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    other, third = sign_in(app, **{"User-Agent": agent}), sign_in(app)
    items = carol.call("GET", "/me/sessions").json["items"]
    assert [item["current"] for item in items] == [False, False, True]
    assert items[1]["client"] == "Firefox on Linux"
    assert set(items[0]) == {"id", "client", "created_at", "last_used_at", "current"}
    assert "Link" in carol.call("GET", "/me/sessions?limit=1").headers
    assert alice.call("DELETE", f"/me/sessions/{items[1]['id']}").status_code == 204
    assert works(other)
    assert carol.call("DELETE", f"/me/sessions/{items[1]['id']}").status_code == 204
    assert not works(other)
    assert works(third)
    assert carol.call("DELETE", "/me/sessions").status_code == 204
    assert not works(third)
    assert works(carol)
    assert works(alice)
    assert len(carol.call("GET", "/me/sessions").json["items"]) == 1


def test_a_client_is_named_shortly() -> None:
    mac = (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17 Safari/605"
    )
    named = {"": None, "curl/8.5.0": "curl", "\x01\x02": None, mac: "Safari on macOS"}
    assert {text: client_name(text) for text in named} == named
    assert len(client_name("a" * 1_000) or "") <= 60
