"""What lets in for less than a week takes nothing older away, and gives way to it."""

from datetime import timedelta
from uuid import UUID

import pytest
from eth_account import Account as Wallet
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.support.answers import at_once, nothing_written, refused
from tests.support.wallet import PASSWORD, Person
from tests.support.wallets import link
from webapp.accounts.credentials.models import RecoveryCode
from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.database import writing
from webapp.log.models import AuthorTenure

THIEFS = "a thief's long password"


def pass_days(app: Flask, days: int) -> None:
    """Let whatever lets in by now have done so for some days more; sign-ins stay fresh."""
    with app.app_context(), writing() as session:
        for account in session.scalars(select(Account)):
            account.created_at -= timedelta(days=days)
            if account.password_since is not None:
                account.password_since -= timedelta(days=days)
        for tenure in session.scalars(select(AuthorTenure)):
            tenure.since -= timedelta(days=days)
        for code in session.scalars(select(RecoveryCode)):
            code.created_at -= timedelta(days=days)


@pytest.fixture(autouse=True)
def _grown(app: Flask, alice: Person, carol: Person) -> None:
    """Alice has had her wallet for long, and carol her password."""
    assert alice.call("PATCH", "/me", {"handle": "alice"}).status_code == 200
    with app.app_context(), writing() as session:
        for person in (alice, carol):
            began = update(Account).where(Account.id == UUID(person.account))
            session.execute(began.values(created_at=utc_now() - timedelta(days=8)))
            since = update(AuthorTenure).where(AuthorTenure.address == person.address)
            session.execute(since.values(since=utc_now() - timedelta(days=8)))


def thief_of(app: Flask, person: Person) -> Person:
    """Return who linked a wallet of their own by the person's fresh token, and came in by that."""
    thief = person.again(app.test_client())
    thief.wallet = Wallet.create()
    assert link(thief).status_code == 201
    return thief.sign_in()


def unlink(by: Person, address: str, **body: str) -> TestResponse:
    return by.call("DELETE", f"/wallets/{address}", body)


def delete_by_wallet(by: Person) -> TestResponse:
    challenge = by.call("POST", "/me/deletion/nonce").json
    return by.call("DELETE", "/me", by.signed_siwe(by.siwe(**challenge)))


def test_a_new_wallet_neither_unlinks_the_old_one_nor_deletes_the_account(
    app: Flask, alice: Person
) -> None:
    thief = thief_of(app, alice)
    with nothing_written(app):
        for token in (thief, alice):  # the stolen token itself is as fresh
            refused(unlink(token, alice.address), 403, "way_in_too_new")
    refused(delete_by_wallet(thief), 403, "way_in_too_new")
    pass_days(app, 6)
    refused(unlink(thief, alice.address), 403, "way_in_too_new")
    refused(delete_by_wallet(thief), 403, "way_in_too_new")
    # The owner has had a week to see it, and to take it away.
    alice.sign_in()
    assert unlink(alice, thief.address).status_code == 204
    refused(thief.call("GET", "/me"), 401, "no_session")
    assert delete_by_wallet(alice).status_code == 204


def test_after_a_week_a_wallet_is_as_good_as_the_others(app: Flask, alice: Person) -> None:
    second = thief_of(app, alice)
    pass_days(app, 7)
    assert unlink(second, alice.address).status_code == 204
    assert delete_by_wallet(second).status_code == 204


