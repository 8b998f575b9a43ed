"""The API against its own OpenAPI document: generated requests, and no answer that it does not allow."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chain.devnode.node import DevNode
from tests.support import instance
from tests.support.wallet import V1, Person

SETTINGS = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Operations that are not played, and why.
EXPLAINED: dict[str, str] = {}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="session")
def published(
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Any,
    prepared: tuple[DevNode, instance.Prepared],
) -> tuple[Flask, Person]:
    """Give an application and somebody in it; what was written by one request stays for the next."""
    folder = tmp_path_factory.mktemp("contract")
    # It sends mail, so that no claim is refused for want of that; nothing is sent before a worker does.
    mail = {"smtp_url": "smtp://127.0.0.1:9"}
    app = instance.make_app(folder, instance.copied_sqlite(sqlite_template, folder), **mail)
    instance.open_prepared(app, *prepared)
    return app, Person(app.test_client()).register("tester")


@pytest.fixture(scope="session")
def document(published: tuple[Flask, Person]) -> Any:
    return schemathesis.openapi.from_wsgi(f"{V1}/openapi.json", published[0])


SHARES = 4


@pytest.mark.parametrize("share", range(SHARES))
def test_every_answer_is_one_that_the_document_allows(
    share: int, document: Any, published: tuple[Flask, Person]
) -> None:
    operations = [result.ok() for result in document.get_all_operations()]
    assert len(operations) > SHARES
    problems = [
        problem
        for operation in operations[share::SHARES]
        if operation.label not in EXPLAINED
        for problem in play(operation, published[1])
    ]
    assert not problems, "\n\n".join(problems)


def play(operation: Any, person: Person) -> list[str]:
    """Send generated requests of one operation; return what its answers should not have been."""
    headers = {"Authorization": f"Bearer {person.token}"}

    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    @SETTINGS
    def positive(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    @SETTINGS
    def negative(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    problems = []
    for run in (positive, negative):
        try:
            run()
        except Unsatisfiable:
            continue  # nothing of an operation without input can be wrong
        except (FailureGroup, Failure) as failure:
            problems.append(f"{operation.label}: {failure}")
    return problems
