"""Sessions in cookies: out of scripts' reach, useless to other sites, and no matter to bearers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.http import parse_cookie
from werkzeug.test import TestResponse

from tests.support import instance
from tests.support.answers import nothing_written, refused
from tests.support.wallet import PASSWORD, V1, Person

ACCESS, REFRESH = "troth_access", "troth_refresh"
NEW_POST = {"text": "from a browser"}
MakeApp = Callable[..., Flask]


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Once on SQLite is enough: sessions in the database are tested on both, cookies only carry them."""
    return instance.copied_sqlite(sqlite_template, tmp_path)


def sign_in(client: FlaskClient, handle: str = "carol", **headers: str) -> TestResponse:
    body = {"handle": handle, "password": PASSWORD, "session": "cookie"}
    return client.post(f"{V1}/auth/password", json=body, headers=headers)


@pytest.fixture
def browser(app: Flask, carol: Person) -> FlaskClient:
    """Give a browser in which carol is signed in by cookie."""
    client = app.test_client()
    assert sign_in(client).status_code == 200
    return client


def csrf(browser: FlaskClient, kind: str = "access") -> dict[str, str]:
    found = browser.get_cookie(f"troth_csrf_{kind}")
    assert found is not None
    return {"X-CSRF-Token": found.value}


def call(
    browser: FlaskClient, path: str, headers: dict[str, str], body: Any = None
) -> TestResponse:
    return browser.post(V1 + path, json=body, headers=headers)


def cookies_of(answer: TestResponse) -> dict[str, str]:
    """Return the attributes of each cookie that is set, in lower case."""
    lines = answer.headers.getlist("Set-Cookie")
    return {next(iter(parse_cookie(line))): line.lower() for line in lines}


def values_of(answer: TestResponse) -> list[dict[str, str | None]]:
    """Return the cookies that are set, by name, without the moment until which they are good."""
    lines = answer.headers.getlist("Set-Cookie")
    return [dict(parse_cookie(line.partition(";")[0])) for line in lines]


def test_tokens_in_cookies_are_not_in_the_body_nor_in_reach_of_scripts(
    app: Flask, carol: Person
) -> None:
    answer = sign_in(app.test_client())
    assert answer.json == {"account": carol.account}
    found = cookies_of(answer)
    assert set(found) == {ACCESS, REFRESH, "troth_csrf_access", "troth_csrf_refresh"}
    for name in (ACCESS, REFRESH):
        assert "httponly" in found[name]
    for name in ("troth_csrf_access", "troth_csrf_refresh"):
        assert "httponly" not in found[name]
    assert all("samesite=strict" in line and "secure" not in line for line in found.values())
    assert "path=/api/v1;" in found[ACCESS] + ";"
    assert "path=/api/v1/auth;" in found[REFRESH] + ";"
    assert "max-age=900" in found[ACCESS]
    assert "max-age=2592000" in found[REFRESH]


def test_registering_hands_out_cookies_too(app: Flask) -> None:
    body = {"handle": "emil", "password": PASSWORD, "session": "cookie"}
    answer = app.test_client().post(f"{V1}/users", json=body)
    assert answer.status_code == 201
    assert set(answer.json) == {"account"}
    assert ACCESS in cookies_of(answer)


MARKED = {f"__Host-{name}" for name in (ACCESS, REFRESH, "troth_csrf_access", "troth_csrf_refresh")}


@pytest.fixture
def behind_https(make_app: MakeApp) -> FlaskClient:
    """Give a browser at a server behind https in which emil is signed in by cookie."""
    client = make_app(public_url="https://troth.example").test_client()
    body = {"handle": "emil", "password": PASSWORD, "session": "cookie"}
    answer = client.post(f"{V1}/users", json=body)
    assert answer.status_code == 201, answer.text
    found = cookies_of(answer)
    assert set(found) == MARKED
    for line in found.values():
        parts = [part.strip() for part in line.split(";")]
        assert {"secure", "path=/", "samesite=strict"} < set(parts)
        assert not any(part.startswith("domain") for part in parts)
    for name in (ACCESS, REFRESH):
        assert "httponly" in found[f"__Host-{name}"]
        assert "httponly" not in found[f"__Host-{name.replace('_', '_csrf_')}"]
    return client


def marked_csrf(browser: FlaskClient, kind: str = "access") -> dict[str, str]:
    found = browser.get_cookie(f"__Host-troth_csrf_{kind}")
    assert found is not None
    return {"X-CSRF-Token": found.value}


