"""Apps: who may register which, and what becomes of them."""

from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.support.answers import refused
from tests.support.oauth import HERE, register_app, using
from tests.support.wallet import V1, Person
from webapp.accounts.oauth import apps
from webapp.accounts.oauth.models import OAuthApp
from webapp.extensions import db

GOOD = {"name": "An app", "redirect_uris": [HERE]}


def test_a_secret_is_told_once_and_kept_as_a_hash(app: Flask, carol: Person) -> None:
    made = carol.call("POST", "/oauth/apps", GOOD | {"confidential": True}).json
    assert len(made["client_secret"]) >= 40
    listed = carol.call("GET", "/oauth/apps").json["items"]
    assert [one["client_id"] for one in listed] == [made["client_id"]]
    assert listed[0] == {name: made[name] for name in made if name != "client_secret"}
    assert listed[0]["confidential"] is True
    with app.app_context():
        row = db.session.query(OAuthApp).one()
        assert made["client_secret"].encode() not in (row.secret_hash, repr(vars(row)).encode())
    assert carol.call("POST", "/oauth/apps", GOOD).json["client_secret"] is None


REFUSED_URIS = [
    "http://app.example/back",
    "https://app.example/back#part",
    "https://user@app.example/back",
    "https:///back",
    "javascript:alert(1)",
    "app.example://back",
    "http://127.0.0.1.evil.example/back",
    "https://app.example/a b",
    "https://app.example\\@evil.example/",
    "https://app.example/\u00e9",
    "https://app.example:99999/",
    "https://[::1/",
    "https://app.example/" + "a" * 500,
    "",
]


def test_codes_go_only_by_https_or_to_the_own_machine(carol: Person) -> None:
    for uri in REFUSED_URIS:
        answer = carol.call("POST", "/oauth/apps", GOOD | {"redirect_uris": [uri]})
        assert (answer.status_code, answer.json["code"]) == (400, "malformed"), uri


def test_other_malformed_registrations_are_refused(carol: Person) -> None:
    bodies: list[dict[str, Any]] = [
        {"name": "  "},
        {"name": "a" * 61},
        {"name": "a\u202eb"},
        {"redirect_uris": []},
        {"redirect_uris": [HERE] * 11},
        {"confidential": "yes"},
        {"scope": "read"},
    ]
    for change in bodies:
        refused(carol.call("POST", "/oauth/apps", GOOD | change), 400, "malformed")
    loopback = ["http://127.0.0.1:8910/back", "http://[::1]/", "http://localhost:1/"]
    assert carol.call("POST", "/oauth/apps", GOOD | {"redirect_uris": loopback}).status_code == 201


def test_a_person_has_a_bounded_number_of_apps(
    carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apps, "MOST_APPS", 2)
    made = [register_app(carol) for _ in range(2)]
    refused(carol.call("POST", "/oauth/apps", GOOD), 422, "too_many_apps")
    carol.call("DELETE", f"/oauth/apps/{made[0].client_id}")
    register_app(carol)


def test_deleting_an_app_ends_all_that_it_had(carol: Person, bob: Person) -> None:
    application = register_app(carol)
    tokens = application.tokens(bob)
    path = f"/oauth/apps/{application.client_id}"
    refused(bob.call("DELETE", path), 404, "app_not_found")
    assert using(bob, tokens["access_token"]).call("GET", f"/users/{bob.account}/posts").json
    assert carol.call("DELETE", path).status_code == 204
    assert carol.call("DELETE", path).status_code == 204
    ended = using(bob, tokens["access_token"]).call("GET", f"/users/{bob.account}/posts")
    refused(ended, 401, "no_session")
    assert application.refresh(tokens["refresh_token"]).json["error"] == "invalid_client"
    assert bob.call("GET", "/oauth/consents").json["items"] == []
    gone = bob.call("GET", f"/oauth/authorize?{urlencode(application.request())}")
    refused(gone, 404, "app_not_found")


def test_apps_do_not_register_apps_nor_allow_themselves_more(carol: Person) -> None:
    application = register_app(carol)
    own = using(carol, application.tokens(carol, scope="read profile:write")["access_token"])
    for method, path in (
        ("POST", "/oauth/apps"),
        ("GET", "/oauth/apps"),
        ("POST", "/oauth/authorize"),
        ("GET", "/oauth/consents"),
    ):
        refused(own.call(method, path, {}), 403, "insufficient_scope")


def test_the_server_describes_itself(app: Flask) -> None:
    client = app.test_client()
    found = client.get("/.well-known/oauth-authorization-server").json
    assert found["issuer"] == app.config["TROTH"].base_url
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert "account" not in found["scopes_supported"]
    for name in ("token_endpoint", "revocation_endpoint"):
        path = found[name].removeprefix(found["issuer"])
        assert path.startswith(V1)
        assert client.post(path, data={"grant_type": "x"}).status_code in (400, 401)
    page = client.get(found["service_documentation"].removeprefix(found["issuer"]))
    assert (page.status_code, page.mimetype) == (200, "text/html")  # RFC 8414, 2: for people
    place = found["authorization_endpoint"].removeprefix(found["issuer"])
    assert app.url_map.bind("localhost").match(place)[0] == "ui.page"
