"""Every route, tried by everybody: what each is answered is written down in ``rows``."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from chain.devnode.node import DevNode
from tests.support import instance
from tests.webapp.matrix.rows import ROWS, Row
from tests.webapp.matrix.world import PERSONAS, World, build, fill, reopened
from webapp.accounts.models import Account
from webapp.extensions import Base, db
from webapp.factory import API_PREFIX

SAFE = {"HEAD", "OPTIONS"}
# Sign-ins and nonces are fresh for ten minutes; the tests of this file may be run in any order, far apart.
WORLD_SECONDS = 300.0


def routes(app: Flask) -> set[str]:
    """Return what is answered, as ``METHOD /path``; what is not under the API's prefix has ``root:`` before.

    Without the web UI's addresses: they give the same files to everybody, and know of no session.
    """
    return {
        f"{method} {short(rule.rule)}"
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith("ui.")
        for method in (rule.methods or set()) - SAFE
    }


def placed(path: str, row: Row, world: World) -> str:
    """Put the world's names where a route has placeholders."""

    def name(found: re.Match[str]) -> str:
        return world.names[row.names.get(found[1], found[1])]

    return re.sub(r"<(?:\w+:)?(\w+)>", name, path)


def short(rule: str) -> str:
    """Return a rule as it stands in ``ROWS``."""
    return rule.removeprefix(API_PREFIX) if rule.startswith(API_PREFIX + "/") else f"root:{rule}"


@pytest.fixture(scope="session")
def make(
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path,
    prepared: tuple[DevNode, instance.Prepared],
) -> Callable[[], tuple[World, Path]]:
    """Give what makes a world, and gives the same one again for as long as what was signed in it is good."""
    kept: list[tuple[float, World, Path]] = []

    def latest() -> tuple[World, Path]:
        if not kept or time.monotonic() - kept[-1][0] > WORLD_SECONDS:
            folder = tmp_path_factory.mktemp("world")
            kept.append((time.monotonic(), build(folder, sqlite_template, *prepared), folder))
        return kept[-1][1:]

    return latest


@pytest.fixture
def made(make: Callable[[], tuple[World, Path]]) -> tuple[World, Path]:
    return make()


@pytest.fixture
def world(made: tuple[World, Path], node: DevNode, tmp_path: Path) -> Iterator[World]:
    copy = reopened(*made, tmp_path / "copy", node)
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
    path = placed(path, row, world)
    if row.before is not None:
        owner = world.person("owner")
        assert (
            owner.call("POST", row.before[0], fill(row.before[1], world, "owner")).status_code < 300
        )
    got = {}
    for persona in PERSONAS:
        body = fill(row.body, world, persona)
        person = world.person(persona)
        url = path.removeprefix("root:") if path.startswith("root:") else API_PREFIX + path
        query = fill(row.query, world, persona)
        sent = {"data": body} if isinstance(body, bytes) else {"json": body}
        answer = person.http.open(url + query, method=method, headers=person.headers, **sent)
        got[persona] = answer.status_code
        answer.close()
    assert got == dict(zip(PERSONAS, row.expected(), strict=True))


# Each time another nonce: two visitors behind one address must never share one.
NEVER_REPLAYED = {"POST /auth/siwe/nonce", "POST /oauth/token", "POST /oauth/revoke"}


@pytest.mark.parametrize("route", sorted(one for one in ROWS if one.startswith("POST ")))
def test_a_post_that_is_sent_again_with_its_key_is_answered_alike(route: str, world: World) -> None:
    row = ROWS[route]
    path = API_PREFIX + placed(route.removeprefix("POST "), row, world)
    headers = {"Idempotency-Key": "once"}
    for persona in ("owner", "other"):
        person, body = world.person(persona), fill(row.body, world, persona)
        sent = {"data": body} if isinstance(body, bytes) else {"json": body}
        signed_in = person.headers | headers
        answers = [person.http.post(path, headers=signed_in, **sent) for _ in range(2)]
        statuses = [answer.status_code for answer in answers]
        assert statuses == [dict(zip(PERSONAS, row.expected(), strict=True))[persona]] * 2
        replayed = "Idempotency-Replayed" in answers[1].headers
        assert replayed == (statuses[0] < 300 and route not in NEVER_REPLAYED)
        if replayed:
            assert answers[0].data == answers[1].data


def test_no_body_sets_what_its_route_does_not_name(world: World) -> None:
    """Mass assignment: columns that there are, and some that there are not, are refused wherever a body is read."""
    owner, tried = world.person("owner"), []
    for route, row in sorted(ROWS.items()):
        method, path = route.split(" ", 1)
        body = fill(row.body, world, "owner")
        if not isinstance(body, dict) or method in SAFE:
            continue
        tried.append(route)
        for name in ("role", "account_id", "suspended_at", "deleted_at", "is_admin", "__class__"):
            if name in body:
                continue
            answer = owner.call(method, placed(path, row, world), body | {name: "operator"})
            told = (route, name, answer.status_code, answer.text)
            assert answer.status_code == 400, told
            assert answer.json["code"] == "malformed", told
    assert len(tried) > 25
    with world.app.app_context():
        mine = select(Account).where(Account.id == UUID(owner.account))
        account = db.session.scalars(mine).one()
        assert (account.role, account.suspended_at, account.deleted_at) == ("member", None, None)


INJECTED = (
    "' OR '1'='1",
    "'; DELETE FROM posts; --",
    '" OR ""="',
    "%' OR 1=1 --",
    "\\",
    "${7*7}",
    "{{7*7}}",
)


@pytest.mark.long(13)
def test_what_stands_in_paths_and_queries_is_never_part_of_a_statement(world: World) -> None:
    """SQL and templates in every part of a path that is a text, and in every query parameter of a read."""
    owner = world.person("owner")
    before = everything(world)
    tried = 0
    for route, row in sorted(ROWS.items()):
        method, path = route.split(" ", 1)
        if path.startswith("root:") or method not in ("GET", "DELETE"):
            continue
        for text in INJECTED:
            said = quote(text, safe="")
            paths = []
            if re.search(r"<(?!uuid:|int:)\w+>", path) and method == "GET":
                paths.append(placed(re.sub(r"<(?!uuid:|int:)\w+>", said, path), row, world))
            if method == "GET" and path not in STREAMS:
                names = ("q", "cursor", "since", "limit", "content", "kinds", "digest", "state")
                plain = placed(path, row, world)
                paths += [f"{plain}?{name}={said}" for name in names]
            for one in paths:
                tried += 1
                answer = owner.call("GET", one)
                assert answer.status_code < 500, (one, answer.text)
                answer.close()
    assert tried > 1_000
    assert everything(world) == before


STREAMS = {"/events"}


def everything(world: World) -> dict[str, int]:
    """Return how many rows each table has that nobody's reading adds to."""
    kept = ("accounts", "posts", "entries", "follows", "messages", "notifications", "likes")
    with world.app.app_context():
        return {
            name: db.session.scalar(select(func.count()).select_from(Base.metadata.tables[name]))
            or 0
            for name in kept
        }