def test_behind_https_cookies_are_nobody_elses_to_set(behind_https: FlaskClient) -> None:
    made = call(behind_https, "/posts", marked_csrf(behind_https), NEW_POST)
    assert made.status_code == 201, made.text
    refused(call(behind_https, "/posts", {}, NEW_POST), 403, "csrf_refused")
    behind_https.delete_cookie(f"__Host-{ACCESS}")
    answer = call(behind_https, "/auth/refresh", marked_csrf(behind_https, "refresh"))
    assert (answer.status_code, set(cookies_of(answer))) == (200, MARKED)
    behind_https.delete_cookie(f"__Host-{ACCESS}")
    answer = call(behind_https, "/auth/logout", marked_csrf(behind_https, "refresh"))
    assert answer.status_code == 204, answer.text
    dropped = cookies_of(answer)
    assert set(dropped) == MARKED
    assert all("secure" in line and "path=/;" in line + ";" for line in dropped.values())
    assert all(behind_https.get_cookie(name) is None for name in MARKED)


def test_behind_https_a_dead_session_drops_its_marked_cookies(behind_https: FlaskClient) -> None:
    other = behind_https.application.test_client()
    body = {"handle": "emil", "password": PASSWORD, "session": "cookie"}
    assert other.post(f"{V1}/auth/password", json=body).status_code == 200
    ended = other.delete(f"{V1}/me/sessions", headers=marked_csrf(other))
    assert ended.status_code == 204, ended.text
    refused(behind_https.get(f"{V1}/me"), 401, "no_session")
    assert behind_https.get_cookie(f"__Host-{ACCESS}") is None
    assert behind_https.get_cookie("__Host-troth_csrf_access") is None
    assert behind_https.get_cookie("__Host-troth_csrf_refresh") is not None


def test_behind_https_a_cookie_that_a_siblings_page_set_signs_nobody_in(
    behind_https: FlaskClient,
) -> None:
    """Nor do those that an earlier release set: they are dropped, and their people sign in again."""
    theirs = behind_https.application.test_client()
    body = {"handle": "frida", "password": PASSWORD}
    tokens = theirs.post(f"{V1}/users", json=body).json
    visitor = behind_https.application.test_client()
    for client in (behind_https, visitor):
        client.set_cookie(ACCESS, tokens["access_token"], path="/api/v1")
        client.set_cookie(REFRESH, tokens["refresh_token"], path="/api/v1/auth")
        for kind in ("access", "refresh"):
            value = csrf_of(tokens[f"{kind}_token"])["X-CSRF-Token"]
            client.set_cookie(f"troth_csrf_{kind}", value)
    headers = csrf_of(tokens["refresh_token"])
    answer = call(visitor, "/auth/refresh", headers)
    refused(answer, 401, "no_session")
    dropped = cookies_of(answer)
    assert set(dropped) == {ACCESS, REFRESH, "troth_csrf_access", "troth_csrf_refresh"}
    assert all("expires=thu, 01 jan 1970" in line for line in dropped.values())
    assert visitor.get_cookie(ACCESS, path="/api/v1") is None
    assert visitor.get_cookie(REFRESH, path="/api/v1/auth") is None
    assert visitor.get_cookie("troth_csrf_refresh") is None
    refused(visitor.get(f"{V1}/me"), 401, "no_session")
    shown = behind_https.get(f"{V1}/me")
    assert shown.json["profile"]["handle"] == "emil"
    made = call(behind_https, "/posts", marked_csrf(behind_https), NEW_POST)
    assert made.json["account"] == shown.json["profile"]["id"]


def test_by_plain_http_marked_cookies_are_neither_set_nor_read(
    app: Flask, browser: FlaskClient
) -> None:
    assert all(browser.get_cookie(name) is None for name in MARKED)
    token = browser.get_cookie(ACCESS, path="/api/v1")
    assert token is not None
    other = app.test_client()
    other.set_cookie(f"__Host-{ACCESS}", token.value)
    refused(other.get(f"{V1}/me"), 401, "no_session")


@pytest.mark.parametrize(
    ("url", "name"),
    [("http://troth.example", ACCESS), ("https://troth.example", f"__Host-{ACCESS}")],
)
def test_the_document_names_the_cookies_as_they_are(make_app: MakeApp, url: str, name: str) -> None:
    answer = make_app(public_url=url).test_client().get(f"{V1}/openapi.json")
    assert json.loads(answer.data)["components"]["securitySchemes"]["cookie"]["name"] == name


