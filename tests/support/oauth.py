"""An app of somebody else, as its developer's client library would speak."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.wallet import V1, Person

HERE = "https://app.example/back?from=troth"


def challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass
class Application:
    """A registered app and its own HTTP client."""

    http: FlaskClient
    client_id: str
    secret: str | None = None
    owner: str = ""
    verifier: str = "v" * 43

    def request(self, **changes: Any) -> dict[str, Any]:
        """Return an authorization request; keywords change its parts, None leaves one out."""
        parts = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": HERE,
            "scope": "read posts:write",
            "state": "a state",
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
        } | changes
        return {name: value for name, value in parts.items() if value is not None}

    def post(self, path: str, headers: dict[str, str] | None = None, **form: Any) -> TestResponse:
        values = {"client_id": self.client_id, "client_secret": self.secret} | form
        sent = {name: value for name, value in values.items() if value is not None}
        return self.http.post(f"{V1}/oauth/{path}", data=sent, headers=headers)

    def exchange(self, code: str, **changes: Any) -> TestResponse:
        parts = {"code": code, "redirect_uri": HERE, "code_verifier": self.verifier} | changes
        return self.post("token", grant_type="authorization_code", **parts)

    def refresh(self, token: str, **changes: Any) -> TestResponse:
        return self.post("token", grant_type="refresh_token", refresh_token=token, **changes)

    def tokens(self, person: Person, **changes: Any) -> dict[str, Any]:
        """Let a person allow the app; return the tokens that it gets."""
        answer = self.exchange(allowed(person, self.request(**changes)))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json
        return found


def register_app(owner: Person, *, confidential: bool = False, **changes: Any) -> Application:
    body = {"name": "An app", "redirect_uris": [HERE], "confidential": confidential} | changes
    answer = owner.call("POST", "/oauth/apps", body)
    assert answer.status_code == 201, answer.text
    client = owner.http.application.test_client()
    made = answer.json
    return Application(client, made["client_id"], made["client_secret"], owner.account)


def decide(person: Person, asked: dict[str, Any], decision: str = "allow") -> dict[str, str]:
    """Return the parameters with which the browser goes back to the app."""
    answer = person.call("POST", "/oauth/authorize", asked | {"decision": decision})
    assert answer.status_code == 200, answer.text
    where = urlsplit(answer.json["redirect"])
    assert f"{where.scheme}://{where.netloc}{where.path}" == HERE.partition("?")[0]
    return {name: values[0] for name, values in parse_qs(where.query).items()}


def allowed(person: Person, asked: dict[str, Any]) -> str:
    return decide(person, asked)["code"]


def using(person: Person, token: str) -> Person:
    """Return a client of the person's account that has an app's token."""
    again = person.again(person.http)
    again.token = token
    return again


def fresh_verifier() -> str:
    return secrets.token_urlsafe(48)
