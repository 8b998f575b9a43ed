"""Who may call a route: scopes, suspended accounts, and that no route was forgotten."""

from uuid import UUID

from flask import Flask
from flask_jwt_extended import jwt_required
from sqlalchemy import update

from tests.support.answers import nothing_written, refused
from tests.support.tokens import with_claims
from tests.support.wallet import V1, Person
from webapp.accounts.access import OPEN, access_of
from webapp.accounts.models import Account
from webapp.accounts.scopes import FIRST_PARTY, THIRD_PARTY, Scope, parse_scopes, scope_text
from webapp.columns import utc_now
from webapp.database import writing

SOME = "00000000-0000-7000-8000-000000000000"


def suspend(app: Flask, person: Person) -> None:
    with app.app_context(), writing() as session:
        who = Account.id == UUID(person.account)
        session.execute(update(Account).where(who).values(suspended_at=utc_now()))


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    with app.app_context():
        declared = {endpoint for endpoint in endpoints if access_of(endpoint) is not None}
    forgotten = endpoints - declared - OPEN
    assert not forgotten, f"declare these by signed_in(...) or in access.OPEN: {sorted(forgotten)}"
    assert not OPEN & declared, "these are declared and listed as open"
    assert not OPEN - endpoints, "these are listed as open and do not exist"


def test_a_token_without_scopes_is_a_persons_own_sign_in(app: Flask, carol: Person) -> None:
    older = with_claims(app, carol, scope=None, client_id=None)
    assert older.call("POST", "/posts", {"text": "hello"}).status_code == 201
    assert older.call("POST", "/auth/logout").status_code == 204


def test_a_token_is_good_for_its_scopes_only(app: Flask, carol: Person) -> None:
    posting = with_claims(app, carol, client_id="an app", scope="posts:write follows:write")
    made = posting.call("POST", "/posts", {"text": "hello"})
    assert made.status_code == 201
    path = f"/posts/{made.json['id']}"
    body = refused(posting.call("GET", path), 403, "insufficient_scope")
    assert "read" in body["detail"]
    reading = with_claims(app, carol, client_id="an app", scope="read")
    assert reading.call("GET", path).status_code == 200
    with nothing_written(app):
        refused(reading.call("DELETE", path), 403, "insufficient_scope")
        refused(reading.call("POST", "/posts", {"text": "no"}), 403, "insufficient_scope")


def test_an_app_with_unknown_or_no_scopes_may_do_nothing(app: Flask, carol: Person) -> None:
    wrong = (None, "", "nothing", "account:read", "ACCOUNT", "posts:writer read,posts:write")
    for scope in wrong:
        app_token = with_claims(app, carol, client_id="an app", scope=scope)
        for method, path in (("POST", "/posts"), ("GET", f"/posts/{SOME}"), ("POST", "/devices")):
            refused(app_token.call(method, path), 403, "insufficient_scope")


def test_an_app_with_every_scope_still_does_not_manage_the_account(
    app: Flask, carol: Person
) -> None:
    app_token = with_claims(app, carol, client_id="an app", scope=scope_text(THIRD_PARTY))
    refused(app_token.call("POST", "/devices", {}), 403, "insufficient_scope")
    refused(app_token.call("POST", "/auth/logout"), 403, "insufficient_scope")
    assert carol.call("POST", "/posts", {"text": "still signed in"}).status_code == 201


def test_scopes_are_written_and_read_alike() -> None:
    assert parse_scopes(scope_text(FIRST_PARTY)) == FIRST_PARTY
    assert Scope.ACCOUNT not in THIRD_PARTY
    assert parse_scopes("read  read posts:write") == {Scope.READ, Scope.POSTS_WRITE}


def test_a_suspended_account_reads_signs_in_and_out_and_nothing_else(
    app: Flask, carol: Person
) -> None:
    made = carol.call("POST", "/posts", {"text": "hello"}).json
    suspend(app, carol)
    with nothing_written(app):
        refused(carol.call("POST", "/posts", {"text": "no"}), 403, "suspended")
        refused(carol.call("DELETE", f"/posts/{made['id']}"), 403, "suspended")
        refused(carol.call("POST", "/devices", {}), 403, "suspended")
        refused(carol.call("DELETE", "/devices/0x" + "11" * 20, {}), 403, "suspended")
    assert carol.call("GET", f"/posts/{made['id']}").status_code == 200
    headers = {"Idempotency-Key": "in-again"}
    body = {"handle": "carol", "password": "a long password"}
    carol.take(carol.call("POST", "/auth/password", body, headers=headers))
    bearer = {"Authorization": f"Bearer {carol.refresh_token}"}
    carol.take(carol.call("POST", "/auth/refresh", headers=bearer))
    refused(carol.call("POST", "/posts", {"text": "no"}), 403, "suspended")
    assert carol.call("POST", "/auth/logout").status_code == 204


def test_a_route_that_declares_nothing_is_closed_to_the_suspended_and_to_apps(
    app: Flask, visitor: Person
) -> None:
    @jwt_required()
    def forgotten() -> dict[str, bool]:
        return {"done": True}

    @jwt_required(skip_revocation_check=True)
    def careless() -> dict[str, bool]:
        return {"done": True}

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app.add_url_rule(f"{V1}/forgotten", view_func=forgotten, methods=methods)
    app.add_url_rule(f"{V1}/careless", view_func=careless, methods=methods)
    carol = visitor.register("carol")
    for method in methods:
        assert carol.call(method, "/forgotten").status_code == 200
    refused(carol.call("POST", "/careless"), 403, "suspended")
    app_token = with_claims(app, carol, client_id="an app", scope=scope_text(THIRD_PARTY))
    refused(app_token.call("GET", "/forgotten"), 403, "insufficient_scope")
    suspend(app, carol)
    assert carol.call("GET", "/forgotten").status_code == 200
    for method in methods[1:]:
        refused(carol.call(method, "/forgotten"), 403, "suspended")


def test_an_app_that_may_read_what_one_is_told_does_not_choose_what_that_is(
    app: Flask, carol: Person
) -> None:
    reading = with_claims(app, carol, client_id="an app", scope="notifications:read")
    path = "/notifications/preferences"
    assert reading.call("GET", path).status_code == 200
    body = {"kinds": {"follow": "off"}}
    refused(reading.call("PUT", path, body), 403, "insufficient_scope")
    assert carol.call("PUT", path, body).status_code == 200


def test_an_app_that_writes_messages_does_not_choose_who_may_write_to_its_person(
    app: Flask, carol: Person
) -> None:
    path, following = "/messages/preferences", {"accept": "following"}
    writing_app = with_claims(app, carol, client_id="an app", scope="messages:read messages:write")
    with nothing_written(app):
        refused(writing_app.call("PUT", path, following), 403, "insufficient_scope")
    assert writing_app.call("GET", path).json == {"accept": "everybody"}
    assert carol.call("PUT", path, following).json == following
