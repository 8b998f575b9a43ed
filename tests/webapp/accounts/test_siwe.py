"""Signing in with Ethereum: one message of ours, one signature, one nonce."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from eth_account import Account
from flask import Flask
from sqlalchemy import update

from tests.support.answers import at_once, nothing_written, refused, row_counts
from tests.support.databases import only_sqlite
from tests.support.wallet import Person
from webapp.accounts.models import SignInNonce
from webapp.columns import utc_now
from webapp.database import writing


def stamp(seconds: float = 0) -> str:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sign_in(person: Person, **changes: Any) -> Any:
    return person.call("POST", "/auth/siwe", person.signed_siwe(person.siwe(**changes)))


def age_nonces(app: Flask, **values: object) -> None:
    with app.app_context(), writing() as session:
        session.execute(update(SignInNonce).values(**values))


def test_signing_in_makes_an_account_with_the_wallet_as_its_author(visitor: Person) -> None:
    answer = visitor.call("POST", "/auth/siwe", visitor.signed_siwe())
    assert answer.status_code == 200
    assert set(answer.json) == {"access_token", "refresh_token", "account"}
    user = visitor.call("GET", f"/users/{answer.json['account']}").json
    assert user["authors"] == [{"address": visitor.address, "signs": True}]
    assert user["handle"] is None


def test_signing_in_again_finds_the_same_account(app: Flask, alice: Person) -> None:
    first = alice.account
    assert alice.sign_in().account == first
    assert row_counts(app)["accounts"] == 1


def test_a_wallet_that_signs_in_twice_at_once_gets_one_account(app: Flask, visitor: Person) -> None:
    bodies = [visitor.signed_siwe(), visitor.signed_siwe()]
    answers = at_once(
        *(
            lambda body=body: visitor.again(app.test_client()).call("POST", "/auth/siwe", body)
            for body in bodies
        )
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json["account"] == answers[1].json["account"]
    assert row_counts(app)["accounts"] == 1


def test_a_nonce_is_good_once(app: Flask, visitor: Person) -> None:
    body = visitor.signed_siwe()
    assert visitor.call("POST", "/auth/siwe", body).status_code == 200
    with nothing_written(app):
        refused(visitor.call("POST", "/auth/siwe", body), 401, "sign_in_nonce_refused")


def test_a_nonce_that_is_used_twice_at_once_signs_in_once(app: Flask, visitor: Person) -> None:
    body = visitor.signed_siwe()
    answers = at_once(
        *[lambda: visitor.again(app.test_client()).call("POST", "/auth/siwe", body)] * 3
    )
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]


def test_a_refused_message_does_not_spend_its_nonce(visitor: Person) -> None:
    nonce = visitor.call("POST", "/auth/siwe/nonce").json["nonce"]
    refused(sign_in(visitor, nonce=nonce, chain=1), 401, "sign_in_message_refused")
    assert sign_in(visitor, nonce=nonce).status_code == 200


@only_sqlite
def test_nonces_differ_and_fit_the_standard(visitor: Person) -> None:
    nonces = {visitor.call("POST", "/auth/siwe/nonce").json["nonce"] for _ in range(5)}
    assert len(nonces) == 5
    assert all(len(nonce) >= 8 and nonce.isalnum() for nonce in nonces)


def test_a_nonce_lives_for_ten_minutes(app: Flask, visitor: Person) -> None:
    body = visitor.signed_siwe()
    with app.app_context():
        given = writing()
        with given as session:
            row = session.query(SignInNonce).one()
            assert timedelta(minutes=9) < row.expires_at - utc_now() <= timedelta(minutes=10)
    age_nonces(app, expires_at=utc_now() - timedelta(seconds=1))
    with nothing_written(app):
        refused(visitor.call("POST", "/auth/siwe", body), 401, "sign_in_nonce_refused")


@pytest.mark.parametrize("nonce", ["0" * 32, "abcdefgh12345678"])
@only_sqlite
def test_a_nonce_that_was_never_given_is_refused(app: Flask, visitor: Person, nonce: str) -> None:
    with nothing_written(app):
        refused(sign_in(visitor, nonce=nonce), 401, "sign_in_nonce_refused")


def wrong_parts() -> dict[str, dict[str, Any]]:
    return {
        "another domain": {"domain": "evil.example", "uri": "http://evil.example"},
        "another port": {"domain": "localhost:8001", "uri": "http://localhost:8001"},
        "a URI of another domain": {"uri": "http://evil.example"},
        "a URI that only begins like ours": {"uri": "http://localhost:80001/"},
        "our domain as the URI's user": {"uri": "http://localhost:8000@evil.example/"},
        "a URI of another scheme": {"uri": "ftp://localhost:8000"},
        "another chain": {"chain": 1},
        "expired": {"more": f"\nExpiration Time: {stamp(-1)}"},
        "not valid yet": {"more": f"\nNot Before: {stamp(3600)}"},
        "issued long ago": {"issued": stamp(-13 * 60)},
        "issued in the future": {"issued": stamp(3 * 60)},
    }


@only_sqlite
def test_a_message_for_another_place_chain_or_time_is_refused(app: Flask, visitor: Person) -> None:
    with nothing_written(app):
        for what, changes in wrong_parts().items():
            answer = sign_in(visitor, **changes)
            assert answer.status_code == 401, (what, answer.text)
            assert answer.json["code"] == "sign_in_message_refused", what


@only_sqlite
def test_a_message_issued_some_minutes_ago_is_accepted(visitor: Person) -> None:
    assert sign_in(visitor, issued=stamp(-9 * 60)).status_code == 200


@only_sqlite
def test_a_message_with_an_expiry_to_come_is_accepted(visitor: Person) -> None:
    more = f"\nExpiration Time: {stamp(60)}\nNot Before: {stamp(-60)}"
    assert sign_in(visitor, more=more).status_code == 200


@only_sqlite
def test_the_embedded_default_accepts_both_names_of_this_machine(visitor: Person) -> None:
    here = {"domain": "127.0.0.1:8000", "uri": "http://127.0.0.1:8000/login"}
    assert sign_in(visitor, **here).status_code == 200


@only_sqlite
def test_only_the_addressed_wallet_can_sign(app: Flask, visitor: Person) -> None:
    with nothing_written(app):
        body = visitor.signed_siwe(key=Account.create())
        refused(visitor.call("POST", "/auth/siwe", body), 401, "sign_in_refused")


@only_sqlite
def test_a_signature_does_not_fit_a_changed_message(app: Flask, visitor: Person) -> None:
    body = visitor.signed_siwe()
    body["message"] = body["message"].replace("Sign in.", "Sign on.")
    with nothing_written(app):
        refused(visitor.call("POST", "/auth/siwe", body), 401, "sign_in_refused")


@pytest.mark.parametrize(
    "signature",
    ["0x", "0x00", "0x" + "00" * 65, "0x" + "ff" * 65, "0x" + "11" * 8_192],
    ids=["empty", "a byte", "zeros", "out of range", "very long"],
)
@only_sqlite
def test_a_signature_that_nobody_made_is_refused(
    app: Flask, visitor: Person, signature: str
) -> None:
    body = visitor.signed_siwe() | {"signature": signature}
    with nothing_written(app):
        refused(visitor.call("POST", "/auth/siwe", body), 401, "sign_in_refused")


def malformed_messages(good: str) -> dict[str, str]:
    lines = good.split("\n")
    return {
        "empty": "",
        "no message at all": "hello",
        "100 kB": good + "x" * 100_000,
        "a line too many": good + "\n",
        "a blank at the end": good + " ",
        "windows lines": good.replace("\n", "\r\n"),
        "a wrong checksum": good.replace(lines[1], lines[1].swapcase().replace("0X", "0x", 1)),
        "version 2": good.replace("Version: 1", "Version: 2"),
        "fields in another order": "\n".join([*lines[:-2], lines[-1], lines[-2]]),
        "no nonce": "\n".join(line for line in lines if not line.startswith("Nonce")),
        "a short nonce": good.replace(lines[-2], "Nonce: abc"),
        "a date that is none": good.replace(lines[-1], "Issued At: yesterday"),
        "a date without a zone": good.replace(lines[-1], "Issued At: 2026-01-01T00:00:00"),
        "a day without a time": good.replace(lines[-1], "Issued At: 2026-01-01"),
        "the 13th month": good.replace(lines[-1], "Issued At: 2026-13-01T00:00:00Z"),
        "a chain with a leading zero": good.replace("Chain ID: ", "Chain ID: 0"),
        "U+0000 in the statement": good.replace("Sign in.", "Sign\0in."),
    }


@only_sqlite
def test_a_message_that_is_not_canonical_eip_4361_is_malformed(app: Flask, visitor: Person) -> None:
    with nothing_written(app):
        for what, message in malformed_messages(visitor.siwe()).items():
            answer = visitor.call("POST", "/auth/siwe", visitor.signed_siwe(message))
            assert (answer.status_code, answer.json.get("code")) == (400, "malformed"), what


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": "0xzz"},
        {"signature": "1234"},
        {"signature": "0x123"},
        {"signature": 1},
        {"message": None},
        {"extra": "field"},
    ],
)
@only_sqlite
def test_a_body_of_another_shape_is_malformed(
    app: Flask, visitor: Person, changes: dict[str, Any]
) -> None:
    body = visitor.signed_siwe() | changes
    with nothing_written(app):
        problem = refused(visitor.call("POST", "/auth/siwe", body), 400, "malformed")
        assert problem["errors"][0]["field"] in changes
