"""What the OpenAPI document says of the token endpoint's forms (RFC 6749, 4.1.3 and 6; RFC 7009, 2.1)."""

from typing import Any

from webapp.http import FORM
from webapp.openapi_security import CLIENT
from webapp.openapi_values import SOMETHING, VALUES

CLIENTS: list[dict[str, list[str]]] = [{}, {CLIENT: []}]
_TEXT = {"type": "string"}
_OF_CLIENT = {"client_id": _TEXT | {"format": "uuid"}, "client_secret": _TEXT}


def _body(schema: dict[str, Any], examples: dict[str, dict[str, str]]) -> dict[str, Any]:
    told = {name: {"value": one} for name, one in examples.items()}
    return {"required": True, "content": {FORM: {"schema": schema, "examples": told}}}


TOKEN_FORM = _body(
    {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"type": "string", "enum": ["authorization_code", "refresh_token"]},
            "code": _TEXT,
            "redirect_uri": _TEXT,
            "code_verifier": _TEXT,
            "refresh_token": _TEXT,
            "scope": _TEXT,
            **_OF_CLIENT,
        },
    },
    {
        "code": {
            "grant_type": "authorization_code",
            "client_id": SOMETHING,
            "code": "aVeryLongCode",
            "redirect_uri": VALUES["redirect_uri"],
            "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        },
        "refresh": {
            "grant_type": "refresh_token",
            "client_id": SOMETHING,
            "refresh_token": "anOpaqueText",
        },
    },
)
REVOCATION_FORM = _body(
    {
        "type": "object",
        "required": ["token"],
        "properties": {"token": _TEXT, "token_type_hint": _TEXT, **_OF_CLIENT},
    },
    {"token": {"client_id": SOMETHING, "token": "anOpaqueText"}},
)
