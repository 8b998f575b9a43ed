"""What every answer has in common: problem+json, request ids, safe headers, CORS for those configured."""

import contextlib
import http.client
import json
import threading
from collections.abc import Callable, Iterator

import pytest
import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.serving import make_server

from tests.support.answers import nothing_written, refused
from tests.support.databases import only_sqlite
from tests.support.wallet import V1, Person

MakeApp = Callable[..., Flask]
PROBLEM_KEYS = {"type", "title", "status", "detail", "instance", "code", "errors", "request_id"}
ORIGIN = "https://app.example"


@only_sqlite
def test_problems_have_the_shape_of_rfc_9457(carol: Person) -> None:
    cases = [
        (carol.http.get("/nowhere"), 404, "not_found"),
        (carol.call("PUT", "/posts", {}), 405, "method_not_allowed"),
        (carol.call("POST", "/posts", {"text": "x" * 1_048_577}), 413, "too_large"),
        (carol.http.post(f"{V1}/posts", data="x", headers=carol.headers), 415, "wrong_type"),
        (carol.call("POST", "/posts", {"more": 1}), 400, "malformed"),
    ]
    for answer, status, code in cases:
        problem = refused(answer, status, code)
        assert set(problem) == PROBLEM_KEYS
        assert problem["status"] == status
        assert problem["type"] == f"urn:troth:problem:{code}"
        assert problem["instance"] == answer.request.path
        assert problem["title"]
        assert problem["detail"]
        assert problem["request_id"] == answer.headers["X-Request-Id"]


@only_sqlite
def test_a_wrong_method_is_told_the_right_ones(carol: Person) -> None:
    answer = carol.call("PUT", "/posts", {})
    assert "POST" in answer.headers["Allow"]


@only_sqlite
def test_a_field_problem_names_its_field(carol: Person) -> None:
    problem = refused(
        carol.call("POST", "/posts", {"text": 1, "audience": "all"}), 400, "malformed"
    )
    assert {found["field"] for found in problem["errors"]} == {"text", "audience"}
    assert all(found["problem"] for found in problem["errors"])


@only_sqlite
def test_request_ids_are_fresh_for_every_request(visitor: Person) -> None:
    ids = {visitor.call("GET", "/log").headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3


@only_sqlite
def test_whatever_is_logged_for_a_request_carries_its_id(
    app: Flask, capfd: pytest.CaptureFixture[str]
) -> None:
    log = structlog.get_logger("deep.inside")

    def noisy() -> str:
        log.info("noisy.said")
        return ""

    app.add_url_rule("/noisy", view_func=noisy)
    ids = [app.test_client().get("/noisy").headers["X-Request-Id"] for _ in range(2)]
    log.info("noisy.afterwards")
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if "noisy" in line]
    assert [line.get("request_id") for line in lines] == [*ids, None]


@only_sqlite
def test_a_bug_tells_nothing_internal_but_a_request_id(
    app: Flask, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise RuntimeError("the password is hunter2")

    app.add_url_rule("/broken", view_func=broken)
    answer = app.test_client().get("/broken")
    problem = refused(answer, 500, "internal")
    assert set(problem) == PROBLEM_KEYS
    for secret in ("hunter2", "RuntimeError", "Traceback", "test_http"):
        assert secret not in answer.text
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert problem["request_id"] in capfd.readouterr().err
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@only_sqlite
def test_a_database_that_is_down_is_a_part_that_is_down(app: Flask) -> None:
    def down() -> None:
        raise OperationalError("SELECT secret", {}, type("OperationalError", (Exception,), {})())

    app.add_url_rule("/down", view_func=down)
    answer = app.test_client().get("/down")
    refused(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "secret" not in answer.text


@only_sqlite
def test_every_answer_is_hardened(visitor: Person) -> None:
    for answer in (visitor.call("GET", "/log"), visitor.call("GET", "/nowhere")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


@only_sqlite
def test_behind_https_browsers_are_told_to_stay_there(make_app: MakeApp) -> None:
    header = "Strict-Transport-Security"
    for url, told in (("https://troth.example", True), ("http://troth.example", False)):
        client = make_app(public_url=url).test_client()
        for path in (f"{V1}/log", "/nowhere", f"{V1}/docs"):
            assert (header in client.get(path).headers) == told


@only_sqlite
def test_no_answer_can_be_framed(visitor: Person) -> None:
    for path in ("/log", "/docs", "/nowhere"):
        policy = visitor.call("GET", path).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy


@only_sqlite
def test_configured_origins_may_call_and_read_the_limits(make_app: MakeApp) -> None:
    app = make_app(cors_origins=f"https://other.example, {ORIGIN}")
    answer = app.test_client().get(f"{V1}/log", headers={"Origin": ORIGIN})
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Credentials" not in answer.headers
    exposed = answer.headers["Access-Control-Expose-Headers"]
    names = ("Link", "ETag", "Retry-After", "RateLimit", "RateLimit-Policy")
    for name in (*names, "Idempotency-Replayed", "WWW-Authenticate"):
        assert name in [one.strip() for one in exposed.split(",")]
    preflight = app.test_client().options(
        f"{V1}/posts", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status_code == 200
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Idempotency-Key" in preflight.headers["Access-Control-Allow-Headers"]
    problem = app.test_client().post(f"{V1}/posts", json={}, headers={"Origin": ORIGIN})
    assert problem.headers["Access-Control-Allow-Origin"] == ORIGIN


@only_sqlite
@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", f"{ORIGIN}.evil.example", "http://app.example", "*", ""],
)
def test_other_origins_are_told_nothing(make_app: MakeApp, origin: str) -> None:
    app = make_app(cors_origins=ORIGIN)
    answer = app.test_client().get(f"{V1}/log", headers={"Origin": origin})
    assert answer.status_code == 200
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert "Origin" in answer.headers["Vary"]


@only_sqlite
def test_without_configuration_no_origin_may_call(visitor: Person) -> None:
    answer = visitor.http.get(f"{V1}/log", headers={"Origin": ORIGIN})
    assert "Access-Control-Allow-Origin" not in answer.headers


@only_sqlite
def test_json_answers_are_compact_utf_8(carol: Person) -> None:
    answer = carol.call("POST", "/posts", {"text": "ümläut"})
    assert "ümläut".encode() in answer.data
    assert b'": ' not in answer.data


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    """Give the port of a server that reads bodies of unknown length, as the test client does not."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@only_sqlite
def test_a_body_of_unknown_length_is_refused(app: Flask, carol: Person, port: int) -> None:
    headers = carol.headers | {"Content-Type": "application/json"}
    text = b'{"text":"chunked"}'
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        with nothing_written(app):
            client.request("POST", f"{V1}/posts", iter([text]), headers, encode_chunked=True)
            answer = client.getresponse()
            body = answer.read()
        assert (answer.status, json.loads(body)["code"]) == (411, "length_required")
        assert answer.headers["Content-Type"] == "application/problem+json"
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        client.request("POST", f"{V1}/posts", text, headers)
        assert client.getresponse().status == 201
