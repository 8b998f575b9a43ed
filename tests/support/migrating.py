"""Databases at a release's revision: their rows, and whether a migration kept them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    MetaData,
    Table,
    Uuid,
    column,
    inspect,
    select,
    table,
)

from tests.support import revision_0001
from tests.support.revision_0001 import Row
from webapp.database import writing
from webapp.extensions import Base, db
from webapp.full_text import is_ours

FIRST = "0001"
# Full text has tables and indexes of its own, which are no models.
COMPARED = {"compare_type": True, "include_name": is_ours}
# What a migration may make of a value of a release: table, column, old value -> new value.
MEANT_TO_CHANGE = {("transactions", "state", "signed"): "unknown"}


def differences() -> list[Any]:
    """Return what a new migration would have to do, as alembic sees it."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        found: list[Any] = compare_metadata(context, Base.metadata)
    return found


def partial_indexes() -> dict[str, str]:
    """Return each partial index's condition: alembic does not compare them."""
    inspector = inspect(db.engine)
    dialect = db.engine.dialect.name
    return {
        str(index["name"]): str(index["dialect_options"][f"{dialect}_where"])
        for table in inspector.get_table_names()
        for index in inspector.get_indexes(table)
        if index.get("dialect_options", {}).get(f"{dialect}_where") is not None
    }


def tables_now() -> dict[str, Table]:
    found = MetaData()
    found.reflect(db.engine)
    return dict(found.tables)


@contextmanager
def first_rows(app: Flask) -> Iterator[Mapping[str, list[Row]]]:
    """Give the rows of a database at 0001."""
    with rows_of(app, FIRST, revision_0001.insert_rows) as rows:
        yield rows


@contextmanager
def rows_of(
    app: Flask, revision: str, insert_rows: Callable[[Connection], Mapping[str, list[Row]]]
) -> Iterator[Mapping[str, list[Row]]]:
    """Give the rows of a database at a release's revision."""
    with app.app_context():
        upgrade(revision=revision)
        with writing() as session:
            rows = insert_rows(session.connection())
        yield rows


def check_kept(rows: Mapping[str, list[Row]]) -> None:
    """Check that every row is still there with all its values, but for what is meant to change."""
    tables = tables_now()
    with db.engine.connect() as connection:
        for name, before in rows.items():
            table = tables[name]
            query = select(table).order_by(*table.primary_key)
            if name == "events":  # what an upgrade writes down beside those of the release
                query = query.where(table.c.type.not_like("baseline.%"))
            after = connection.execute(query).mappings().all()
            key = [column.name for column in table.primary_key]
            ordered = sorted(before, key=lambda row: tuple(row[column] for column in key))
            assert len(after) == len(ordered), name
            for old, new in zip(ordered, after, strict=True):
                for column in old.keys() & new.keys():
                    wanted = MEANT_TO_CHANGE.get((name, column, str(old[column])), old[column])
                    assert _plain(new[column]) == _plain(wanted), (name, column)


def _plain(value: Any) -> Any:
    """Return a value as both databases give it without knowing more than the table's columns."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return value


_KINDS = {UUID: Uuid(), datetime: DateTime(timezone=True), dict: JSON(), list: JSON()}


def _table_with(name: str, row: Mapping[str, Any]) -> Any:
    return table(name, *(column(key, _KINDS.get(type(one))) for key, one in row.items()))


def insert(connection: Connection, name: str, **row: Any) -> None:
    connection.execute(_table_with(name, row).insert().values(row))


def change(connection: Connection, name: str, whose: Mapping[str, Any], **row: Any) -> None:
    [(key, value)] = whose.items()
    which = _table_with(name, {**row, **whose})
    connection.execute(which.update().where(which.c[key] == value).values(row))
