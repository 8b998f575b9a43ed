"""Transactions and locks: with engines.py the one place where SQLite and PostgreSQL differ."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeVarTuple
from uuid import UUID

import psycopg
from sqlalchemy import (
    Connection,
    Executable,
    Select,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from webapp import doorbell, wakeups
from webapp.engines import write_options
from webapp.extensions import Base, db, table_of

_UNIT = "troth_unit"
Row = TypeVarTuple("Row")
# Who watches asks again soon: a slow answer must not pile up behind the next.
SNAPSHOT_SECONDS = 5


class _Unit:
    """One unit of work: begins to write when it must, commits once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.connection: Connection | None = None
        self.bells: set[doorbell.Bell] = set()
        self.woken: set[UUID] = set()
        self._pipeline: ExitStack | None = None
        self._raw: psycopg.Connection[Any] | None = None
        self._owes_begin = False

    def begin(self, *, at_first_fetch: bool = False) -> None:
        if self.connection is not None:
            return
        self.session.rollback()  # ends what was read so far: a reader cannot become a writer
        self.session.expire_all()  # and what an earlier unit left is not current any more
        options = None if db.engine.dialect.name == "postgresql" else write_options(db.engine)
        self.connection = self.session.connection(execution_options=options)
        self._raw = psycopg_connection(self.connection)
        self._owes_begin = self._raw is not None
        if not at_first_fetch:
            self.send_begin()

    def send_begin(self) -> None:
        """Begin on PostgreSQL, where the connection stays one that begins nothing by itself.

        Switching it to and fro costs more than the word; COMMIT and ROLLBACK go by what the server says.
        """
        if self._owes_begin and self._raw is not None and self.connection is not None:
            self._owes_begin = False
            with driver_errors(self.connection):
                self._raw.execute("BEGIN")

    def send_ahead(self) -> None:
        """Stop waiting for each statement's outcome, where the driver can."""
        if self._raw is not None and self._pipeline is None:
            self._pipeline = ExitStack()
            self._pipeline.enter_context(self._raw.pipeline())

    def catch_up(self, *, commit: bool = False) -> None:
        """Wait for what was sent ahead, after a COMMIT in the same breath if asked; raises DBAPIError."""
        if self._pipeline is None or self.connection is None:
            return
        pipeline, self._pipeline = self._pipeline, None
        with driver_errors(self.connection), pipeline:
            if commit and self._raw is not None:
                self._raw.commit()


@contextmanager
def one_unit() -> Iterator[Session]:
    """Make all that is written inside one transaction, begun at the first ``writing``.

    What is raised inside rolls everything back. Doorbells asked for inside ring after the commit.
    """
    session = db.session()
    unit = session.info[_UNIT] = _Unit(session)
    try:
        yield session
        unit.catch_up(commit=True)
        session.commit()
    except BaseException:
        with suppress(SQLAlchemyError):  # the first error is the one to tell
            unit.catch_up()
        session.rollback()
        raise
    finally:
        del session.info[_UNIT]
    doorbell.ring_all(unit.bells)
    wakeups.wake_all(unit.woken)


@contextmanager
def writing(*, at_first_fetch: bool = False) -> Iterator[Session]:
    """Open a write transaction that commits at the end, or join the unit of work that is open.

    With ``at_first_fetch`` the block promises to begin with ``fetch_together``, which takes the BEGIN along.
    """
    session = db.session()
    unit = session.info.get(_UNIT)
    if unit is not None:
        unit.begin(at_first_fetch=at_first_fetch)
        yield session
        unit.catch_up()
        return
    with one_unit():
        session.info[_UNIT].begin(at_first_fetch=at_first_fetch)
        yield session


def send_begin(session: Session) -> None:
    """Send the BEGIN that a ``writing(at_first_fetch=True)`` block still owes, if it does."""
    unit: _Unit | None = session.info.get(_UNIT)
    if unit is not None:
        unit.send_begin()


def connection_of(session: Session) -> Connection:
    """Return the session's connection; within a unit of work without the session's own search for it."""
    unit: _Unit | None = session.info.get(_UNIT)
    return session.connection() if unit is None or unit.connection is None else unit.connection


def send_ahead(session: Session) -> None:
    """Let the rest of this ``writing`` block be writes only, which need not wait for each other.

    On PostgreSQL they leave with the COMMIT in one round trip; what they violate is raised at the end of
    the block.
    """
    session.info[_UNIT].send_ahead()


def violates(error: IntegrityError, table: type[Base], column: str) -> bool:
    """Tell whether a statement was refused by the unique key of one column."""
    if isinstance(error.orig, psycopg.Error):
        primary = table_of(table).c[column].primary_key
        name = f"pk_{table.__tablename__}" if primary else f"uq_{table.__tablename__}_{column}"
        return error.orig.diag.constraint_name == name
    return str(error.orig).endswith(f"{table.__tablename__}.{column}")


def is_deadlock(error: DBAPIError) -> bool:
    """Tell whether PostgreSQL ended a transaction because two waited for each other."""
    return isinstance(error.orig, psycopg.errors.DeadlockDetected)


