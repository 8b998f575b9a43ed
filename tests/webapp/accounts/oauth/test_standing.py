"""Apps whose owners are suspended: nobody is asked for them, and they get and do nothing until that ends."""

from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.support.answers import nothing_written, refused
from tests.support.oauth import Application, allowed, decide, register_app, using
from tests.support.wallet import Person
from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.database import writing

WHY = "The account that registered this app is suspended."


@pytest.fixture
def application(app: Flask) -> Application:
    return register_app(Person(app.test_client()).register("erin"))


def suspend(app: Flask, handle: str, *, suspended: bool = True) -> None:
    with app.app_context(), writing() as session:
        one = update(Account).where(Account.handle == handle)
        session.execute(one.values(suspended_at=utc_now() if suspended else None))


def told(answer: TestResponse) -> None:
    assert answer.status_code == 400, answer.text
    assert answer.json == {"error": "unauthorized_client", "error_description": WHY}


def test_nobody_is_asked_to_allow_an_app_of_somebody_suspended(
    app: Flask, carol: Person, application: Application
) -> None:
    suspend(app, "erin")
    asked = application.request(state="a state")
    shown = carol.call("GET", f"/oauth/authorize?{urlencode(asked)}").json
    assert "error=unauthorized_client" in shown["redirect"]
    with nothing_written(app):
        for decision in ("allow", "deny"):
            back = decide(carol, asked, decision)
            assert (back["error"], back["error_description"]) == ("unauthorized_client", WHY)
            assert (back["state"], "code" in back) == ("a state", False)
    assert carol.call("GET", "/oauth/consents").json["items"] == []
    suspend(app, "erin", suspended=False)
    assert "code" in decide(carol, asked)


def test_neither_a_code_nor_a_refresh_token_is_exchanged_nor_spent_meanwhile(
    app: Flask, carol: Person, application: Application
) -> None:
    code, tokens = allowed(carol, application.request()), application.tokens(carol)
    suspend(app, "erin")
    with nothing_written(app):
        told(application.exchange(code))
        told(application.refresh(tokens["refresh_token"]))
    suspend(app, "erin", suspended=False)
    assert application.exchange(code).status_code == 200
    assert application.refresh(tokens["refresh_token"]).status_code == 200


def test_access_tokens_rest_at_once_and_work_again_with_the_owner(
    app: Flask, carol: Person, application: Application
) -> None:
    other = register_app(carol).tokens(carol)["access_token"]
    acting = using(carol, application.tokens(carol)["access_token"])
    suspend(app, "erin")
    with nothing_written(app):
        refused(acting.call("POST", "/posts", {"text": "by an app"}), 401, "no_session")
        refused(acting.call("GET", f"/users/{carol.account}/posts"), 401, "no_session")
    assert using(carol, other).call("POST", "/posts", {"text": "another"}).status_code == 201
    assert carol.call("GET", "/me").status_code == 200
    suspend(app, "erin", suspended=False)
    assert acting.call("POST", "/posts", {"text": "by an app"}).status_code == 201


def test_its_tokens_can_be_given_and_taken_back_meanwhile(
    app: Flask, carol: Person, application: Application
) -> None:
    given, taken = application.tokens(carol), application.tokens(carol)
    suspend(app, "erin")
    assert application.post("revoke", token=given["refresh_token"]).status_code == 200
    (consent,) = carol.call("GET", "/oauth/consents").json["items"]
    suspend(app, "erin", suspended=False)
    assert application.refresh(given["refresh_token"]).json["error"] == "invalid_grant"
    suspend(app, "erin")
    assert carol.call("DELETE", f"/oauth/consents/{consent['id']}").status_code == 204
    suspend(app, "erin", suspended=False)
    assert application.refresh(taken["refresh_token"]).json["error"] == "invalid_grant"
