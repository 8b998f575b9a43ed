"""The transaction of a migration that rebuilds tables which others refer to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from webapp.engines import write_options
from webapp.extensions import db


@contextmanager
def migrating() -> Iterator[Connection]:
    """Open a write transaction in which a migration may rebuild tables that others refer to.

    SQLite changes little of a table in place: a migration copies it and drops the old one, which
    foreign keys forbid while rows refer to it. So they are checked once, when all is written.
    Raises BrokenReferencesError.
    """
    with db.engine.connect() as connection:
        connection.execution_options(**write_options(db.engine))
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # outside of any transaction, or it has no effect
            _keep_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                yield connection
                if sqlite:
                    _check_foreign_keys(connection)
        finally:
            if sqlite:
                _keep_foreign_keys(connection, "ON")


def _keep_foreign_keys(connection: Connection, setting: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys={setting}")


def _check_foreign_keys(connection: Connection) -> None:
    broken = {str(row[0]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
    if broken:
        raise BrokenReferencesError(sorted(broken))


class BrokenReferencesError(Exception):
    """A migration that left rows which refer to nothing; carries their tables."""

    def __init__(self, tables: list[str]) -> None:
        self.tables = tables
        super().__init__(
            f"After the migration, rows of {', '.join(tables)} refer to rows that are not there; "
            "nothing was changed."
        )