def test_without_asking_tokens_come_in_the_body(app: Flask, carol: Person) -> None:
    for more in ({"session": "bearer"}, {}):
        body = {"handle": "carol", "password": PASSWORD} | more
        answer = app.test_client().post(f"{V1}/auth/password", json=body)
        assert {"access_token", "refresh_token"} < set(answer.json)
        assert not cookies_of(answer)


def test_an_unknown_kind_of_session_is_refused(carol: Person) -> None:
    body = {"handle": "carol", "password": PASSWORD, "session": "Cookie"}
    refused(carol.call("POST", "/auth/password", body), 400, "malformed")


def test_a_browser_reads_with_its_cookie_and_writes_with_the_csrf_value(
    browser: FlaskClient,
) -> None:
    made = call(browser, "/posts", csrf(browser), NEW_POST | {"audience": "followers"})
    assert made.status_code == 201, made.text
    assert browser.get(f"{V1}/posts/{made.json['id']}").status_code == 200


def test_the_cookie_of_a_session_that_was_ended_elsewhere_is_dropped_and_reading_goes_on(
    app: Flask, browser: FlaskClient, carol: Person
) -> None:
    made = call(browser, "/posts", csrf(browser), NEW_POST)
    other = app.test_client()
    assert sign_in(other).status_code == 200
    assert other.delete(f"{V1}/me/sessions", headers=csrf(other)).status_code < 300
    path = f"{V1}/posts/{made.json['id']}"
    refused(browser.get(path), 401, "no_session")
    assert browser.get_cookie(ACCESS, path="/api/v1") is None
    assert browser.get_cookie("troth_csrf_access") is None
    assert browser.get_cookie("troth_csrf_refresh") is not None
    assert browser.get(path).status_code == 200


def test_a_dead_bearer_token_drops_no_cookie(app: Flask, browser: FlaskClient) -> None:
    dead = app.test_client().post(
        f"{V1}/auth/password", json={"handle": "carol", "password": PASSWORD}
    )
    bearer = {"Authorization": f"Bearer {dead.json['access_token']}"}
    assert browser.delete(f"{V1}/me/sessions", headers=csrf(browser)).status_code < 300
    answer = browser.get(f"{V1}/me", headers=bearer)
    refused(answer, 401, "no_session")
    assert not cookies_of(answer)


def test_a_write_by_cookie_without_its_csrf_value_is_refused(
    app: Flask, browser: FlaskClient
) -> None:
    other = app.test_client()
    sign_in(other)
    with nothing_written(app):
        for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "guess"}):
            refused(call(browser, "/posts", headers, NEW_POST), 403, "csrf_refused")
        refused(call(browser, "/posts", csrf(browser, "refresh"), NEW_POST), 403, "csrf_refused")
        # The value belongs to the signed token: another session's own cookie and header do not fit.
        tossed = csrf(other)
        browser.set_cookie("troth_csrf_access", tossed["X-CSRF-Token"])
        refused(call(browser, "/posts", tossed, NEW_POST), 403, "csrf_refused")
        refused(call(browser, "/auth/refresh", {}), 403, "csrf_refused")
        refused(call(browser, "/auth/logout", {}), 403, "csrf_refused")


OTHER_SITES = (
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "http://localhost:1",
)


def test_a_write_by_cookie_from_another_site_is_refused_even_with_the_csrf_value(
    app: Flask, browser: FlaskClient
) -> None:
    headers = csrf(browser)
    with nothing_written(app):
        for origin in OTHER_SITES:
            answer = call(browser, "/posts", headers | {"Origin": origin}, NEW_POST)
            refused(answer, 403, "cross_site")
    answer = call(browser, "/posts", headers | {"Origin": "http://localhost"}, NEW_POST)
    assert answer.status_code == 201
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_bearers_need_no_csrf_value_wherever_they_come_from(carol: Person) -> None:
    headers = {"Origin": "https://somewhere.example"}
    assert carol.call("POST", "/posts", NEW_POST, headers=headers).status_code == 201


