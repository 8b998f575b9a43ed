"""Health: live asks nobody, ready asks the database, the whole says what is wrong and nothing private."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update

from chain.errors import NodeUnavailable
from tests.support.answers import closed_port, refused
from tests.support.services import run_sql
from tests.support.wallet import Person
from tests.webapp.status.conftest import Change
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.log.models import Entry
from webapp.outbox.models import Chain, Claim, Node, Transaction
from webapp.status.health import words
from workers import anchoring

MakeApp = Callable[..., Flask]
HOUR = timedelta(hours=1)


def health(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/health")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json
    assert (body["live"], body["ready"]) == (True, True)
    assert list(body["parts"]) == ["database", "redis", "log", "chain", "nodes", "worker"]
    return body


def part(app: Flask, name: str) -> tuple[str, str]:
    found = health(app)["parts"][name]
    return found["state"], found["reason"] or ""


@contextmanager
def at_revision(app: Flask, revision: str) -> Iterator[None]:
    """Let the database say that it is at another revision."""

    def put(value: str) -> None:
        with app.app_context(), writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": value})

    with app.app_context():
        before = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    put(revision)
    try:
        yield
    finally:  # the database is shared with the tests that follow
        put(str(before))


@pytest.fixture
def homeless(make_closed_app: MakeApp, database_url: str, tmp_path: Path) -> Flask:
    """Give an application whose database is away."""
    gone = f"sqlite:///{tmp_path / 'no such folder' / 'troth.sqlite'}"
    if not database_url.startswith("sqlite"):
        gone = f"postgresql://somebody:hunter2@127.0.0.1:{closed_port()}/troth"
    return make_closed_app(database_url=gone)


def test_all_is_well(
    app: Flask, carol: Person, anchor: Callable[[], None], all_well: Callable[[], None]
) -> None:
    carol.call("POST", "/posts", {"text": "final"})
    anchor()
    all_well()
    body = health(app)
    assert body["state"] == "ok", body
    assert {one["state"] for one in body["parts"].values()} == {"ok"}
    assert app.test_client().get("/health/ready").json == {"ready": True}
    assert app.test_client().get("/health/live").json == {"live": True}
    assert app.test_client().get("/health").headers["Cache-Control"] == "no-store"


def test_a_database_that_is_away_is_not_ready_but_live(homeless: Flask) -> None:
    http = homeless.test_client()
    assert http.get("/health/live").status_code == 200
    answer = http.get("/health/ready")
    problem = refused(answer, 503, "not_ready")
    assert "database does not answer" in problem["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    whole = http.get("/health")
    body = refused(whole, 503, "not_ready")
    assert (body["state"], body["live"], body["ready"]) == ("down", True, False)
    assert body["status"] == 503
    assert int(whole.headers["Retry-After"]) > 0
    assert body["parts"]["database"]["state"] == "down"
    assert "Not known" in body["parts"]["chain"]["reason"]
    for private in ("hunter2", "somebody", "no such folder", "127.0.0.1"):
        assert private not in whole.text + answer.text


def test_a_database_that_comes_back_is_ready(homeless: Flask, app: Flask) -> None:
    assert homeless.test_client().get("/health/ready").status_code == 503
    assert app.test_client().get("/health/ready").status_code == 200


def test_a_database_at_another_revision_is_not_ready(app: Flask) -> None:
    http = app.test_client()
    for revision in ("0001", "9999"):
        with at_revision(app, revision):
            problem = refused(http.get("/health/ready"), 503, "not_ready")
            assert f"at revision {revision}, this release needs" in problem["detail"]
            assert http.get("/health").json["parts"]["database"]["state"] == "down"
    assert http.get("/health/ready").status_code == 200


def test_an_empty_database_is_not_ready(make_closed_app: MakeApp, tmp_path: Path) -> None:
    app = make_closed_app(database_url=f"sqlite:///{tmp_path / 'empty.sqlite'}")
    problem = refused(app.test_client().get("/health/ready"), 503, "not_ready")
    assert "at revision none" in problem["detail"]


def test_a_log_that_is_not_open_is_not_ready(make_closed_app: MakeApp) -> None:
    http = make_closed_app().test_client()
    assert "log is not open" in refused(http.get("/health/ready"), 503, "not_ready")["detail"]
    parts = refused(http.get("/health"), 503, "not_ready")["parts"]
    assert {name: one["state"] for name, one in parts.items()} == {
        "database": "ok",
        "redis": "ok",
        "log": "down",
    }


def test_the_instance_is_ready_while_the_chain_is_away(
    app: Flask, carol: Person, all_well: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    all_well()

    class Away:
        def __getattr__(self, name: str) -> Callable[..., None]:
            def fail(*_: object, **__: object) -> None:
                raise NodeUnavailable("a.node", "it does not answer")

            return fail

    app.extensions["troth_chain"] = Away()
    with app.app_context(), writing() as session:
        session.execute(update(Chain).values(asked_at=utc_now() - HOUR))
        session.execute(update(Node).values(state="down"))
    carol.call("POST", "/posts", {"text": "waits"})
    with app.app_context():
        anchoring.seal(1)
    assert app.test_client().get("/health/ready").status_code == 200
    body = health(app)
    assert body["state"] == "degraded"
    assert body["parts"]["chain"] == {
        "state": "down",
        "reason": "It was last reached 1 h 0 min ago.",
    }
    assert body["parts"]["nodes"] == {"state": "down", "reason": "0 of 1 healthy."}
    assert body["parts"]["worker"]["state"] == "ok"


def test_without_a_word_from_a_worker_it_is_said_what_is_not_known(
    app: Flask, change: Change
) -> None:
    change(Chain, asked_at=None)
    body = health(app)
    assert body["state"] == "degraded"
    assert {name: one["state"] for name, one in body["parts"].items()} == {
        "database": "ok",
        "redis": "ok",
        "log": "ok",
        "chain": "degraded",
        "nodes": "degraded",
        "worker": "down",
    }


def test_a_halted_chain_is_down_and_its_entries_are_halted(
    app: Flask, carol: Person, all_well: Callable[[], None], change: Change
) -> None:
    all_well()
    carol.call("POST", "/posts", {"text": "stuck"})
    change(Chain, state="halted_instance", reason="The node serves chain 5, not 7")
    state, reason = part(app, "chain")
    assert (state, "not the chain that the log is on" in reason) == ("down", True)
    assert "serves chain 5" not in reason  # the long reason names nodes: it is the operator's alone
    assert part(app, "log") == ("degraded", "1 entries are halted; run `troth doctor`.")


def test_an_indexer_that_is_behind_degrades(
    app: Flask, all_well: Callable[[], None], change: Change
) -> None:
    all_well()
    for state in ("syncing", "rewinding", "waiting"):
        change(Chain, state=state, head=1_000_000)
        found, reason = part(app, "chain")
        assert found == "degraded"
        assert f"The indexer is {state}, 999," in reason


def test_an_entry_that_waits_for_long_degrades_and_a_short_delay_does_not(
    app: Flask, carol: Person, seal: Callable[[], None], change: Change
) -> None:
    carol.call("POST", "/posts", {"text": "waits"})
    seal()
    assert part(app, "log") == ("ok", "")
    change(Transaction, state="blocked_fee")
    assert part(app, "log") == ("ok", "1 entries are delayed.")
    change(Entry, accepted_at=utc_now() - HOUR)
    state, reason = part(app, "log")
    assert (state, reason.endswith("waits for 1 h 0 min.")) == ("degraded", True)


def test_a_worker_that_was_not_seen_for_long_is_down(
    app: Flask, carol: Person, anchor: Callable[[], None], change: Change
) -> None:
    anchor()
    assert part(app, "worker") == ("ok", "")
    change(Claim, seen_at=utc_now() - HOUR)
    state, reason = part(app, "worker")
    assert state == "down"
    assert "1 h" in reason


def test_some_nodes_down_degrade(
    app: Flask, all_well: Callable[[], None], add: Callable[..., None]
) -> None:
    all_well()
    facts = {"state": "lagging", "breaker": "closed", "checked_at": utc_now()}
    add(Node(name="https://b.node", problem="12 blocks behind", **facts))
    assert part(app, "nodes") == ("degraded", "1 of 2 healthy.")
    assert "b.node" not in app.test_client().get("/health").text


def test_redis_that_does_not_answer_is_said_without_its_address(make_app: MakeApp) -> None:
    port = closed_port()
    app = make_app(redis_url=f"redis://:hunter2@127.0.0.1:{port}/0")
    body = health(app)
    assert body["parts"]["redis"]["state"] == "down"
    assert app.test_client().get("/health/ready").status_code == 200
    for private in ("hunter2", str(port)):
        assert private not in app.test_client().get("/health").text


def test_health_needs_no_session_and_asks_no_limiter(make_app: MakeApp) -> None:
    app = make_app(redis_url=f"redis://127.0.0.1:{closed_port()}/0")
    http = app.test_client()
    for path in ("/health/live", "/health/ready"):
        assert http.get(path, headers={"Authorization": "Bearer nonsense"}).status_code == 200


def test_live_asks_nothing_of_the_database(
    app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        monkeypatch.setattr(db.engine.pool, "connect", lambda: pytest.fail("asked the database"))
    assert app.test_client().get("/health/live").status_code == 200


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min 0 s"),
        (3_700, "1 h 1 min"),
        (90_000, "1 d 1 h"),
        (86_400 * 400, "400 d 0 h"),
    ],
)
def test_lengths_of_time_are_said_in_two_units(seconds: float, said: str) -> None:
    assert words(seconds) == said


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_a_database_that_ends_its_connections_is_ready_at_the_second_look(
    app: Flask, database_url: str
) -> None:
    http = app.test_client()
    assert http.get("/health/ready").status_code == 200
    run_sql(
        database_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    assert http.get("/health/ready").status_code in (200, 503)
    assert http.get("/health/ready").status_code == 200
