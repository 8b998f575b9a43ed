"""What every request and answer has in common: strict JSON in, compact JSON out, safe headers."""

import json
import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from flask import Flask, Request, Response, current_app, request
from flask.json.provider import JSONProvider
from flask_smorest import Blueprint
from marshmallow import Schema, missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import LengthRequired, RequestEntityTooLarge

from chain.proofs.bundle import load_strict_json
from chain.proofs.errors import MalformedError
from webapp.config import Settings
from webapp.errors import MalformedRequestError, WrongTypeError
from webapp.openapi import add_examples, add_key
from webapp.openapi_security import add_security

MAX_BODY_BYTES = 1_048_576
MAX_BODY_DEPTH = 8
YEAR_SECONDS = 31_536_000
FORM = "application/x-www-form-urlencoded"
_FORM_MARK = "troth_takes_form"
MAX_FORM_BYTES = 65_536  # of a form's fields that are no files
MAX_FORM_PARTS = 8
View = TypeVar("View", bound=Callable[..., Any])
_STREAMED = "troth_streamed"


def streamed(most: Callable[[Settings], int]) -> Callable[[View], View]:
    """Let a view read its body itself, of at most so many bytes: of any type, and never whole in memory.

    Give the view below every decorator that must refuse a request before its body is read.
    """

    def mark(view: View) -> View:
        setattr(view, _STREAMED, most)
        return view

    return mark


def uploads_folder(settings: Settings) -> Path:
    """Return the folder of files that are on their way, made if need be."""
    folder = settings.data_dir / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def nameless_file() -> BinaryIO:
    """Open a temporary file in the data folder; it has no name, so that it is gone once nobody has it open."""
    return tempfile.TemporaryFile(dir=uploads_folder(current_app.config["TROTH"]))


class NotStrictJsonError(ValueError):
    """A body that is no strict JSON; says where and why."""


class StrictJson(JSONProvider):
    """JSON that refuses duplicate keys, floats, NaN and lone surrogates."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Write compact JSON."""
        kwargs.setdefault("separators", (",", ":"))
        kwargs.setdefault("ensure_ascii", False)
        return json.dumps(obj, **kwargs)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:  # noqa: ARG002
        """Read JSON as strictly as a bundle; raises NotStrictJsonError."""
        data = s.encode() if isinstance(s, str) else s
        try:
            return load_strict_json(data, max_bytes=MAX_BODY_BYTES, max_depth=MAX_BODY_DEPTH)
        except MalformedError as error:
            raise NotStrictJsonError(str(error)) from error


class StrictRequest(Request):
    """A request whose JSON errors keep their own words."""

    def on_json_loading_failed(self, e: ValueError | None) -> Any:
        """Say what is wrong with the body instead of a bare 400."""
        raise MalformedRequestError([{"field": "", "problem": str(e)}])

    def _get_file_stream(self, *args: object, **kwargs: object) -> BinaryIO:  # noqa: ARG002
        """Keep a form's file out of memory and of the system's folder for temporary files."""
        return nameless_file()


class StrictParser(FlaskParser):
    """Reads bodies by the application's own JSON: webargs would use the lenient one."""

    DEFAULT_VALIDATION_STATUS = 400

    def _raw_load_json(self, req: Request) -> Any:
        return req.get_json() if req.get_data(cache=True) else missing

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Refuse ``since`` where it means nothing: whoever sends it would take the whole list for new."""
        if "since" in req.args and "since" not in schema.fields:
            problem = "This list takes no 'since'."
            raise MalformedRequestError([{"field": "since", "problem": problem}])
        return super().load_querystring(req, schema)


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint of the API: strict bodies, and 400 for what does not fit a schema."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._prepare_doc_cbks.insert(0, add_examples)
        self._prepare_doc_cbks += [add_security, add_key]


def takes_form(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a view be sent a form instead of JSON, where a standard wants that."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    setattr(wrapper, _FORM_MARK, True)
    return wrapper


def _check_type() -> None:
    """Refuse a body that the route does not read; raises WrongTypeError."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, _FORM_MARK, False):
        if request.mimetype != FORM:
            raise WrongTypeError(request.mimetype, FORM)
    elif not request.is_json:
        raise WrongTypeError(request.mimetype)


def register_http(app: Flask) -> None:
    """Install strict JSON, body bounds and security headers."""
    app.json = StrictJson(app)
    app.request_class = StrictRequest
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES

    @app.before_request
    def check_body() -> None:
        view = app.view_functions.get(request.endpoint or "")
        bound: Callable[[Settings], int] | None = getattr(view, _STREAMED, None)
        most = MAX_BODY_BYTES if bound is None else bound(app.config["TROTH"])
        if request.content_length is not None and request.content_length > most:
            raise RequestEntityTooLarge(f"The body is larger than {most} bytes.")
        if request.content_length is None and "Transfer-Encoding" in request.headers:
            raise LengthRequired("Send the body with a Content-Length.")
        if bound is not None:
            request.max_content_length = most
            request.max_form_memory_size = MAX_FORM_BYTES
            request.max_form_parts = MAX_FORM_PARTS
            return
        if request.get_data(cache=True):
            _check_type()

    _register_headers(app)


def _register_headers(app: Flask) -> None:
    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("X-Frame-Options", "DENY")
        # What may frame a page does not follow from default-src.
        policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        response.headers.setdefault("Content-Security-Policy", policy)
        if app.config["TROTH"].base_url.startswith("https://"):
            response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_SECONDS}")
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.after_request
    def share(response: Response) -> Response:
        if "Access-Control-Allow-Origin" in response.headers:
            return response  # the view itself shares it with everybody
        origin = request.headers.get("Origin")
        response.vary.add("Origin")
        if origin and origin in app.config["TROTH"].origins:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Headers"] = (
                "Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID"
            )
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE"
            response.headers["Access-Control-Expose-Headers"] = (
                "Link, ETag, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, "
                "Idempotency-Replayed, WWW-Authenticate, Content-Disposition"
            )
        return response
