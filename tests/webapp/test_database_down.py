"""A database that fails under a request: said as 503, told to nobody in private detail, and healed."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url, text

from chain.proofs.records import Kind
from tests.support.answers import nothing_written, refused
from tests.support.services import run_sql
from tests.support.wallet import Person
from webapp import engines
from webapp.extensions import db
from webapp.log import acceptance
from webapp.posts import service

MakeApp = Callable[..., Flask]
SECRET = "a secret that is nobody's business"
ONLY_POSTGRES = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def check_down(answer: Any) -> None:
    refused(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


@contextmanager
def entries_locked(url: str) -> Iterator[None]:
    """Hold a lock that keeps everybody else from adding entries."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(make_url(url).database or "", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    with closing(psycopg.connect(url)) as other:
        other.execute("LOCK TABLE entries IN EXCLUSIVE MODE")
        yield


@pytest.fixture
def impatient(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Give an application whose database waits for a lock only a moment."""
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.2)
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=200")
    return make_app()


def test_a_lock_that_is_not_had_in_time_is_a_part_that_is_down(
    impatient: Flask, database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    alice = Person(impatient.test_client()).sign_in()
    body = alice.sign(Kind.POST, alice.post_record(SECRET))
    with nothing_written(impatient):
        with entries_locked(database_url):
            answer = alice.call("POST", "/posts", body)
        check_down(answer)
    logged = capfd.readouterr().err
    assert answer.headers["X-Request-Id"] in logged
    for private in (SECRET, body["signature"][2:]):
        assert private not in logged + answer.text
    assert alice.call("POST", "/posts", body).status_code == 201


@ONLY_POSTGRES
@pytest.mark.parametrize(
    "state",
    ["40P01", "55P03", "57014", "57P01", "53300", "53100", "40001"],
    ids=[
        "deadlock",
        "lock not available",
        "statement cancelled",
        "server shutting down",
        "too many connections",
        "disk full",
        "serialization failure",
    ],
)
def test_every_kind_of_trouble_that_passes_is_a_part_that_is_down(app: Flask, state: str) -> None:
    def fail() -> None:
        db.session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))

    app.add_url_rule("/fail", view_func=fail)
    check_down(app.test_client().get("/fail"))


@ONLY_POSTGRES
def test_a_connection_that_is_ended_in_a_request_is_a_part_that_is_down(
    app: Flask, alice: Person, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = alice.sign(Kind.POST, alice.post_record())
    real = service.judge

    def end_and_judge(*args: Any) -> Any:
        monkeypatch.setattr(service, "judge", real)
        run_sql(database_url, END_OTHERS)
        return real(*args)

    monkeypatch.setattr(service, "judge", end_and_judge)
    with nothing_written(app):
        check_down(alice.call("POST", "/posts", body))
    assert alice.call("POST", "/posts", body).status_code == 201


@ONLY_POSTGRES
def test_a_connection_that_was_ended_while_it_lay_idle_is_not_noticed(
    app: Flask, alice: Person, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "IDLE_SECONDS", 0)
    body = alice.sign(Kind.POST, alice.post_record())
    run_sql(database_url, END_OTHERS)
    assert alice.call("POST", "/posts", body).status_code == 201
    run_sql(database_url, END_OTHERS)
    assert alice.call("GET", "/log").status_code == 200


def test_a_failed_statement_is_logged_without_texts_and_signatures(
    app: Flask,
    alice: Person,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = alice.sign(Kind.POST, alice.post_record(SECRET))
    # A time without a zone: the statement fails with all its parameters at hand.
    monkeypatch.setattr(acceptance, "utc_now", lambda: datetime(2026, 1, 1))  # noqa: DTZ001
    with caplog.at_level(logging.DEBUG), nothing_written(app):
        answer = alice.call("POST", "/posts", body)
    refused(answer, 500, "internal")
    logged = capfd.readouterr().err + caplog.text
    assert "INSERT INTO entries" in logged
    # The library cuts long lists of parameters short, so that a text might be missing by luck.
    assert "[parameters" not in logged
    raw = bytes.fromhex(body["signature"][2:])
    for private in (SECRET, raw.hex(), repr(raw)[2:-1], body["message"]["salt"]):
        assert private not in logged
        assert private not in answer.text
