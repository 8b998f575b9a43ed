"""Tokens as tests need them: with other claims than the server would give."""

from typing import Any

import jwt
from flask import Flask

from tests.support.wallet import Person


def with_claims(app: Flask, person: Person, **changes: Any) -> Person:
    """Return the person with an access token of the same session and other claims; None drops one."""
    claims = jwt.decode(person.token, options={"verify_signature": False}) | changes
    body = {name: value for name, value in claims.items() if value is not None}
    again = person.again(app.test_client())
    again.token = jwt.encode(body, app.config["JWT_SECRET_KEY"], algorithm="HS256")
    return again
