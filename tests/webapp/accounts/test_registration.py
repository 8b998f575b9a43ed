"""People without a wallet: handles, passwords, and signing in with them."""

import pytest
from flask import Flask
from sqlalchemy import select

from chain.proofs.records import account_author
from tests.support.answers import at_once, nothing_written, refused, row_counts
from tests.support.wallet import Person
from webapp.accounts.handles import RESERVED
from webapp.accounts.models import Account
from webapp.extensions import db

PASSWORD = "a long password"


def register(person: Person, handle: object, password: object = PASSWORD) -> object:
    return person.call("POST", "/users", {"handle": handle, "password": password})


def test_registering_makes_an_account_with_a_derived_author(visitor: Person) -> None:
    answer = visitor.call("POST", "/users", {"handle": "dora", "password": PASSWORD})
    assert answer.status_code == 201
    account = answer.json["account"]
    user = visitor.call("GET", f"/users/{account}").json
    assert (user["id"], user["handle"]) == (account, "dora")
    assert user["authors"] == [{"address": account_author(account), "signs": False}]


def test_handles_are_taken_in_any_case_and_kept_in_lower_case(visitor: Person) -> None:
    visitor.register("Dora_99")
    assert visitor.call("GET", f"/users/{visitor.account}").json["handle"] == "dora_99"


@pytest.mark.parametrize("handle", ["abc", "a" * 30, "___", "0_0", "x2y"])
def test_handles_of_3_to_30_allowed_characters_are_accepted(visitor: Person, handle: str) -> None:
    assert register(visitor, handle).status_code == 201


def test_other_handles_are_refused(app: Flask, visitor: Person) -> None:
    handles = [
        "ab",
        "a" * 31,
        "a b",
        "a-b",
        "a.b",
        "äbc",
        "abc\n",
        "abc\0",
        "\N{CYRILLIC SMALL LETTER A}bc",
        "a/b",
        "@abc",
    ]
    with nothing_written(app):
        for handle in handles:
            refused(register(visitor, handle), 422, "handle_refused")


def test_reserved_handles_are_refused_in_any_case(app: Flask, visitor: Person) -> None:
    assert {"admin", "troth", "api", "support"} <= RESERVED
    with nothing_written(app):
        for handle in ("admin", "ADMIN", "Troth", "_admin_", "support"):
            refused(register(visitor, handle), 422, "handle_refused")


def test_a_handle_is_taken_once_in_any_case(app: Flask, visitor: Person) -> None:
    register(visitor, "dora")
    with nothing_written(app):
        for handle in ("dora", "DORA", "Dora"):
            refused(register(visitor, handle), 409, "handle_taken")


def test_one_handle_registered_at_once_belongs_to_exactly_one(app: Flask) -> None:
    people = [Person(app.test_client()) for _ in range(8)]
    calls = [
        lambda person=person, handle=handle: register(person, handle)
        for person, handle in zip(people, ["dora", "Dora", "DORA", "dorA"] * 2, strict=True)
    ]
    answers = at_once(*calls)
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    counts = row_counts(app)
    assert (counts["accounts"], counts["sessions"], counts["events"]) == (1, 1, 1)


@pytest.mark.parametrize("length", [1, 9, 257, 1_024])
def test_passwords_outside_of_10_to_256_characters_are_refused(
    app: Flask, visitor: Person, length: int
) -> None:
    with nothing_written(app):
        problem = refused(register(visitor, "dora", "x" * length), 422, "password_refused")
    assert "x" * min(length, 9) not in problem["detail"]


@pytest.mark.parametrize("password", ["x" * 10, "x" * 256, "pass word \N{SNOWMAN} ümläut"])
def test_passwords_within_the_bounds_sign_in_again(visitor: Person, password: str) -> None:
    register(visitor, "dora", password)
    again = visitor.call("POST", "/auth/password", {"handle": "DORA", "password": password})
    assert again.status_code == 200


@pytest.mark.usefixtures("real_passwords")
def test_the_password_is_kept_as_an_argon2id_hash_only(app: Flask, visitor: Person) -> None:
    register(visitor, "dora")
    with app.app_context():
        kept = db.session.scalars(select(Account.password_hash)).one()
    assert kept is not None
    # The low-memory profile of RFC 9106: 64 MiB, three passes, four lanes.
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in kept


def test_bodies_of_another_shape_are_malformed(app: Flask, visitor: Person) -> None:
    bodies = [
        {},
        {"handle": "dora"},
        {"password": PASSWORD},
        {"handle": 1, "password": PASSWORD},
        {"handle": "dora", "password": None},
        {"handle": "dora", "password": PASSWORD, "role": "operator"},
        {"handle": "d" * 65, "password": PASSWORD},
        {"handle": "dora", "password": "x" * 1_025},
        ["dora", PASSWORD],
    ]
    with nothing_written(app):
        for body in bodies:
            refused(visitor.call("POST", "/users", body), 400, "malformed")


def test_signing_in_opens_another_session_of_the_same_account(
    app: Flask, carol: Person, visitor: Person
) -> None:
    body = {"handle": "carol", "password": PASSWORD}
    answer = visitor.call("POST", "/auth/password", body)
    assert (answer.status_code, answer.json["account"]) == (200, carol.account)
    assert answer.json["access_token"] != carol.token
    assert row_counts(app)["sessions"] == 2


@pytest.mark.usefixtures("carol")
def test_a_wrong_handle_and_a_wrong_password_cannot_be_told_apart(
    app: Flask, visitor: Person
) -> None:
    bodies = [
        {"handle": "carol", "password": "another password"},
        {"handle": "nobody_here", "password": PASSWORD},
        {"handle": "not a handle!", "password": PASSWORD},
        {"handle": "carol", "password": "x" * 1_000},
    ]
    with nothing_written(app):
        problems = [
            refused(visitor.call("POST", "/auth/password", body), 401, "sign_in_refused")
            for body in bodies
        ]
    for problem in problems:
        problem.pop("request_id")
    assert all(problem == problems[0] for problem in problems)


def test_a_handle_with_u_0000_is_a_wrong_handle(app: Flask, visitor: Person) -> None:
    body = {"handle": "car\0ol", "password": PASSWORD}
    with nothing_written(app):
        refused(visitor.call("POST", "/auth/password", body), 401, "sign_in_refused")


def test_a_wallets_account_has_no_password_to_guess(
    app: Flask, alice: Person, visitor: Person
) -> None:
    assert alice.account
    with nothing_written(app):
        for handle in ("None", "null", alice.address[:40]):
            body = {"handle": handle, "password": "nobody has this password"}
            refused(visitor.call("POST", "/auth/password", body), 401, "sign_in_refused")


def test_an_unknown_person_is_not_found(visitor: Person) -> None:
    missing = "/users/00000000-0000-7000-8000-000000000000"
    for path in (missing, f"{missing}/posts"):
        refused(visitor.call("GET", path), 404, "user_not_found")
    refused(visitor.call("GET", "/users/not-a-uuid"), 404, "not_found")
