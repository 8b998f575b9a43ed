"""What the OpenAPI document says of every route alike: how it fails, and who may call it."""

from http import HTTPStatus
from threading import RLock
from typing import Any

from flask_smorest import Api, Blueprint
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


class LateApi(Api):  # type: ignore[misc]
    """Writes the document when it is first asked for.

    Writing it is half of making an application, and most processes are never asked.
    """

    def __init__(self) -> None:
        self._blueprints: list[Blueprint] = []
        self._options: dict[str, Any] = {}
        self._spec: Any = None  # an APISpec, once it is written
        self._writing = RLock()
        super().__init__()

    @property
    def spec(self) -> Any:
        """The document (an APISpec) of the application that was bound last; None before."""
        with self._writing:
            if self._spec is None and self._app is not None:
                try:
                    self._write()
                except BaseException:
                    self._spec = None  # half a document is none
                    raise
            return self._spec

    @spec.setter
    def spec(self, spec: Any) -> None:
        self._spec = spec

    def register_blueprint(self, blueprint: Blueprint, **options: Any) -> None:
        """Register the routes now; what they document is read when somebody asks."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint, **options)
        self._blueprints.append(blueprint)

    def _init_spec(self, **options: Any) -> None:
        self._blueprints, self._options, self._spec = [], options, None

    def _write(self) -> None:
        super()._init_spec(**self._options)
        for one in self._blueprints:
            one.register_views_in_doc(self, self._app, self._spec, name=one.name, parameters=None)
            self._spec.tag({"name": one.name, "description": one.description})


class ProblemApi(LateApi):
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
