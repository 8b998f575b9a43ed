"""The token endpoint: codes and refresh tokens work once, for one client, and end with the consent."""

import base64
from datetime import timedelta

import jwt
import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.support.answers import at_once, refused
from tests.support.oauth import (
    Application,
    allowed,
    challenge,
    fresh_verifier,
    register_app,
    using,
)
from tests.support.wallet import V1, Person
from webapp.accounts.models import SignInSession
from webapp.accounts.oauth.models import OAuthCode
from webapp.columns import utc_now
from webapp.database import writing


@pytest.fixture
def developer(app: Flask) -> Person:
    return Person(app.test_client()).register("erin")


@pytest.fixture
def public(developer: Person) -> Application:
    return register_app(developer)


@pytest.fixture
def confidential(developer: Person) -> Application:
    return register_app(developer, confidential=True)


def told(answer: TestResponse, error: str, status: int = 400) -> None:
    assert (answer.status_code, answer.json["error"]) == (status, error), answer.text


def reads(person: Person, token: str) -> TestResponse:
    return using(person, token).call("GET", f"/users/{person.account}/posts")


def test_an_app_gets_a_token_for_what_was_allowed(carol: Person, public: Application) -> None:
    tokens = public.tokens(carol)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    assert tokens["scope"] == "read posts:write"
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert claims["client_id"] == public.client_id
    assert (claims["aud"], claims["sub"]) == ("troth-api", carol.account)
    own = using(carol, tokens["access_token"])
    assert own.call("POST", "/posts", {"text": "by an app"}).status_code == 201
    refused(own.call("POST", "/devices", {}), 403, "insufficient_scope")
    refused(own.call("POST", "/auth/logout"), 403, "insufficient_scope")


def test_an_app_that_may_read_does_not_write(carol: Person, public: Application) -> None:
    tokens = public.tokens(carol, scope="read")
    assert reads(carol, tokens["access_token"]).status_code == 200
    own = using(carol, tokens["access_token"])
    refused(own.call("POST", "/posts", {"text": "no"}), 403, "insufficient_scope")


def test_a_code_works_once_and_coming_again_ends_what_it_gave(
    carol: Person, public: Application
) -> None:
    code = allowed(carol, public.request())
    tokens = public.exchange(code).json
    told(public.exchange(code), "invalid_grant")
    refused(reads(carol, tokens["access_token"]), 401, "no_session")
    told(public.refresh(tokens["refresh_token"]), "invalid_grant")


def test_a_code_used_twice_at_once_is_good_at_most_once(
    app: Flask, carol: Person, public: Application
) -> None:
    code = allowed(carol, public.request())

    def exchange() -> TestResponse:
        return Application(app.test_client(), public.client_id).exchange(code)

    assert sorted(answer.status_code for answer in at_once(*[exchange] * 8)) == [200] + [400] * 7


def test_a_code_is_bound_to_client_uri_and_challenge(
    carol: Person, public: Application, confidential: Application
) -> None:
    public.verifier = fresh_verifier()
    code = allowed(carol, public.request())
    told(confidential.exchange(code, code_verifier=public.verifier), "invalid_grant")
    told(public.exchange(code, redirect_uri="https://app.example/"), "invalid_grant")
    told(public.exchange(code, redirect_uri=None), "invalid_grant")
    told(public.exchange(code, code_verifier=fresh_verifier()), "invalid_grant")
    told(public.exchange(code, code_verifier=challenge(public.verifier)), "invalid_grant")
    told(public.exchange(code, code_verifier=None), "invalid_request")
    told(public.exchange(code[:-1]), "invalid_grant")
    told(public.exchange(code, client_id=None), "invalid_client", 401)
    assert public.exchange(code).status_code == 200


def test_a_code_is_good_for_a_minute(app: Flask, carol: Person, public: Application) -> None:
    code = allowed(carol, public.request())
    with app.app_context(), writing() as session:
        left = session.query(OAuthCode.expires_at).scalar() - utc_now()
        assert timedelta(seconds=30) < left <= timedelta(seconds=60)
        session.execute(update(OAuthCode).values(expires_at=utc_now()))
    told(public.exchange(code), "invalid_grant")


def test_a_confidential_client_proves_itself(carol: Person, confidential: Application) -> None:
    code = allowed(carol, confidential.request())
    for secret in (None, "", "wrong"):
        told(confidential.exchange(code, client_secret=secret), "invalid_client", 401)
    pair = f"{confidential.client_id}:{confidential.secret}".encode()
    header = {"Authorization": "Basic " + base64.b64encode(pair).decode()}
    answer = confidential.exchange(code, client_secret=None, client_id=None, headers=header)
    assert answer.status_code == 200, answer.text
    again = confidential.refresh(answer.json["refresh_token"], client_secret=None)
    told(again, "invalid_client", 401)
    assert confidential.refresh(answer.json["refresh_token"]).status_code == 200


def test_malformed_credentials_are_nobodys(confidential: Application) -> None:
    for header in ("Basic /w==", "Basic x", "Basic \u00e9", "Basic Og==", "Bearer x"):
        answer = confidential.post(
            "token",
            headers={"Authorization": header},
            grant_type="authorization_code",
            client_id=None,
            client_secret=None,
        )
        told(answer, "invalid_client", 401)


