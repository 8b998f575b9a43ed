"""Domain errors and the one place that turns them into ``application/problem+json`` (RFC 9457).

A feature declares its refusals beside its code as subclasses of ProblemError. docs/errors.md lists
them all; it is generated from the subclasses.
"""

import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from chain.proofs.errors import MalformedError

PROBLEM_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)


@dataclass(eq=False)
class ProblemError(Exception):
    """A refusal: status and stable code by class, the offending values as fields."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]

    @property
    def detail(self) -> str:
        """Say in plain words what is wrong and what to do next."""
        return self.title

    @property
    def errors(self) -> list[dict[str, str]]:
        """The problems by field, where there are any."""
        return []

    @property
    def retry_after(self) -> int | None:
        """Seconds after which trying again makes sense."""
        return None

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


@dataclass(eq=False)
class MalformedRequestError(ProblemError):
    """A body, query or path that does not have the documented form."""

    status = 400
    code = "malformed"
    title = "The request does not have the form that is documented"
    problems: list[dict[str, str]] = field(default_factory=list)

    @property
    def detail(self) -> str:
        """Name the first problem."""
        if not self.problems:
            return f"{self.title}."
        first = self.problems[0]
        where = f"{first['field']}: " if first["field"] else ""
        return f"{where}{first['problem']}"

    @property
    def errors(self) -> list[dict[str, str]]:
        """Every problem by field."""
        return self.problems


@dataclass(eq=False)
class WrongTypeError(ProblemError):
    """A body that is not JSON."""

    status = 415
    code = "wrong_type"
    title = "The body is not of the type that this reads"
    given: str
    wanted: str = "application/json"

    @property
    def detail(self) -> str:
        """Name the type that came."""
        return f"The body came as {self.given or 'no type'}; send it as {self.wanted}."


@dataclass(eq=False)
class ServiceUnavailableError(ProblemError):
    """A part that this request needs is down."""

    status = 503
    code = "unavailable"
    title = "A part that this needs is down"
    part: str

    @property
    def detail(self) -> str:
        """Name the part."""
        return f"{self.part} does not answer; nothing was changed, try again in a little while."

    @property
    def retry_after(self) -> int | None:
        """Try again soon."""
        return 5


# What Flask and its extensions raise by themselves, by status.
HTTP_CODES = {
    400: "malformed",
    401: "no_session",
    403: "not_yours",
    404: "not_found",
    405: "method_not_allowed",
    411: "length_required",
    413: "too_large",
    415: "wrong_type",
    429: "slow_down",
    500: "internal",
    503: "unavailable",
}


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    title: str | None = None,
    errors: list[dict[str, str]] | None = None,
    retry_after: int | None = None,
) -> Response:
    """Build the one wire shape of an error."""
    body: dict[str, Any] = {
        "type": f"urn:troth:problem:{code}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        "errors": errors or [],
        "request_id": g.get("request_id", ""),
    }
    response = Response(current_app.json.dumps(body), status, content_type=PROBLEM_TYPE)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def register_error_handlers(app: Flask) -> None:
    """Answer every error of the application as problem+json."""
    app.register_error_handler(ProblemError, problem_response)
    app.register_error_handler(MalformedError, _on_malformed)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(DBAPIError, _on_database)
    app.register_error_handler(PoolTimeoutError, _on_full_pool)
    app.register_error_handler(Exception, _on_bug)

    @app.before_request
    def name_request() -> None:
        g.request_id = uuid.uuid4().hex
        # Whatever this thread logs from now on is this request's.
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.teardown_request
    def forget_request(error: BaseException | None) -> None:  # noqa: ARG001 - flask's own interface
        structlog.contextvars.unbind_contextvars("request_id")

    @app.after_request
    def tell_request_id(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response


def problem_response(error: ProblemError) -> Response:
    """Return the answer that a refusal becomes."""
    return problem(
        error.status,
        error.code,
        error.detail,
        title=error.title,
        errors=error.errors,
        retry_after=error.retry_after,
    )


def malformed_record(error: MalformedError) -> MalformedRequestError:
    """Return the refusal of a record whose shape is wrong."""
    return MalformedRequestError([{"field": error.path, "problem": error.problem}])


def _on_malformed(error: MalformedError) -> Response:
    return problem_response(malformed_record(error))


def http_problem(error: HTTPException) -> Response:
    """Return the answer to what Flask and its extensions raise by themselves."""
    status = error.code or 500
    if status < 400:
        return current_app.make_response(error.get_response())
    found = _by_field(getattr(error, "data", None) or {})
    if found:
        return problem_response(MalformedRequestError(found))
    retry_after = getattr(error, "retry_after", None)
    code = HTTP_CODES.get(status, HTTPStatus(status).name.lower())
    response = problem(status, code, error.description or "", retry_after=retry_after)
    if status == 405 and (allow := error.get_headers()):
        response.headers.extend([one for one in allow if one[0] == "Allow"])
    return response


def _by_field(data: dict[str, Any]) -> list[dict[str, str]]:
    """Flatten marshmallow's nested messages into field and problem."""
    found: list[dict[str, str]] = []

    def walk(path: str, node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                walk(f"{path}.{key}" if path else str(key), value)
        else:
            found.extend({"field": path, "problem": str(one)} for one in node)

    for messages in (data.get("messages") or {}).values():
        walk("", messages)
    return found


def _on_database(error: DBAPIError) -> Response:
    log.error("database.failed", kind=type(error.orig).__name__)
    if error.connection_invalidated or isinstance(error, OperationalError):
        return problem_response(ServiceUnavailableError("The database"))
    return _on_bug(error)


def _on_full_pool(error: PoolTimeoutError) -> Response:
    log.error("database.pool_full", problem=str(error))
    return problem_response(ServiceUnavailableError("The database"))


def _on_bug(error: Exception) -> Response:
    log.error("request.failed", exc_info=error)
    detail = "Something went wrong on our side. Quote the request id when you report it."
    return problem(500, "internal", detail)
