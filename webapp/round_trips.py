"""Fewer round trips: several statements in one, where the database can. Each waits for the network once."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from psycopg.adapt import PyFormat
from psycopg.rows import namedtuple_row
from psycopg.sql import SQL, Composed, Identifier, Placeholder
from psycopg.types.json import Jsonb
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Executable,
    Insert,
    Update,
    bindparam,
    func,
    insert,
    literal,
    literal_column,
    select,
)
from sqlalchemy.engine import Compiled, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from webapp.database import connection_of, driver_errors, psycopg_connection, send_begin
from webapp.extensions import Base, db, table_of


def fetch_together(
    session: Session, *asked: tuple[Executable, Mapping[str, Any]]
) -> list[Sequence[Any]]:
    """Run queries one after another, each seeing what the one before did; return the rows of each.

    On PostgreSQL they travel in one round trip, with the BEGIN before them. Their values and columns
    must be of types that need no conversion.
    """
    connection = connection_of(session)
    raw = psycopg_connection(connection)
    if raw is None:
        return [connection.execute(query, values).all() for query, values in asked]
    with driver_errors(connection), raw.pipeline():
        send_begin(session)
        cursors = [raw.cursor(row_factory=namedtuple_row) for _ in asked]
        for cursor, (query, values) in zip(cursors, asked, strict=True):
            compiled = _compiled(query, connection)
            cursor.execute(compiled.string, compiled.construct_params(values))
    return [cursor.fetchall() for cursor in cursors]


def fetch_alone(query: Executable, values: Mapping[str, Any]) -> Any | None:
    """Return a query's first row, read outside of any transaction; None where there is none.

    Its values and columns must be of types that need no conversion on PostgreSQL.
    """
    with db.engine.connect() as connection:
        raw = psycopg_connection(connection)
        if raw is None:
            return connection.execute(query, values).first()
        compiled = _compiled(query, connection)
        with driver_errors(connection):
            return raw.execute(compiled.string, compiled.construct_params(values)).fetchone()


class NextId(FunctionElement[int]):
    """In a query: the id of a table's next row; needs an open write transaction."""

    inherit_cache = True

    def __init__(self, model: type[Base]) -> None:
        self.type = BigInteger()
        super().__init__(literal_column(model.__tablename__))


@compiles(NextId, "postgresql")
def _next_in_sequence(element: NextId, compiler: Any, **kwargs: Any) -> str:
    table = compiler.process(element.clauses, **kwargs)
    return f"nextval(pg_get_serial_sequence('{table}', 'id'))"


@compiles(NextId)
def _next_above(element: NextId, compiler: Any, **kwargs: Any) -> str:
    # Nobody else writes meanwhile: SQLite's writer holds the whole file.
    table = compiler.process(element.clauses, **kwargs)
    return f"(SELECT coalesce(max(id), 0) + 1 FROM {table})"  # noqa: S608 - a model's own name


def next_ids(session: Session, model: type[Base], count: int) -> list[int]:
    """Return the ids of a table's next rows, ascending; needs an open write transaction."""
    first = select(NextId(model).label("id"))
    if connection_of(session).dialect.name == "postgresql":
        series = func.generate_series(1, count).table_valued("number")
        return sorted(session.scalars(first.select_from(series)))
    start = session.scalar(first) or 1
    return list(range(start, start + count))


def insert_one_each(
    session: Session,
    *rows: tuple[type[Base], Mapping[str, Any]],
    beside: tuple[Update, Mapping[str, Any]] | None = None,
) -> None:
    """Insert one row into each of several tables; one statement where the database can.

    Every column that has no default of the database's own must be given. ``beside`` is an UPDATE of other
    rows, with its values, that goes with them; it must be one that lives as long as the process.
    """
    connection = connection_of(session)
    change, changed = beside or (None, {})
    if connection.dialect.name != "postgresql":
        for table, row in rows:
            connection.execute(insert(table_of(table)).inline(), row)
        if change is not None:
            connection.execute(change, changed)
        return
    key = (tuple((table, tuple(row)) for table, row in rows), change)
    statement = _INSERTS.get(key)
    if statement is None:
        statement = _INSERTS[key] = _insert_as_one(*key)
    values = {
        f"v{n}_{name}": value for n, (_, row) in enumerate(rows) for name, value in row.items()
    }
    connection.execute(statement, {**values, **changed})