def test_a_bearer_beside_a_cookie_is_the_one_that_counts(app: Flask, browser: FlaskClient) -> None:
    dora = Person(app.test_client()).register("dora")
    answer = browser.post(f"{V1}/posts", json=NEW_POST, headers=dora.headers)
    assert (answer.status_code, answer.json["account"]) == (201, dora.account)


def test_a_refresh_by_cookie_renews_the_cookies(app: Flask, browser: FlaskClient) -> None:
    before = browser.get_cookie(REFRESH, path="/api/v1/auth")
    browser.delete_cookie(ACCESS, path="/api/v1")
    headers = csrf(browser, "refresh") | {"Idempotency-Key": "again"}
    first = call(browser, "/auth/refresh", headers)
    assert first.status_code == 200, first.text
    assert set(first.json) == {"account"}
    assert before is not None
    browser.set_cookie(REFRESH, before.value, path="/api/v1/auth")
    again = call(browser, "/auth/refresh", headers)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert values_of(again) == values_of(first)
    assert call(browser, "/posts", csrf(browser), NEW_POST).status_code == 201
    browser.set_cookie(REFRESH, before.value, path="/api/v1/auth")
    spent = csrf_of(before.value)
    refused(call(browser, "/auth/refresh", spent), 401, "no_session")
    refused(call(browser, "/posts", csrf(browser), NEW_POST), 401, "no_session")


def csrf_of(token: str) -> dict[str, str]:
    claims = jwt.decode(token, options={"verify_signature": False})
    return {"X-CSRF-Token": claims["csrf"]}


def test_tokens_are_not_taken_from_the_other_kinds_cookie(
    app: Flask, browser: FlaskClient, carol: Person
) -> None:
    with nothing_written(app):
        client = app.test_client()
        client.set_cookie(ACCESS, carol.refresh_token)
        refused(call(client, "/posts", csrf_of(carol.refresh_token), NEW_POST), 401, "no_session")
        client = app.test_client()
        client.set_cookie(REFRESH, carol.token)
        refused(call(client, "/auth/refresh", csrf_of(carol.token)), 401, "no_session")


@pytest.mark.parametrize("expired", [False, True])
def test_signing_out_drops_the_cookies_and_ends_the_session(
    browser: FlaskClient, expired: bool
) -> None:
    token = browser.get_cookie(ACCESS, path="/api/v1")
    assert token is not None
    if expired:  # then the browser has the refresh token alone
        browser.delete_cookie(ACCESS, path="/api/v1")
    answer = call(browser, "/auth/logout", csrf(browser, "refresh" if expired else "access"))
    assert answer.status_code == 204, answer.text
    assert browser.get_cookie(ACCESS, path="/api/v1") is None
    assert browser.get_cookie(REFRESH, path="/api/v1/auth") is None
    headers = {"Authorization": f"Bearer {token.value}"}
    refused(browser.post(f"{V1}/posts", json=NEW_POST, headers=headers), 401, "no_session")


def test_recovering_sets_cookies_where_they_are_asked_for(browser: FlaskClient) -> None:
    made = call(browser, "/me/recovery-codes", csrf(browser), {"password": PASSWORD})
    body = {"handle": "carol", "code": made.json["codes"][0], "new_password": PASSWORD}
    client = browser.application.test_client()
    answer = client.post(f"{V1}/auth/recover", json=body | {"session": "cookie"})
    assert set(answer.json) == {"account", "wallets"}
    assert client.get(f"{V1}/me").status_code == 200
    refused(browser.get(f"{V1}/me"), 401, "no_session")


def test_deleting_the_account_drops_the_cookies_so_that_reading_goes_on(
    browser: FlaskClient,
) -> None:
    body = {"password": PASSWORD}
    answer = browser.delete(f"{V1}/me", json=body, headers=csrf(browser))
    assert answer.status_code == 204, answer.text
    assert browser.get_cookie(ACCESS, path="/api/v1") is None
    assert browser.get_cookie(REFRESH, path="/api/v1/auth") is None
    assert browser.get(f"{V1}/search/posts?q=anything").status_code == 200


def test_signing_in_again_with_a_key_and_an_old_cookie_gives_what_is_asked_for(
    browser: FlaskClient,
) -> None:
    body = {"handle": "carol", "password": PASSWORD}
    headers = {"Idempotency-Key": "in"} | csrf(browser)
    answer = browser.post(f"{V1}/auth/password", json=body, headers=headers)
    assert "access_token" in answer.json
    assert not cookies_of(answer)
