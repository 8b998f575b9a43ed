"""Writing rows that may be there already: inserted where they are missing, changed where they are not."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Integer, bindparam, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.database import UnsupportedDatabaseError, connection_of
from webapp.extensions import Base, table_of


def add_to_rows(
    session: Session, model: type[Base], key: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Add each row's numbers to those of the row with the same ``key``, which is made where it is missing.

    All rows give the same columns. They are locked in the order given: let that be everybody's.
    Raises UnsupportedDatabaseError.
    """
    if not rows:
        return
    connection = connection_of(session)
    names = tuple(name for name in rows[0] if name != key)
    which = (model, key, names, connection.dialect.name)
    statement = _STATEMENTS.get(which)
    if statement is None:
        statement = _STATEMENTS[which] = _statement(*which)
    values = [{"key": row[key], **{f"by_{name}": row[name] for name in names}} for row in rows]
    # One alone need not wait for its outcome; several do.
    connection.execute(statement, values[0] if len(values) == 1 else values)


def upsert(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, object]],
    changes: Mapping[str, Any],
) -> sqlite.Insert | postgresql.Insert:
    """Return a statement that inserts rows, and makes ``changes`` to those whose primary key is there already.

    The rows are locked in the order given: let that be everybody's. Raises UnsupportedDatabaseError.
    """
    table = table_of(model)
    key = [column.name for column in table.primary_key]
    insertion = _insertion(model, connection_of(session).dialect.name).values(list(rows))
    return insertion.on_conflict_do_update(index_elements=key, set_=dict(changes))


def _insertion(model: type[Base], dialect: str) -> sqlite.Insert | postgresql.Insert:
    if dialect == "sqlite":
        return sqlite.insert(table_of(model))
    if dialect == "postgresql":
        return postgresql.insert(table_of(model))
    raise UnsupportedDatabaseError(dialect)


def _statement(model: type[Base], key: str, names: tuple[str, ...], dialect: str) -> Insert:
    table = table_of(model)
    steps = {name: bindparam(f"by_{name}", type_=Integer()) for name in names}
    first = {name: case((step > 0, step), else_=0) for name, step in steps.items()}
    insertion = _insertion(model, dialect).inline()
    given = {key: bindparam("key", type_=table.c[key].type), **first}
    added = {name: table.c[name] + step for name, step in steps.items()}
    statement: Insert = insertion.values(given).on_conflict_do_update(
        index_elements=[key], set_=added
    )
    return statement


_STATEMENTS: dict[tuple[type[Base], str, tuple[str, ...], str], Insert] = {}
