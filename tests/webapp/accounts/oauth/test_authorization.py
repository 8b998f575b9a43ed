"""The authorization endpoint: what is shown to the person, and with what the browser goes back."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.answers import refused
from tests.support.oauth import HERE, Application, decide, register_app
from tests.support.wallet import Person
from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.database import writing


@pytest.fixture
def application(app: Flask) -> Application:
    developer = Person(app.test_client()).register("erin")
    return register_app(developer, name="A reader")


def ask(person: Person, values: dict[str, Any]) -> Any:
    return person.call("GET", f"/oauth/authorize?{urlencode(values)}")


def test_the_person_sees_which_app_asks_for_what(carol: Person, application: Application) -> None:
    found = ask(carol, application.request(scope="posts:write read", prompt="ignored")).json
    assert found == {
        "app": {"client_id": application.client_id, "name": "A reader"},
        "owner": {"id": application.owner, "handle": "erin", "name": None, "avatar": None},
        "scopes": ["read", "posts:write"],
        "given": [],
        "redirect": None,
    }
    decide(carol, application.request(scope="read"))
    assert ask(carol, application.request()).json["given"] == ["read"]
    assert ask(carol, application.request(scope=None)).json["scopes"] == ["read"]


def test_of_a_suspended_developer_the_handle_is_shown_alone(
    app: Flask, carol: Person, application: Application
) -> None:
    with app.app_context(), writing() as session:
        mine = update(Account).where(Account.handle == "erin")
        session.execute(mine.values(name="Erin, official", suspended_at=utc_now()))
    shown = ask(carol, application.request()).json["owner"]
    assert (shown["handle"], shown["name"], shown["avatar"]) == ("erin", None, None)


def test_the_answer_carries_code_state_and_issuer(
    app: Flask, carol: Person, application: Application
) -> None:
    back = decide(carol, application.request(state="x&y=1 \u00e9"))
    assert (back["state"], back["from"]) == ("x&y=1 \u00e9", "troth")
    assert back["iss"] == app.config["TROTH"].base_url
    assert len(back["code"]) >= 43


def test_a_person_who_refuses_gives_no_code(carol: Person, application: Application) -> None:
    back = decide(carol, application.request(), "deny")
    assert (back["error"], back["state"]) == ("access_denied", "a state")
    assert "code" not in back
    assert "iss" in back
    assert carol.call("GET", "/oauth/consents").json["items"] == []


ERRORS: list[tuple[dict[str, Any], str]] = [
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"scope": "account"}, "invalid_scope"),
    ({"scope": "read account"}, "invalid_scope"),
    ({"scope": "everything"}, "invalid_scope"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
]
OTHER_URIS = [
    "https://evil.example/",
    HERE + "&more=1",
    HERE.upper(),
    HERE.partition("?")[0],
    HERE + "/",
    'https://app.example/"',
]


def test_what_cannot_be_allowed_goes_back_to_the_app_as_an_error(
    carol: Person, application: Application
) -> None:
    for change, error in ERRORS:
        asked = application.request(**change)
        found = ask(carol, asked).json
        assert found["scopes"] == [], change
        told = parse_qs(urlsplit(found["redirect"]).query)
        assert (told["error"], told["state"]) == ([error], ["a state"]), change
        assert decide(carol, asked)["error"] == error, change
    assert carol.call("GET", "/oauth/consents").json["items"] == []


def test_no_browser_is_sent_to_a_uri_that_is_not_exactly_the_apps(
    carol: Person, application: Application
) -> None:
    for uri in OTHER_URIS:
        asked = application.request(redirect_uri=uri)
        refused(ask(carol, asked), 400, "redirect_uri_refused")
        answer = carol.call("POST", "/oauth/authorize", asked | {"decision": "allow"})
        refused(answer, 400, "redirect_uri_refused")


def test_malformed_requests_are_told_to_the_person_alone(
    carol: Person, application: Application
) -> None:
    for change in (
        {"client_id": None},
        {"client_id": "1"},
        {"redirect_uri": None},
        {"state": "x" * 1_001},
        {"response_type": '"'},
    ):
        refused(ask(carol, application.request(**change)), 400, "malformed")
    twice = f"/oauth/authorize?{urlencode(application.request())}&scope=account"
    refused(carol.call("GET", twice), 400, "malformed")
    nobody = application.request(client_id="00000000-0000-7000-8000-000000000000")
    refused(ask(carol, nobody), 404, "app_not_found")
    body = application.request() | {"decision": "perhaps"}
    refused(carol.call("POST", "/oauth/authorize", body), 400, "malformed")


def test_the_person_must_be_signed_in(visitor: Person, application: Application) -> None:
    refused(ask(visitor, application.request()), 401, "no_session")
    body = application.request() | {"decision": "allow"}
    refused(visitor.call("POST", "/oauth/authorize", body), 401, "no_session")
