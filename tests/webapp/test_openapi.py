"""The OpenAPI document itself: examples that hold, and who may call what, said of every operation."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from chain.proofs.records import Kind, check_message
from tests.support.databases import only_sqlite
from tests.support.wallet import V1, Person
from webapp import openapi_values
from webapp.accounts.scopes import THIRD_PARTY
from webapp.openapi_parameters import MEANINGS, SPECIAL, parameters
from webapp.openapi_security import SCOPES

API_PAGE = Path(__file__).parents[2] / "docs" / "api.md"
METHODS = {"get", "post", "put", "patch", "delete"}
# Bodies and answers that are bytes of a file, or whose schema is that of the records inside.
BYTES = {"multipart/form-data", "application/octet-stream"}
PLACES = {"handle": "alice", "tag": "troth", "sequence": "0", "address": openapi_values.DEVICE}
Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    # Not by the application's own reader: it is for bodies, and refuses what nests as deep as this.
    found: dict[str, Any] = json.loads(app.test_client().get(f"{V1}/openapi.json").data)
    return found


@only_sqlite
def test_the_document_is_written_once_and_kept_by_its_readers(app: Flask) -> None:
    first = app.test_client().get(f"{V1}/openapi.json")
    assert "max-age" in first.headers["Cache-Control"]
    tag = {"If-None-Match": first.headers["ETag"]}
    assert app.test_client().get(f"{V1}/openapi.json", headers=tag).status_code == 304
    assert app.test_client().get(f"{V1}/openapi.json").data == first.data


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield method.upper(), path, operation


def bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if kind not in BYTES:
            yield kind, content


def answers(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield from answer.get("content", {}).values()


def values(content: dict[str, Any]) -> list[Any]:
    named = [one["value"] for one in content.get("examples", {}).values()]
    return named + ([content["example"]] if "example" in content else [])


def problems(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    whole = {"components": document["components"], **schema}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return [error.message for error in validator.iter_errors(value)]


@only_sqlite
def test_every_body_and_answer_has_examples_that_fit_their_schemas(
    document: dict[str, Any],
) -> None:
    wrong, checked = [], 0
    for method, path, operation in operations(document):
        shown = [content for _, content in bodies(operation)] + list(answers(operation))
        assert ("requestBody" not in operation) or path.endswith("/media") or shown, path
        for content in shown:
            if not values(content):
                wrong.append(f"{method} {path} has no example")
            for value in values(content):
                checked += 1
                found = problems(document, content["schema"], value)
                wrong += [f"{method} {path}: {one} in {value}" for one in found]
    assert wrong == []
    assert checked > 120


@only_sqlite
def test_every_operation_and_every_parameter_says_what_it_is_for(document: dict[str, Any]) -> None:
    silent = [
        f"{method} {path}"
        for method, path, operation in operations(document)
        if not operation.get("summary")
    ]
    silent += [f"{path} {one['name']}" for path, one in parameters(document) if not said(one)]
    assert silent == []
    named = {one["name"] for _, one in parameters(document)}
    assert set(MEANINGS) <= named, "these parameters are gone"
    assert {path for path, _ in SPECIAL} <= {path.removeprefix(V1) for path in document["paths"]}


@only_sqlite
def test_what_is_read_first_names_operations_that_there_are(document: dict[str, Any]) -> None:
    named = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`]*)`", document["info"]["description"])
    assert len(named) > 6
    there = {(method, path.removeprefix(V1)) for method, path, _ in operations(document)}
    assert set(named) <= there


@only_sqlite
def test_the_table_of_the_written_documentation_names_every_operation_once(
    document: dict[str, Any],
) -> None:
    rows = [line for line in API_PAGE.read_text().splitlines() if line.startswith("| `")]
    named = Counter(call for row in rows for call in calls(row.split("|")[1]))
    there = {(method, unnamed(path.removeprefix(V1))) for method, path, _ in operations(document)}
    assert there - set(named) == set(), "write these down in docs/api.md"
    assert set(named) - there == set(), "these are gone"
    assert [call for call, times in named.items() if times > 1] == []


def calls(cell: str) -> Iterator[tuple[str, str]]:
    """Read a cell like ``POST /a``, ``…/b`` or ``POST``, ``DELETE /a/b``, ``/c``: methods and paths."""
    methods: list[str] = []
    first = ""
    for text in re.findall(r"`([^`]*)`", cell):
        method, path = re.fullmatch(r"([A-Z]*) ?(.*)", text).groups()  # type: ignore[union-attr]
        if method:
            methods = [method] if first else [*methods, method]
        if path.startswith("…"):
            path = first + path[1:]
        elif first and path.count("/") == 1 and not method:  # another end of the same path
            path = first.rpartition("/")[0] + path
        else:
            first = path
        yield from ((one, unnamed(path)) for one in methods if path)


def unnamed(path: str) -> str:
    return re.sub(r"{\w+}", "{}", path)


def said(parameter: dict[str, Any]) -> str:
    return str(parameter.get("description", "")).strip()


@only_sqlite
def test_problems_have_an_example_too(document: dict[str, Any]) -> None:
    content = document["components"]["responses"]["DEFAULT_ERROR"]["content"]
    (problem,) = content.values()
    assert problems(document, problem["schema"], problem["example"]) == []


@only_sqlite
def test_what_is_not_that_shape_is_no_example(document: dict[str, Any]) -> None:
    content = document["paths"][f"{V1}/posts"]["post"]["requestBody"]["content"]
    schema = content["application/json"]["schema"]
    assert problems(document, schema, {"text": 1}) != []
    assert problems(document, schema, {"reply_to": "0x12"}) != []
    assert problems(document, schema, {"unknown": "x"}) != []


def place(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: PLACES.get(found[1], openapi_values.SOMETHING), path)


@only_sqlite
def test_every_example_of_a_body_has_the_form_that_the_server_reads(
    document: dict[str, Any], carol: Person, alice: Person
) -> None:
    malformed = []
    for method, path, operation in operations(document):
        for kind, content in bodies(operation):
            for value in values(content):
                form = kind != "application/json"
                sent = {"data": value} if form else {"json": value}
                for person in (alice, carol):
                    answer = person.http.open(
                        place(path), method=method, headers=person.headers, **sent
                    )
                    code = (answer.get_json(silent=True) or {}).get("code", "")
                    if code in ("malformed", "wrong_type") or answer.status_code >= 500:
                        malformed.append(f"{method} {path}: {answer.text}")
    assert malformed == []


def test_the_records_of_the_examples_are_records() -> None:
    for kind, record in (
        (Kind.POST, openapi_values.POST_RECORD),
        (Kind.DELETION, openapi_values.DELETION_RECORD),
        (Kind.DELEGATION, openapi_values.DELEGATION_RECORD),
        (Kind.REVOCATION, openapi_values.REVOCATION_RECORD),
        (Kind.STAMP, openapi_values.STAMP_RECORD),
    ):
        check_message(kind, record)


@only_sqlite
def test_patterns_are_those_of_json_schema(document: dict[str, Any]) -> None:
    patterns = set(re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', json.dumps(document)))
    assert patterns
    for pattern in map(json.loads, patterns):
        assert pattern.startswith("^"), pattern
        assert pattern.endswith("$"), pattern
        assert r"\Z" not in pattern


@only_sqlite
def test_every_operation_says_who_may_call_it_and_it_is_so(
    document: dict[str, Any], visitor: Person
) -> None:
    wrong = []
    for method, path, operation in operations(document):
        assert "security" in operation, path
        answer = visitor.http.open(place(path), method=method)
        code = (answer.get_json(silent=True) or {}).get("code")
        answer.close()
        needs_session = bool(operation["security"]) and {} not in operation["security"]
        if needs_session != (code == "no_session"):
            wrong.append(
                f"{method} {path}: {operation['security']}, but {answer.status_code} {code}"
            )
    assert wrong == []


@only_sqlite
def test_ways_to_sign_in_are_all_described(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    named = {
        name
        for _, _, operation in operations(document)
        for way in operation["security"]
        for name in way
    }
    assert named == set(schemes)
    scopes = schemes["oauth"]["flows"]["authorizationCode"]["scopes"]
    assert set(scopes) == set(SCOPES) == {str(one) for one in THIRD_PARTY}
    asked = {
        scope
        for _, _, operation in operations(document)
        for way in operation["security"]
        for scope in way.get("oauth", [])
    }
    assert asked == set(scopes)


@only_sqlite
def test_writes_by_cookie_need_the_csrf_value(document: dict[str, Any]) -> None:
    for method, _, operation in operations(document):
        for way in operation["security"]:
            if {"cookie", "refreshCookie"} & set(way):
                assert ("csrf" in way) == (method != "GET")


@only_sqlite
def test_every_post_but_the_explained_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    # A nonce is another one each time; the token endpoint is a standard's own.
    explained = {"/auth/siwe/nonce", "/oauth/token", "/oauth/revoke"}
    without = {
        path.removeprefix(V1)
        for method, path, operation in operations(document)
        if method == "POST"
        and "Idempotency-Key" not in {one["name"] for one in operation.get("parameters", [])}
    }
    assert without == explained
