"""How connections of SQLite and PostgreSQL are opened, begun and handed out.

SQLite's driver, left to itself, runs several processes without isolation, and a reader that turns
into a writer fails at once when somebody else wrote. So we emit BEGIN ourselves: plain for
readers, BEGIN IMMEDIATE for writers, which wait for each other.
"""

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

WRITE = "troth_write"
BUSY_SECONDS = 30
IDLE_SECONDS = 10
_IDLE_SINCE = "troth_idle_since"


def engine_options(url: str) -> dict[str, Any]:
    """Return the options of ``create_engine`` for a database URL."""
    # Parameters are people's texts and signatures: they have no place in an error's message.
    if url.startswith("sqlite"):
        return {
            "hide_parameters": True,
            "connect_args": {"isolation_level": None, "timeout": BUSY_SECONDS},
        }
    # A statement outside a unit of work reads by itself: no BEGIN and ROLLBACK to wait for.
    pool = {"pool_size": 8, "max_overflow": 8}
    return {"hide_parameters": True, "isolation_level": "AUTOCOMMIT", **pool}


def write_options(engine: Engine) -> dict[str, Any]:
    """Return the execution options of a connection that opens a write transaction."""
    if engine.dialect.name == "sqlite":
        return {WRITE: True}
    return {"isolation_level": "READ COMMITTED"}


def prepare_engine(engine: Engine) -> None:
    """Set up how a fresh engine's connections are opened, begun and handed out."""
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    else:
        _ping_after_idling(engine)


def _ping_after_idling(engine: Engine) -> None:
    """Try a connection before it is used, but only if it lay idle: a ping is a round trip."""

    @event.listens_for(engine, "checkin")
    def on_checkin(connection: Any, record: Any) -> None:  # noqa: ARG001
        record.info[_IDLE_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: Any, proxy: object) -> None:  # noqa: ARG001
        idle = time.monotonic() - record.info.get(_IDLE_SINCE, time.monotonic())
        if idle < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError(f"The connection broke while it lay idle: {error}") from error


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, record: object) -> None:  # noqa: ARG001
        connection.execute("PRAGMA journal_mode=WAL")
        # FULL: a transaction is signed and sent only if its row survives a power cut.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        # What is erased is overwritten, not only let go of; some builds do so by themselves.
        connection.execute("PRAGMA secure_delete=ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        write = connection.get_execution_options().get(WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
