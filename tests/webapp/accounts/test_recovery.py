"""What a recovery leaves to whoever was in before: nothing but wallets, which it lists."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from eth_account import Account
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from chain.proofs.records import Kind
from tests.support.answers import at_once, refused
from tests.support.oauth import allowed, register_app, using
from tests.support.wallet import PASSWORD, Person
from tests.support.wallets import link, proof
from webapp.accounts.oauth import authorization
from webapp.accounts.oauth.models import OAuthConsent
from webapp.accounts.wallets import service as wallets
from webapp.columns import iso, utc_now
from webapp.database import writing
from webapp.events.models import Event, EventType
from webapp.extensions import db
from webapp.log.models import Author, AuthorTenure
from webapp.notifications.webhooks import service as webhooks
from workers.delivery import deliver

NEW = "another long password"
HOOK = {"url": "https://thief.example/hook"}
TOLD = "read posts:write notifications:read webhooks:write"


@pytest.fixture
def codes(carol: Person) -> list[str]:
    found: list[str] = carol.call("POST", "/me/recovery-codes", {"password": PASSWORD}).json[
        "codes"
    ]
    return found


def recover(app: Flask, code: str) -> TestResponse:
    body = {"handle": "carol", "code": code, "new_password": NEW}
    return Person(app.test_client()).call("POST", "/auth/recover", body)


def recovered(app: Flask, code: str) -> Person:
    return Person(app.test_client()).take(recover(app, code))


def test_apps_are_allowed_nothing_any_more(
    app: Flask, carol: Person, alice: Person, codes: list[str]
) -> None:
    application, other = register_app(alice), register_app(alice, name="Another")
    tokens, kept = application.tokens(carol, scope=TOLD), application.tokens(alice, scope=TOLD)
    told = using(carol, tokens["access_token"]).call("POST", "/webhooks", HOOK)
    assert told.status_code == 201, told.text
    on_its_way = allowed(carol, other.request())
    back = recovered(app, codes[0])
    refused(using(carol, tokens["access_token"]).call("GET", "/webhooks"), 401, "no_session")
    assert application.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert other.exchange(on_its_way).json["error"] == "invalid_grant"
    assert back.call("GET", "/oauth/consents").json["items"] == []
    assert back.call("GET", "/webhooks").json["items"] == []
    with app.app_context():
        revoked = select(Event.subject).filter_by(type=EventType.APP_REVOKED)
        assert set(db.session.scalars(revoked)) == {application.client_id, other.client_id}
        deliver()
    # What others allow the same app stands, and so does what is allowed from now on.
    assert application.refresh(kept["refresh_token"]).status_code == 200
    again = using(back, application.tokens(back, scope=TOLD)["access_token"])
    assert again.call("GET", "/webhooks").json["items"] == []


def test_own_webhooks_rest_until_their_person_lets_them_go_on(
    app: Flask, carol: Person, alice: Person, codes: list[str]
) -> None:
    made = carol.call("POST", "/webhooks", HOOK).json
    alices = alice.call("POST", "/webhooks", HOOK).json
    back = recovered(app, codes[0])
    (shown,) = back.call("GET", "/webhooks").json["items"]
    assert (shown["id"], shown["url"]) == (made["id"], HOOK["url"])
    assert shown["disabled_at"] is not None
    assert "recovered" in shown["disabled_reason"]
    (untouched,) = alice.call("GET", "/webhooks").json["items"]
    assert (untouched["id"], untouched["disabled_at"]) == (alices["id"], None)
    assert back.call("POST", f"/webhooks/{made['id']}/test").status_code == 202
    (shown,) = back.call("GET", "/webhooks").json["items"]
    assert (shown["disabled_at"], shown["disabled_reason"]) == (None, None)


def test_a_new_password_leaves_apps_webhooks_and_codes_unless_the_account_is_closed_to_others(
    app: Flask, carol: Person, alice: Person, codes: list[str]
) -> None:
    application = register_app(alice)
    application.tokens(carol, scope=TOLD)
    carol.call("POST", "/webhooks", HOOK)
    change = {"password": PASSWORD, "new_password": PASSWORD}
    assert carol.call("POST", "/me/password", change).status_code == 204
    assert carol.call("POST", "/me/password", change | {"close_others": False}).status_code == 204
    (consent,) = carol.call("GET", "/oauth/consents").json["items"]
    (hook,) = carol.call("GET", "/webhooks").json["items"]
    assert (consent["client_id"], hook["disabled_at"]) == (application.client_id, None)
    for unclear in ("true", "yes", None):
        refused(
            carol.call("POST", "/me/password", change | {"close_others": unclear}), 400, "malformed"
        )
    other = Person(app.test_client()).take(recover(app, codes[0]))
    carol.take(carol.call("POST", "/auth/password", {"handle": "carol", "password": NEW}, {}))
    application.tokens(carol, scope=TOLD)
    carol.call("POST", f"/webhooks/{hook['id']}/test")
    change = {"password": NEW, "new_password": PASSWORD, "close_others": True}
    assert carol.call("POST", "/me/password", change).status_code == 204
    assert carol.call("GET", "/oauth/consents").json["items"] == []
    (hook,) = carol.call("GET", "/webhooks").json["items"]
    assert hook["disabled_at"] is not None
    refused(recover(app, codes[1]), 401, "sign_in_refused")
    refused(other.call("GET", "/me"), 401, "no_session")
    assert carol.call("GET", "/me").status_code == 200


def test_a_device_of_a_thiefs_publishes_nothing_after_a_recovery(
    app: Flask, carol: Person, alice: Person, codes: list[str]
) -> None:
    """Its signatures stand for the wallet's, but a record comes in with a token of the account alone."""
    assert link(carol).status_code == 201
    assert carol.allow_device().status_code == 201
    record = carol.sign(Kind.POST, carol.post_record(), carol.device)
    back = recovered(app, codes[0])
    refused(carol.call("POST", "/posts", record), 401, "no_session")
    refused(alice.call("POST", "/posts", record), 403, "not_your_author")
    # Once its wallet is unlinked it speaks for nobody, whoever sends it.
    assert back.call("DELETE", f"/wallets/{carol.address}").status_code == 204
    refused(back.call("POST", "/posts", record), 403, "not_your_author")


