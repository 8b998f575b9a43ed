"""Every route, tried by everybody: what each is answered is written down in ``rows``."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from chain.deployments import Deployment
from chain.devnode.node import DevNode
from tests.webapp.matrix.rows import ROWS
from tests.webapp.matrix.world import PERSONAS, World, build, fill, reopened
from webapp import API_PREFIX
from webapp.extensions import db

SAFE = {"HEAD", "OPTIONS"}


def routes(app: Flask) -> set[str]:
    """Return what is answered, as ``METHOD /path``; what is not under the API's prefix has ``root:`` before."""
    return {
        f"{method} {short(rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - SAFE
    }


def short(rule: str) -> str:
    """Return a rule as it stands in ``ROWS``."""
    return rule.removeprefix(API_PREFIX) if rule.startswith(API_PREFIX + "/") else f"root:{rule}"


@pytest.fixture(scope="session")
def made(
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path,
    prepared: tuple[DevNode, Deployment],
) -> tuple[World, Path]:
    folder = tmp_path_factory.mktemp("world")
    return build(folder, sqlite_template, *prepared), folder


@pytest.fixture
def world(
    made: tuple[World, Path], node: DevNode, prepared: tuple[DevNode, Deployment], tmp_path: Path
) -> Iterator[World]:
    copy = reopened(*made, tmp_path / "copy", node, prepared[1])
    yield copy
    with copy.app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_every_route_has_a_row_and_every_row_a_route(made: tuple[World, Path]) -> None:
    found = routes(made[0].app)
    assert found - set(ROWS) == set(), "write down what each persona may expect of these"
    assert set(ROWS) - found == set(), "these are gone"


@pytest.mark.parametrize("route", sorted(ROWS))
def test_everybody_is_answered_as_written(route: str, world: World) -> None:
    method, path = route.split(" ", 1)
    row = ROWS[route]
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: world.names[found[1]], path)
    got = {}
    for persona in PERSONAS:
        body = fill(row.body, world, persona)
        person = world.person(persona)
        url = path.removeprefix("root:") if path.startswith("root:") else API_PREFIX + path
        query = fill(row.query, world, persona)
        answer = person.http.open(url + query, method=method, json=body, headers=person.headers)
        got[persona] = answer.status_code
        answer.close()
    assert got == dict(zip(PERSONAS, row.expected(), strict=True))


# Each time another nonce: two visitors behind one address must never share one.
NEVER_REPLAYED = {"POST /auth/siwe/nonce", "POST /oauth/token", "POST /oauth/revoke"}


@pytest.mark.parametrize("route", sorted(one for one in ROWS if one.startswith("POST ")))
def test_a_post_that_is_sent_again_with_its_key_is_answered_alike(route: str, world: World) -> None:
    path = re.sub(
        r"<(?:\w+:)?(\w+)>", lambda found: world.names[found[1]], route.removeprefix("POST ")
    )
    row = ROWS[route]
    headers = {"Idempotency-Key": "once"}
    for persona in ("owner", "other"):
        person, body = world.person(persona), fill(row.body, world, persona)
        answers = [person.call("POST", path, body, headers=headers) for _ in range(2)]
        statuses = [answer.status_code for answer in answers]
        assert statuses == [dict(zip(PERSONAS, row.expected(), strict=True))[persona]] * 2
        replayed = "Idempotency-Replayed" in answers[1].headers
        assert replayed == (statuses[0] < 300 and route not in NEVER_REPLAYED)
        if replayed:
            assert answers[0].data == answers[1].data
