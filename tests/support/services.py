"""The servers that tests use when they answer: required under CI, skipped elsewhere."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Composable, Identifier
from sqlalchemy import make_url


def required() -> bool:
    """Tell whether a missing server is a failure."""
    return os.environ.get("CI") == "true"


def missing(what: str, variable: str) -> None:
    """Fail under CI, skip elsewhere, with what to do."""
    reason = f"{what} does not answer; set {variable} to one that does"
    if required():
        pytest.fail(reason)
    pytest.skip(reason)


def postgres_server() -> str | None:
    """Return the URL of a server whose role may create databases, None if there is none."""
    given = os.environ.get("TROTH_TEST_DATABASE_URL")
    for url in [given] if given else ["postgresql:///postgres", "postgresql://127.0.0.1/postgres"]:
        try:
            rows = run_sql(
                url, "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            )
        except psycopg.OperationalError:
            continue
        if rows and rows[0][0]:
            return url
    return None


def run_sql(url: str, statement: str | Composable) -> list[tuple[Any, ...]]:
    """Run one statement by itself and return its rows."""
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(statement)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Make an empty database on the server; give its URL; drop it at the end."""
    name = f"troth_test_{uuid.uuid4().hex[:12]}"
    run_sql(server, SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        yield with_database(server, name)
    finally:
        run_sql(server, SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def with_database(server: str, name: str) -> str:
    """Return the server's URL with another database name."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)