def test_of_two_old_wallets_one_stays_also_when_both_are_unlinked_at_once(
    app: Flask, alice: Person
) -> None:
    second = thief_of(app, alice)
    pass_days(app, 7)
    thief = thief_of(app, alice)
    answers = at_once(
        *(
            lambda address=address: unlink(thief.again(app.test_client()), address)
            for address in (alice.address, second.address)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [204, 403]


def test_a_first_password_of_a_thiefs_takes_nothing_and_is_replaced_by_the_owners_wallet(
    app: Flask, alice: Person
) -> None:
    thief = alice.again(app.test_client())
    chosen = {"new_password": THIEFS, "password": "not that there was one"}
    assert thief.call("POST", "/me/password", chosen).status_code == 204
    refused(thief.call("DELETE", "/me", {"password": THIEFS}), 403, "way_in_too_new")
    refused(unlink(thief, alice.address, password=THIEFS), 403, "way_in_too_new")
    codes = thief.call("POST", "/me/recovery-codes", {"password": THIEFS}).json["codes"]
    body = {"handle": "alice", "code": codes[0], "new_password": THIEFS}
    thief.take(thief.call("POST", "/auth/recover", body))
    refused(thief.call("DELETE", "/me", {"password": THIEFS}), 403, "way_in_too_new")
    # Nor does it become old by being changed, or by a wallet of the thief's.
    own = {"password": THIEFS, "new_password": THIEFS}
    by_new_wallet = thief_of(app, thief)
    assert by_new_wallet.call("POST", "/me/password", own).status_code == 204
    refused(
        by_new_wallet.call("POST", "/me/password", {"new_password": PASSWORD}),
        403,
        "password_wrong",
    )
    alice.sign_in()
    assert alice.call("POST", "/me/password", {"new_password": PASSWORD}).status_code == 204
    refused(
        Person(app.test_client()).call(
            "POST", "/auth/password", {"handle": "alice", "password": THIEFS}
        ),
        401,
        "sign_in_refused",
    )
    refused(alice.call("DELETE", "/me", {"password": PASSWORD}), 403, "way_in_too_new")
    pass_days(app, 7)
    refused(
        alice.call("POST", "/me/password", {"new_password": THIEFS}),
        403,
        "password_wrong",
    )
    assert alice.call("DELETE", "/me", {"password": PASSWORD}).status_code == 204


def test_beside_an_old_password_a_new_wallet_takes_no_old_one_away(
    app: Flask, carol: Person
) -> None:
    assert link(carol).status_code == 201
    pass_days(app, 7)
    thief = thief_of(app, carol)
    refused(unlink(thief, carol.address), 403, "way_in_too_new")
    refused(delete_by_wallet(thief), 403, "way_in_too_new")
    assert unlink(thief, carol.address, password=PASSWORD).status_code == 204
    assert thief.call("DELETE", "/me", {"password": PASSWORD}).status_code == 204


def test_old_wallets_go_one_after_the_other_but_the_last_by_the_old_password_alone(
    app: Flask, carol: Person
) -> None:
    assert link(carol).status_code == 201
    second = thief_of(app, carol)
    pass_days(app, 7)
    assert unlink(carol, second.address).status_code == 204
    refused(unlink(carol, carol.address), 403, "way_in_too_new")
    assert unlink(carol, carol.address, password=PASSWORD).status_code == 204


def recovered(app: Flask, code: str) -> Person:
    body = {"handle": "alice", "code": code, "new_password": PASSWORD}
    person = Person(app.test_client())
    return person.take(person.call("POST", "/auth/recover", body))


def test_a_password_that_an_old_code_chose_takes_a_stolen_wallet_away(
    app: Flask, alice: Person
) -> None:
    codes = alice.call("POST", "/me/recovery-codes", {}).json["codes"]
    pass_days(app, 7)
    owner, thief = recovered(app, codes[0]), alice.sign_in()
    over = {"new_password": THIEFS, "close_others": True}
    refused(thief.call("POST", "/me/password", over), 403, "password_wrong")
    assert unlink(owner, alice.address, password=PASSWORD).status_code == 204
    refused(thief.call("GET", "/me"), 401, "no_session")


def test_a_password_that_a_new_code_chose_is_as_new(app: Flask, alice: Person) -> None:
    first = {"new_password": THIEFS, "password": "not that there was one"}
    assert alice.call("POST", "/me/password", first).status_code == 204
    pass_days(app, 6)
    codes = alice.sign_in().call("POST", "/me/recovery-codes", {}).json["codes"]
    pass_days(app, 1)
    thief = recovered(app, codes[0])
    refused(unlink(thief, alice.address, password=PASSWORD), 403, "way_in_too_new")
    refused(thief.call("DELETE", "/me", {"password": PASSWORD}), 403, "way_in_too_new")


def test_a_new_account_is_its_persons_at_once(app: Flask) -> None:
    dora = Person(app.test_client()).sign_in()
    second = thief_of(app, dora)
    assert unlink(second, dora.address).status_code == 204
    assert delete_by_wallet(second).status_code == 204
