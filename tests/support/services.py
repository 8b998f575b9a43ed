"""The servers that tests use when they answer: required under CI, skipped elsewhere."""

import os

import psycopg
import pytest
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
            with psycopg.connect(url, connect_timeout=3) as connection:
                query = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
                row = connection.execute(query).fetchone()
        except psycopg.OperationalError:
            continue
        if row and row[0]:
            return url
    return None


def with_database(server: str, name: str) -> str:
    """Return the server's URL with another database name."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)