def _insert_as_one(tables: "_Shape", change: Update | None) -> Insert:
    statements = []
    for number, (model, names) in enumerate(tables):
        table = table_of(model)
        values = {name: bindparam(f"v{number}_{name}", type_=table.c[name].type) for name in names}
        statements.append(insert(table).inline().values(values))
    *others, last = statements
    ctes = [one.returning(literal(1)).cte(f"row{n}") for n, one in enumerate(others)]
    if change is not None:
        ctes.append(change.returning(literal(1)).cte("beside"))
    return last.add_cte(*ctes)


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows, which all give the same columns; one statement where the database can.

    Every column that has no default of the database's own must be given, but for those that are null.
    """
    if not rows:
        return
    connection, table = connection_of(session), table_of(model)
    raw = psycopg_connection(connection)
    if raw is None:
        connection.execute(insert(table).inline(), list(rows))
        return
    arrays = {name: _array(table.c[name].type, [row[name] for row in rows]) for name in rows[0]}
    # An array of nulls alone has no type that the driver could know.
    given = {
        name: values for name, values in arrays.items() if any(one is not None for one in values)
    }
    with driver_errors(connection):
        raw.execute(_insert_from_arrays(model, tuple(given), connection.dialect), given)


def _array(kind: TypeEngine[Any], values: list[Any]) -> list[Any]:
    if isinstance(kind, JSON):
        return [None if value is None else Jsonb(value) for value in values]
    return values


def _insert_from_arrays(model: type[Base], names: Sequence[str], dialect: Dialect) -> Composed:
    given, columns = _unnested(model, names, dialect)
    return SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM unnest({given}) AS fresh({columns})"
    ).format(table=Identifier(model.__tablename__), columns=columns, given=given)


def _unnested(
    model: type[Base], names: Sequence[str], dialect: Dialect
) -> tuple[Composed, Composed]:
    """Return a column's values as one array each, in binary, and the columns' names, both for any number of rows."""
    types = {one.name: one.type.compile(dialect) for one in table_of(model).c}
    given = [
        SQL("{}::{}[]").format(Placeholder(name, PyFormat.BINARY), SQL(types[name]))
        for name in names
    ]
    return SQL(", ").join(given), SQL(", ").join(Identifier(name) for name in names)


def update_by_id(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Change many rows, each found by its ``id``; all give the same columns.

    The values go to the driver as they are: numbers, texts and bytes.
    """
    if not rows:
        return
    connection, names = connection_of(session), [name for name in rows[0] if name != "id"]
    raw = psycopg_connection(connection)
    if raw is not None:
        arrays = {name: [row[name] for row in rows] for name in ("id", *names)}
        with driver_errors(connection):
            raw.execute(_update_from_arrays(model, names, connection.dialect), arrays)
        return
    changes = ", ".join(f'"{name}" = ?' for name in names)
    statement = f'UPDATE "{model.__tablename__}" SET {changes} WHERE id = ?'  # noqa: S608 - our own names
    values = itemgetter(*names, "id")
    connection.exec_driver_sql(statement, [values(row) for row in rows])


def _update_from_arrays(model: type[Base], names: Sequence[str], dialect: Dialect) -> Composed:
    """Return one UPDATE for any number of rows: a column's values travel as one array, in binary."""
    given, every = _unnested(model, ("id", *names), dialect)
    return SQL(
        "UPDATE {table} SET {changes} FROM unnest({given}) AS fresh({names}) WHERE {table}.id = fresh.id"
    ).format(
        table=Identifier(model.__tablename__),
        changes=SQL(", ").join(SQL("{0} = fresh.{0}").format(Identifier(name)) for name in names),
        given=given,
        names=every,
    )


def _compiled(query: Executable, connection: Connection) -> Compiled:
    """Return a query's text, put together once: the queries given here live as long as the process."""
    found = _COMPILED.get(query)
    if found is None:
        found = _COMPILED[query] = query.compile(dialect=connection.dialect)  # type: ignore[attr-defined]
    return found


_Shape = tuple[tuple[type[Base], tuple[str, ...]], ...]
_INSERTS: dict[tuple[_Shape, Update | None], Insert] = {}
_COMPILED: dict[Executable, Compiled] = {}