def test_wallets_that_can_sign_in_are_listed_with_when_they_were_linked(
    app: Flask, carol: Person, codes: list[str]
) -> None:
    assert recover(app, codes[0]).json["wallets"] == []
    carol.take(carol.call("POST", "/auth/password", {"handle": "carol", "password": NEW}, {}))
    own = carol.again(carol.http)
    thief = own.again(own.http)
    thief.wallet = Account.create()
    for one in (own, thief):
        assert link(one).status_code == 201
    # Linked long ago and again now: it is the new one of the two.
    long_ago, before = utc_now() - timedelta(days=900), utc_now() - timedelta(days=30)
    with app.app_context(), writing() as session:
        for table, column in ((Author, Author.created_at), (AuthorTenure, AuthorTenure.since)):
            mine = update(table).where(table.address == own.address)
            session.execute(mine.values({column: before}))
        mine = update(Author).where(Author.address == thief.address)
        session.execute(mine.values(created_at=long_ago))
    answer = recover(app, codes[1])
    items = answer.json["wallets"]
    assert [one["address"] for one in items] == [own.address, thief.address]
    assert items[0]["created_at"] == iso(before)
    assert items[1]["created_at"] > iso(before)
    back = Person(app.test_client()).take(answer)
    assert back.call("GET", "/wallets").json["items"] == items
    # The sign-in is fresh: the one that nobody knows is unlinked at once.
    assert back.call("DELETE", f"/wallets/{thief.address}").status_code == 204
    assert thief.sign_in().account != back.account


def meanwhile(
    app: Flask, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str], code: str
) -> None:
    """Let the owner recover the account while a request of the thief's is under way there."""
    real: Callable[..., Any] = getattr(*where)
    late = [code]

    def recovering(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        while late:
            with ThreadPoolExecutor(1) as other:
                answer = other.submit(recover, app, late.pop()).result(30)
                assert answer.status_code == 200, answer.text
        return found

    monkeypatch.setattr(*where, recovering)


def test_what_a_thief_has_under_way_leaves_no_webhook(
    app: Flask, carol: Person, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(app, monkeypatch, (webhooks, "parse_target"), codes[0])
    refused(carol.call("POST", "/webhooks", HOOK), 401, "no_session")
    assert recovered(app, codes[1]).call("GET", "/webhooks").json["items"] == []


def test_what_a_thief_has_under_way_links_and_unlinks_no_wallet(
    app: Flask, carol: Person, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert link(carol).status_code == 201
    thief = carol.again(carol.http)
    thief.wallet = Account.create()
    body = proof(thief)
    with monkeypatch.context() as patched:
        meanwhile(app, patched, (wallets, "proven_wallet"), codes[0])
        refused(thief.call("POST", "/wallets", body), 401, "no_session")
    thief.take(thief.call("POST", "/auth/password", {"handle": "carol", "password": NEW}))
    with monkeypatch.context() as patched:
        meanwhile(app, patched, (wallets, "confirm_fresh"), codes[1])
        refused(thief.call("DELETE", f"/wallets/{carol.address}"), 401, "no_session")
    listed = recover(app, codes[2]).json["wallets"]
    assert [one["address"] for one in listed] == [carol.address]


def test_what_a_thief_has_under_way_allows_no_app(
    app: Flask,
    carol: Person,
    alice: Person,
    codes: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = register_app(alice).request()
    meanwhile(app, monkeypatch, (authorization, "_app_of"), codes[0])
    answer = carol.call("POST", "/oauth/authorize", asked | {"decision": "allow"})
    refused(answer, 401, "no_session")
    with app.app_context():
        assert db.session.scalars(select(OAuthConsent)).all() == []


def test_recovering_while_apps_exchange_and_people_take_back_ends_all_of_it(
    app: Flask, carol: Person, alice: Person, codes: list[str]
) -> None:
    """Whatever comes first: nobody waits for ever for anybody, and no session of an app is left."""
    applications = [register_app(alice, name=f"App {number}") for number in range(3)]
    ways = [allowed(carol, one.request()) for one in applications]
    items = carol.call("GET", "/oauth/consents").json["items"]
    answers = at_once(
        *(
            lambda one=one, code=code: one.exchange(code)
            for one, code in zip(applications, ways, strict=True)
        ),
        lambda: recover(app, codes[0]),
        lambda: carol.again(app.test_client()).call("DELETE", f"/oauth/consents/{items[0]['id']}"),
        lambda: alice.again(app.test_client()).call(
            "DELETE", f"/oauth/apps/{applications[0].client_id}"
        ),
    )
    assert all(answer.status_code in (200, 204, 400, 401) for answer in answers)
    assert answers[3].status_code == 200
    for answer in answers[:3]:
        if answer.status_code == 200:
            acting = using(carol, answer.json["access_token"])
            refused(acting.call("GET", f"/users/{carol.account}/posts"), 401, "no_session")
