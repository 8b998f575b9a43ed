"""A whole application on a database and a chain of its own, in this process."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from flask_migrate import upgrade
from psycopg.pq import TransactionStatus
from psycopg.sql import SQL, Identifier
from sqlalchemy import QueuePool, Table, insert, make_url, select

from chain.client import ChainClient
from chain.deployments import Deployment
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from tests.support.reuse import (
    borrow_statements,
    lend_statements,
    share_document,
    share_routes,
)
from tests.support.services import fresh_database, run_sql
from webapp import create_app
from webapp.commands.setup import deploy
from webapp.extensions import Base, db

SECRETS = {
    "jwt_secret": "only for tests, and longer than thirty-two characters",
    "anchorer_key": "0x" + "a1" * 32,
    "deployer_key": "0x" + "d1" * 32,
    "issuer_key": "0x" + "15" * 32,
    "message_keys": "e1" * 32,
}
# Generous: throttling has tests of its own.
LIMITS = {
    "limit_sign_in": "10000/minute",
    "limit_failures": "10000/minute",
    "limit_guesses": "10000/minute",
    "limit_register": "10000/minute",
    "limit_read": "1000000/minute",
    "limit_write": "1000000/minute",
    "limit_token": "1000000/minute",
}

PATIENCE = 5  # seconds

_emptiers: dict[str, psycopg.Connection[Any]] = {}

share_routes()
share_document()


def config_of(data_dir: Path, database_url: str) -> dict[str, Any]:
    """Return settings that are the tests' own, not the environment's."""
    config = {"data_dir": data_dir, "database_url": database_url, "seal_interval": 0.001}
    config |= {"redis_url": "", "broker_url": "", "chain_url": "", "public_url": ""}
    return config | SECRETS | LIMITS


def make_app(data_dir: Path, database_url: str, **overrides: object) -> Flask:
    """Return an application with those settings, but for the ones that are given."""
    app = create_app(config_of(data_dir, database_url) | overrides)
    app.teardown_request(_end_reading)
    with app.app_context():
        borrow_statements(db.engine)
    return app


def _end_reading(_: BaseException | None) -> None:
    """End what a request read, as the end of its context does in a server.

    A request within a test's own context shares its session: what it began would hide from the test, and
    from the next request, what others write meanwhile.
    """
    if db.session.registry.has():
        db.session.rollback()


def close_app(app: Flask) -> None:
    """Close an application's connections, once threads that a test began have given back theirs.

    What is given back to a pool that was closed before is never closed, and some later test fails for it.
    """
    with app.app_context():
        db.session.remove()
        pool, deadline = db.engine.pool, time.monotonic() + PATIENCE
        while isinstance(pool, QueuePool) and pool.checkedout() and time.monotonic() < deadline:
            time.sleep(0.01)
        db.engine.dispose()


@dataclass(frozen=True)
class Prepared:
    """What a log that was opened on a node left in an empty database: rows by table, in their order."""

    deployment: Deployment
    rows: dict[str, list[dict[str, Any]]]


def prepare_node(node: DevNode, folder: Path, template: Path) -> Prepared:
    """Deploy, fund and open once, on a copy of a migrated file, so that each test starts from there."""
    app = make_app(folder, copied_sqlite(template, folder))
    deployment = use_node(app, node)
    with app.app_context():
        rows = {table.name: _rows_of(table) for table in Base.metadata.sorted_tables}
        db.session.remove()
        db.engine.dispose()
    return Prepared(deployment, {name: found for name, found in rows.items() if found})


def _rows_of(table: Table) -> list[dict[str, Any]]:
    """Return a table's rows without the numbers that the database gives them."""
    counted = table.autoincrement_column
    columns = [column for column in table.columns if column is not counted]
    order = table.primary_key.columns
    return [dict(row) for row in db.session.execute(select(*columns).order_by(*order)).mappings()]


def use_node(app: Flask, node: DevNode) -> Deployment:
    """Let the application speak to an in-process chain, and set the log up there."""
    client = connect(app, node)
    with app.app_context():
        return deploy(app.config["TROTH"], client)


def open_prepared(app: Flask, node: DevNode, prepared: Prepared) -> None:
    """Put a log that was opened already into an empty database."""
    connect(app, node)
    with app.app_context(), db.engine.begin() as connection:
        for name, rows in prepared.rows.items():
            connection.execute(insert(Base.metadata.tables[name]), rows)


def connect(app: Flask, node: DevNode) -> ChainClient:
    """Let the application speak to an in-process chain."""
    client = ChainClient("in-process", provider=DevNodeProvider(node))
    app.extensions["troth_chain"] = client
    return client


def migrated_sqlite(folder: Path) -> Path:
    """Make a migrated SQLite file to copy from."""
    path = folder / "template.sqlite"
    with make_app(folder, f"sqlite:///{path}").app_context():
        upgrade()
        lend_statements(db.engine)
        db.engine.dispose()
    return path


def copied_sqlite(template: Path, folder: Path) -> str:
    """Copy the migrated file; return its URL."""
    shutil.copy(template, folder / "test.sqlite")
    return f"sqlite:///{folder / 'test.sqlite'}"


@contextmanager
def postgres_database(server: str, folder: Path, *, durable: bool = True) -> Iterator[str]:
    """Make a migrated database on the server; give its URL; drop it at the end.

    Without ``durable`` its commits wait for no disk: no test cuts the power.
    """
    with fresh_database(server) as url:
        if not durable:
            name = Identifier(make_url(url).database or "")
            run_sql(url, SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
        with make_app(folder, url).app_context():
            upgrade()
            lend_statements(db.engine)
            db.engine.dispose()
        try:
            yield url
        finally:
            if url in _emptiers:
                _emptiers.pop(url).close()


def empty_postgres(url: str) -> None:
    """Empty every table, so that the next test starts afresh; TRUNCATE would take ten times as long."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    deletes = [SQL("DELETE FROM {};").format(Identifier(name)) for name in tables]
    restart = SQL("SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'")
    statement = SQL(" ").join([SQL("BEGIN;"), *deletes, restart, SQL("; COMMIT")])
    try:
        _emptier(url).execute(statement)
    except psycopg.OperationalError:  # a test had the server end the connection
        _emptier(url).execute(statement)


def _emptier(url: str) -> psycopg.Connection[Any]:
    """Return a connection that is kept: a new one reads the catalogue of all tables anew."""
    kept = _emptiers.get(url)
    if kept is None or kept.info.transaction_status != TransactionStatus.IDLE:
        if kept is not None:
            kept.close()
        kept = _emptiers[url] = psycopg.connect(url, autocommit=True, connect_timeout=5)
    return kept