def psycopg_connection(connection: Connection) -> "psycopg.Connection[Any] | None":
    """Return the driver's own connection on PostgreSQL, None on SQLite."""
    raw = connection.connection.driver_connection
    return raw if isinstance(raw, psycopg.Connection) else None


@contextmanager
def driver_errors(connection: Connection) -> Iterator[None]:
    """Raise what the driver raises as SQLAlchemy's own errors, where the driver is used directly."""
    try:
        yield
    except psycopg.Error as error:
        dialect = connection.dialect
        raise DBAPIError.instance(None, None, error, psycopg.Error, dialect=dialect) from error


def ring_after_commit(session: Session, task: str, row_id: int) -> None:
    """Ask that the task of that name be rung with ``row_id`` once the open unit has committed."""
    session.info[_UNIT].bells.add((task, row_id))


def wake_after_commit(session: Session, accounts: Iterable[UUID]) -> None:
    """Ask that the live streams of these people look again once the open unit has committed."""
    session.info[_UNIT].woken.update(accounts)


def write_alone(session: Session, statement: Executable) -> None:
    """Write in a transaction of its own, whatever becomes of the open one, which is rolled back."""
    session.rollback()
    with db.engine.connect() as connection:
        connection.execution_options(**write_options(db.engine))
        connection.execute(statement)
        connection.commit()


def empty_write_ahead_log() -> None:
    """Bring what SQLite keeps beside its file into it, so that nothing that was erased stays there.

    PostgreSQL does so by itself, as its operator set it up.
    """
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def one_snapshot(seconds: int | None = SNAPSHOT_SECONDS) -> Iterator[Connection]:
    """Read the database as it is at one moment, on a connection of its own; nothing is written.

    Raises OperationalError for a statement of more than ``seconds``, on PostgreSQL.
    """
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            connection.execution_options(**options)
            if seconds is not None:
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{seconds}s'")
        yield connection


def locked(session: Session, query: Select[*Row]) -> Select[*Row]:
    """Make a query lock its rows; SQLite's one writer holds the whole file already.

    FOR NO KEY UPDATE: inserting a row that refers to a locked one must not wait, or sealing and
    posting could wait for each other.
    """
    return (
        query
        if session.get_bind().dialect.name == "sqlite"
        else query.with_for_update(key_share=True)
    )


def kept(session: Session, query: Select[*Row], model: type[Base]) -> Select[*Row]:
    """Make a query keep the rows of one of its tables as they are until the commit, for all who ask so.

    FOR SHARE: many may at once, and whoever changes such a row waits for them. SQLite has one writer.
    """
    if session.get_bind().dialect.name == "sqlite":
        return query
    return query.with_for_update(read=True, of=table_of(model))


def in_turn(session: Session, query: Select[*Row], key: UUID) -> Select[*Row]:
    """Make a query wait behind whoever has come by ``go_first`` with the same key, until the commit; many may at once.

    For ``kept``: PostgreSQL lets those who share a row's lock overtake whoever waits to have it alone, for ever if they
    come without a gap. Its advisory locks are given in the order in which they were asked for.
    """
    if session.get_bind().dialect.name == "sqlite":
        return query
    return query.where(func.pg_advisory_xact_lock_shared(_number(key)).is_not(None))


def go_first(session: Session, key: UUID) -> None:
    """Let whoever comes by ``in_turn`` with the key from now on wait until the commit, and wait for those before.

    Call it right before the row of that key is ``locked``.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(func.pg_advisory_xact_lock(_number(key))))


def _number(key: UUID) -> int:
    """Return the random half of an id as PostgreSQL's bigint; two that have the same only wait for each other."""
    return int.from_bytes(key.bytes[8:], signed=True)


def insert_new(session: Session, table: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert those of some rows, of the same columns, that no unique key forbids, in one statement."""
    if rows:
        session.execute(_insertion(session, table).on_conflict_do_nothing(), list(rows))


def insert_or_ignore(session: Session, table: type[Base], **values: object) -> bool:
    """Insert a row unless a unique key forbids it; return whether it was inserted."""
    statement = _insertion(session, table).values(**values).on_conflict_do_nothing()
    # A returned row is certain on both; the count of rows is not.
    return session.execute(statement.returning(literal(1))).first() is not None


def _insertion(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    dialect = session.get_bind().dialect.name
    if dialect == "sqlite":
        return sqlite.insert(table_of(table))
    if dialect == "postgresql":
        return postgresql.insert(table_of(table))
    raise UnsupportedDatabaseError(dialect)


def insert_many(session: Session, table: type[Base], rows: list[dict[str, object]]) -> None:
    """Insert rows in as few statements as the driver allows."""
    if rows:
        session.execute(insert(table), rows)


class UnsupportedDatabaseError(Exception):
    """A database that is neither SQLite nor PostgreSQL; carries its name."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        super().__init__(f"Troth runs on SQLite and PostgreSQL, not on {dialect}.")
