"""What the OpenAPI document says of every route alike: how it fails, and who may call it."""

from http import HTTPStatus
from typing import Any

from flask_smorest import Api
from marshmallow import Schema, fields

PROBLEM = "application/problem+json"


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


class ProblemApi(Api):  # type: ignore[misc]
    """Documents that errors are problems, and that tokens travel as bearer."""

    ERROR_SCHEMA = ProblemSchema

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            if status < HTTPStatus.BAD_REQUEST:
                plain = {"description": status.phrase}
                self.spec.components.response(status.name, plain, lazy=True)
            else:
                self.spec.components.response(status.name, _problem(status.phrase), lazy=True)
        refused = _problem("The request was refused; `code` says why")
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, refused, lazy=True)
        bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        self.spec.components.security_scheme("bearer", bearer)


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {PROBLEM: {"schema": ProblemSchema}}}
