"""A whole application on a database and a chain of its own, in this process."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from psycopg.sql import SQL, Identifier

from chain.client import ChainClient
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from tests.support.services import fresh_database, run_sql
from webapp import create_app
from webapp.commands.setup import deploy
from webapp.extensions import Base, db

SECRETS = {
    "jwt_secret": "only for tests, and longer than thirty-two characters",
    "anchorer_key": "0x" + "a1" * 32,
    "deployer_key": "0x" + "d1" * 32,
}
# Generous: throttling has tests of its own.
LIMITS = {
    "limit_sign_in": "10000/minute",
    "limit_failures": "10000/minute",
    "limit_register": "10000/minute",
}


def make_app(data_dir: Path, database_url: str, **overrides: object) -> Flask:
    """Return an application whose settings are the tests' own, not the environment's."""
    config = {"data_dir": data_dir, "database_url": database_url, "seal_interval": 0.001}
    config |= {"redis_url": "", "broker_url": "", "chain_url": "", "public_url": ""}
    return create_app(config | SECRETS | LIMITS | overrides)


def prepare_node(node: DevNode, folder: Path) -> None:
    """Deploy and fund once, so that each test starts from there."""
    template = migrated_sqlite(folder)
    use_node(make_app(folder, f"sqlite:///{template}"), node)


def use_node(app: Flask, node: DevNode) -> None:
    """Let the application speak to an in-process chain, and set the log up there."""
    client = ChainClient("in-process", provider=DevNodeProvider(node))
    app.extensions["troth_chain"] = client
    with app.app_context():
        deploy(app.config["TROTH"], client)


def migrated_sqlite(folder: Path) -> Path:
    """Make a migrated SQLite file to copy from."""
    path = folder / "template.sqlite"
    with make_app(folder, f"sqlite:///{path}").app_context():
        upgrade()
        db.engine.dispose()
    return path


def copied_sqlite(template: Path, folder: Path) -> str:
    """Copy the migrated file; return its URL."""
    shutil.copy(template, folder / "test.sqlite")
    return f"sqlite:///{folder / 'test.sqlite'}"


@contextmanager
def postgres_database(server: str, folder: Path) -> Iterator[str]:
    """Make a migrated database on the server; give its URL; drop it at the end."""
    with fresh_database(server) as url:
        with make_app(folder, url).app_context():
            upgrade()
            db.engine.dispose()
        yield url


def empty_postgres(url: str) -> None:
    """Empty every table, so that the next test starts afresh."""
    tables = SQL(", ").join(Identifier(table) for table in Base.metadata.tables)
    run_sql(url, SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
