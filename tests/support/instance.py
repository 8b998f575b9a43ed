"""A whole application on a database and a chain of its own, in this process."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from chain.client import ChainClient
from chain.deployments import Deployment
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from tests.support.reuse import borrow_statements, lend_statements, share_routes
from tests.support.services import fresh_database, run_sql
from webapp import create_app
from webapp.commands.setup import deploy, open_deployed
from webapp.extensions import Base, db

SECRETS = {
    "jwt_secret": "only for tests, and longer than thirty-two characters",
    "anchorer_key": "0x" + "a1" * 32,
    "deployer_key": "0x" + "d1" * 32,
    "message_keys": "e1" * 32,
}
# Generous: throttling has tests of its own.
LIMITS = {
    "limit_sign_in": "10000/minute",
    "limit_failures": "10000/minute",
    "limit_register": "10000/minute",
    "limit_read": "1000000/minute",
    "limit_write": "1000000/minute",
    "limit_token": "1000000/minute",
}

share_routes()


def make_app(data_dir: Path, database_url: str, **overrides: object) -> Flask:
    """Return an application whose settings are the tests' own, not the environment's."""
    config = {"data_dir": data_dir, "database_url": database_url, "seal_interval": 0.001}
    config |= {"redis_url": "", "broker_url": "", "chain_url": "", "public_url": ""}
    app = create_app(config | SECRETS | LIMITS | overrides)
    with app.app_context():
        borrow_statements(db.engine)
    return app


def prepare_node(node: DevNode, folder: Path) -> Deployment:
    """Deploy and fund once, so that each test starts from there."""
    template = migrated_sqlite(folder)
    return use_node(make_app(folder, f"sqlite:///{template}"), node)


def use_node(app: Flask, node: DevNode) -> Deployment:
    """Let the application speak to an in-process chain, and set the log up there."""
    client = _connect(app, node)
    with app.app_context():
        return deploy(app.config["TROTH"], client)


def open_prepared(app: Flask, node: DevNode, deployment: Deployment) -> None:
    """Open the log on a chain that was prepared; the contract is there already."""
    client = _connect(app, node)
    with app.app_context():
        open_deployed(app.config["TROTH"], client, deployment)


def _connect(app: Flask, node: DevNode) -> ChainClient:
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
        yield url


def empty_postgres(url: str) -> None:
    """Empty every table, so that the next test starts afresh; TRUNCATE would take ten times as long."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    deletes = [SQL("DELETE FROM {};").format(Identifier(name)) for name in tables]
    restart = SQL("SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'")
    run_sql(url, SQL(" ").join([SQL("BEGIN;"), *deletes, restart, SQL("; COMMIT")]))