def test_a_refresh_token_rotates_and_coming_twice_ends_the_session(
    carol: Person, public: Application
) -> None:
    first = public.tokens(carol)
    second = public.refresh(first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert reads(carol, second["access_token"]).status_code == 200
    told(public.refresh(first["refresh_token"]), "invalid_grant")
    told(public.refresh(second["refresh_token"]), "invalid_grant")
    refused(reads(carol, second["access_token"]), 401, "no_session")
    assert carol.call("POST", "/posts", {"text": "still signed in"}).status_code == 201


def test_a_refresh_token_used_twice_at_once_is_good_at_most_once(
    app: Flask, carol: Person, public: Application
) -> None:
    token = public.tokens(carol)["refresh_token"]

    def refresh() -> TestResponse:
        return Application(app.test_client(), public.client_id).refresh(token)

    assert sorted(answer.status_code for answer in at_once(*[refresh] * 8)) == [200] + [400] * 7


def test_refreshing_narrows_scopes_and_never_widens_them(
    carol: Person, public: Application
) -> None:
    token = public.tokens(carol)["refresh_token"]
    told(public.refresh(token, scope="read messages:read"), "invalid_scope")
    told(public.refresh(token, scope="account"), "invalid_scope")
    narrow = public.refresh(token, scope="read").json
    assert narrow["scope"] == "read"
    assert public.refresh(narrow["refresh_token"]).json["scope"] == "read posts:write"


def test_tokens_of_one_kind_or_client_are_not_taken_for_another(
    carol: Person, public: Application, confidential: Application
) -> None:
    tokens = public.tokens(carol)
    for wrong in (tokens["access_token"], carol.refresh_token, carol.token, "", "AAAA", "\u00e9"):
        told(public.refresh(wrong), "invalid_grant")
    told(confidential.refresh(tokens["refresh_token"]), "invalid_grant")
    for wrong in (tokens["access_token"], tokens["refresh_token"]):
        bearer = {"Authorization": f"Bearer {wrong}"}
        answer = carol.call("POST", "/auth/refresh", headers=bearer)
        assert (answer.status_code, answer.json["code"]) == (401, "no_session")
    refused(reads(carol, tokens["refresh_token"]), 401, "no_session")
    assert public.refresh(tokens["refresh_token"]).status_code == 200


def test_a_consent_is_listed_and_ends_at_once_when_it_is_taken_back(
    carol: Person, public: Application, confidential: Application
) -> None:
    tokens = public.tokens(carol, scope="read")
    unused = allowed(carol, public.request(scope="posts:write"))
    other = confidential.tokens(carol)
    listed = carol.call("GET", "/oauth/consents?limit=1")
    assert listed.json["items"][0]["client_id"] == confidential.client_id
    more = carol.call("GET", f"/oauth/consents?cursor={listed.json['next']}").json
    consent = more["items"][0]
    assert (consent["name"], consent["scopes"]) == ("An app", ["read", "posts:write"])
    path = f"/oauth/consents/{consent['id']}"
    assert Person(carol.http).register("dora").call("DELETE", path).status_code == 204
    assert reads(carol, tokens["access_token"]).status_code == 200
    assert carol.call("DELETE", path).status_code == 204
    assert carol.call("DELETE", path).status_code == 204
    refused(reads(carol, tokens["access_token"]), 401, "no_session")
    told(public.refresh(tokens["refresh_token"]), "invalid_grant")
    told(public.exchange(unused), "invalid_grant")
    assert reads(carol, other["access_token"]).status_code == 200
    assert len(carol.call("GET", "/oauth/consents").json["items"]) == 1
    again = public.tokens(carol, scope="read")
    assert reads(carol, again["access_token"]).status_code == 200
    scopes = [one["scopes"] for one in carol.call("GET", "/oauth/consents").json["items"]]
    assert scopes[0] == ["read"]
    refused(reads(carol, tokens["access_token"]), 401, "no_session")


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_an_app_gives_back_either_token(
    carol: Person, public: Application, confidential: Application, which: str
) -> None:
    tokens = public.tokens(carol)
    told(confidential.post("revoke", token=tokens[which]), "invalid_grant")
    told(public.post("revoke"), "invalid_request")
    told(public.post("revoke", token=tokens[which], client_id=None), "invalid_client", 401)
    assert reads(carol, tokens["access_token"]).status_code == 200
    for token in ("unknown", carol.token, carol.refresh_token, tokens[which], tokens[which]):
        assert public.post("revoke", token=token).status_code == 200
    refused(reads(carol, tokens["access_token"]), 401, "no_session")
    told(public.refresh(tokens["refresh_token"]), "invalid_grant")
    assert carol.call("POST", "/posts", {"text": "still signed in"}).status_code == 201


def test_other_requests_are_refused_in_the_standards_words(
    app: Flask, carol: Person, public: Application
) -> None:
    for grant in ("password", "client_credentials", "", '"'):
        told(public.post("token", grant_type=grant), "unsupported_grant_type")
    told(public.post("token", grant_type="authorization_code"), "invalid_request")
    told(public.post("token", grant_type="refresh_token"), "invalid_request")
    told(public.post("token", grant_type=["refresh_token", "password"]), "invalid_request")
    body = {"grant_type": "refresh_token"}
    refused(app.test_client().post(f"{V1}/oauth/token", json=body), 415, "wrong_type")
    refused(app.test_client().post(f"{V1}/posts", data=body), 415, "wrong_type")


def test_an_old_session_of_an_app_does_not_refresh(
    app: Flask, carol: Person, public: Application
) -> None:
    tokens = public.tokens(carol)
    with app.app_context(), writing() as session:
        session.execute(update(SignInSession).values(expires_at=utc_now()))
    told(public.refresh(tokens["refresh_token"]), "invalid_grant")
