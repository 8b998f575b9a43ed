"""Where the benches of the web application play: migrated databases, an embedded chain, people who sign."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import Engine, create_engine, make_url

from bench.measure import say
from chain.devnode.node import DevNode
from chain.proofs.records import Kind
from tests.support import instance
from tests.support.services import postgres_server
from tests.support.wallet import Person
from webapp.engines import engine_options, prepare_engine

# As long as a usual post.
TEXT = (
    "Posting runs at the speed of an ordinary database, and anybody can check what was said. " * 2
)


@dataclass
class Writer(Person):
    """Somebody who asks the server only once where the log is, as clients do."""

    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def signed_in(cls, app: Flask) -> "Writer":
        """Return somebody new, with a session and its access token."""
        writer = cls(app.test_client())
        writer.sign_in()
        return writer

    def log(self) -> dict[str, Any]:
        """Return what `GET /log` said the first time."""
        if not self.facts:
            self.facts = super().log()
        return self.facts

    def signed_post(self, number: int) -> dict[str, Any]:
        """Return a request's body: a new record and its signature."""
        return self.sign(Kind.POST, self.post_record(f"{number}: {TEXT}"))


@contextmanager
def applications() -> Iterator[list[tuple[str, Flask]]]:
    """Give an application with an open log on each kind of database that answers."""
    with TemporaryDirectory(prefix="troth-bench-") as name:
        folder, server = Path(name), postgres_server()
        made = [("SQLite", _application(folder / "sqlite"))]
        if server is None:
            say("PostgreSQL does not answer: only SQLite is measured (TROTH_TEST_DATABASE_URL)")
            yield made
            return
        home = folder / "postgres"
        home.mkdir()
        with instance.postgres_database(server, home) as url:
            made.append(("PostgreSQL", _application(home, url)))
            yield made


def _application(folder: Path, url: str = "") -> Flask:
    folder.mkdir(exist_ok=True)
    url = url or f"sqlite:///{instance.migrated_sqlite(folder)}"
    app = instance.make_app(folder, url, log_level="WARNING")
    node = DevNode(folder / "chain.sqlite")
    instance.use_node(app, node)
    return app


@contextmanager
def bare_engine(app: Flask, *, transactions: bool = True) -> Iterator[Engine]:
    """Give the floor an engine on the application's database; on SQLite a file of its own.

    On PostgreSQL it is what SQLAlchemy makes when it is told nothing: a transaction round every write.
    Without ``transactions`` it has the application's own setting there: a statement commits by itself.
    """
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    options = engine_options(url.drivername)
    if url.get_backend_name() == "sqlite":
        url = url.set(database=f"{url.database}.floor")
    elif transactions:
        del options["isolation_level"]
    engine = create_engine(url, **options)
    prepare_engine(engine)
    try:
        yield engine
    finally:
        engine.dispose()
