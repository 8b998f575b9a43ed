"""What the OpenAPI document says of every route alike: how it fails, and an example."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Response, request
from marshmallow import Schema, fields, validate

from webapp.late_api import LateApi
from webapp.openapi_examples import answer_example, body_example, value_of
from webapp.openapi_parameters import explain_parameters
from webapp.openapi_security import security_schemes

PROBLEM = "application/problem+json"
# What somebody reads first, on the documentation page too.
ABOUT = """\
Register by `POST /users` or sign in by `POST /auth/password` or `POST /auth/siwe`, and send the `access_token` as
`Authorization: Bearer …`; `POST /auth/refresh` gives fresh tokens for the `refresh_token`. `POST /posts` publishes, and
`GET /posts/{post_id}` tells how far the proof of a post is.

- Every refusal is `application/problem+json` with a `code` that never changes, `errors` by field and a `request_id`.
- With an `Idempotency-Key` a POST may be sent again for 24 hours and acts once.
- Lists lead on by `next` (send it as `cursor`) and to what is newer by `newest` (send it as `since`).
- `RateLimit` and `RateLimit-Policy` tell what is left of a budget; 429 says in `Retry-After` how long to wait.
- `GET /events` is live, by server-sent events; `POST /webhooks` sends the same to an app.
"""
_KINDS = {str: "string", dict: "object", list: "array", type(None): "string"}
_APIDOC = "_apidoc"  # where flask-smorest keeps what it knows of a view
KEYED = "keyed"
KEY_PARAMETER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
    "description": "The same key and body within 24 hours act once, and are answered alike",
}
HEEDS_IF_MATCH = "troth_heeds_if_match"
View = TypeVar("View", bound=Callable[..., Any])
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag that was read; 412 where it was changed meanwhile",
}


class FieldProblemSchema(Schema):
    """What is wrong with one field of a request."""

    field = fields.String(required=True)
    problem = fields.String(required=True)


class ProblemSchema(Schema):
    """Why a request was refused (RFC 9457); programs go by ``code``, which never changes."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    code = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldProblemSchema), required=True)
    request_id = fields.String(required=True)


class ProblemApi(LateApi):
    """Documents that errors are problems, and how one says who one is."""

    ERROR_SCHEMA = ProblemSchema
    _document: bytes | None = None

    def _init_spec(self, **options: Any) -> None:
        super()._init_spec(**options)
        self._document = None

    def _write(self) -> None:
        super()._write()
        prefix = self._app.config["OPENAPI_URL_PREFIX"]
        mark = self._app.config["JWT_ACCESS_COOKIE_NAME"].removesuffix("troth_access")
        for name, scheme in security_schemes(f"{prefix}/oauth/token", mark).items():
            self.spec.components.security_scheme(name, scheme)

    def _openapi_json(self) -> Response:
        """Give the document, which is written once: that takes longer than anything else that all may ask."""
        if self._document is None:
            written = explain_parameters(
                self.spec.to_dict(), self._app.config["OPENAPI_URL_PREFIX"]
            )
            self._document = json.dumps(written, separators=(",", ":")).encode()
        answer = Response(self._document, mimetype="application/json")
        answer.headers["Cache-Control"] = "public, max-age=300"
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    def _register_responses(self) -> None:
        converter = self.ma_plugin.converter
        converter.add_attribute_function(ecma_pattern)
        converter.add_attribute_function(computed_type)
        for status in HTTPStatus:
            if status < HTTPStatus.BAD_REQUEST:
                plain = {"description": status.phrase}
                self.spec.components.response(status.name, plain, lazy=True)
            else:
                self.spec.components.response(status.name, _problem(status.phrase), lazy=True)
        refused = _problem("The request was refused; `code` says why")
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, refused, lazy=True)


def add_key(doc: dict[str, Any], info: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say that an operation takes an Idempotency-Key, or heeds If-Match beside one."""
    for mark, parameter in ((KEYED, KEY_PARAMETER), (HEEDS_IF_MATCH, IF_MATCH)):
        if info.get(mark):
            doc.setdefault("parameters", []).append(dict(parameter))
    return doc


def heeds_if_match(view: View) -> View:
    """Let the document say that a view heeds If-Match; ``doc`` would take the place of an Idempotency-Key."""
    tell(view, HEEDS_IF_MATCH, True)
    return view


def add_examples(doc: dict[str, Any], info: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Give an example to each body and each answer that has a schema and none yet."""
    for parameter in info.get("arguments", {}).get("parameters", []):
        schema = parameter.get("schema") if isinstance(parameter, dict) else None
        shown = isinstance(parameter, dict) and {"example", "examples"} & set(parameter)
        if isinstance(schema, Schema) and parameter["in"] == "json" and not shown:
            parameter["example"] = body_example(schema)
    for answers in info.get("response", {}).get("responses", {}).values():
        for answer in answers:
            schema = answer.get("schema") if isinstance(answer, dict) else None
            if isinstance(schema, Schema):
                answer.setdefault("example", answer_example(schema))
    return doc


def tell(view: Callable[..., Any], name: str, fact: object) -> None:
    """Leave a fact about a view for the document."""
    view.__dict__[_APIDOC] = {**view.__dict__.get(_APIDOC, {}), name: fact}


def ecma_pattern(_converter: object, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    """Write a pattern as JSON Schema reads it: unanchored, and without Python's own marks."""
    rules = [one for one in field.validators if isinstance(one, validate.Regexp)]
    if not rules:
        return {}
    pattern = str(rules[0].regex.pattern)
    return {"pattern": "^" + pattern.replace(r"\Z", "$")}


def computed_type(_converter: object, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    """Say of which type a computed field is: that of its example, or null."""
    if not isinstance(field, fields.Function | fields.Method):
        return {}
    name = str(field.name)
    if name.endswith("_at") or name == "until":
        return {"type": ["string", "null"], "format": "date-time"}
    kind = _KINDS[type(value_of(field.parent, name, field))]
    return {"type": [kind, "null"]}


def _problem(description: str) -> dict[str, Any]:
    example = answer_example(ProblemSchema())
    return {
        "description": description,
        "content": {PROBLEM: {"schema": ProblemSchema, "example": example}},
    }
