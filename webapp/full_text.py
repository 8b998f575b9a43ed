"""Full text: the one place where search differs between SQLite and PostgreSQL.

On PostgreSQL two GIN indexes over tsvectors, on SQLite two FTS5 tables without content, kept by triggers. So the
index changes in the commit of the text, whoever changes it. All of it is made by a migration, is named
``search_…`` and stays out of the models.
"""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import (
    ColumnElement,
    Integer,
    Uuid,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from webapp.database import connection_of, one_snapshot

PREFIX = "search_"
MOST_TERMS = 16
MOST_CHARACTERS = 64  # of a word that is looked up by its beginning
SQLITE_STEPS = 10_000  # of its virtual machine between two looks at the clock
_SIMPLE: ColumnElement[Any] = literal_column("'simple'::regconfig")
_ROWS = table("search_rows", column("row", Integer), column("subject", Uuid()))
_TERM = re.compile(r'(-?)(?:"([^"]*)(?:"|\Z)|(\S+))')
_WORD = re.compile(r"[^\W_]+")
# As the index of the migration has it: dots and the like would make hosts and addresses of names.
_NAMES = "translate(coalesce(accounts.handle, '') || ' ' || coalesce(accounts.name, ''), '_-./@:', '      ')"


@dataclass(frozen=True)
class Term:
    """A word, or words in a row."""

    text: str
    unwanted: bool


Alternatives = tuple[tuple[Term, ...], ...]


def parse(text: str) -> Alternatives:
    """Return what a query asks for: ``words``, ``"words in a row"``, ``-without``, ``or``.

    Any text is a query. One that asks for nothing, or only for what it does not want, has no alternatives.
    """
    found: list[list[Term]] = [[]]
    for minus, phrase, word in _TERM.findall(text.replace("\0", " "))[:MOST_TERMS]:
        if word.lower() == "or" and not minus:
            found.append([])
            continue
        said = (phrase or word).replace('"', " ").strip()
        if _WORD.search(said):
            found[-1].append(Term(said, bool(minus)))
    return tuple(tuple(terms) for terms in found if not all(one.unwanted for one in terms))


def post_matches(
    session: Session, wanted: Alternatives, post: ColumnElement[Any], text: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Tell whether the post of a query's row is what is wanted."""
    if connection_of(session).dialect.name == "postgresql":
        query = func.websearch_to_tsquery(_SIMPLE, literal(_websearch(wanted)))
        return func.to_tsvector(_SIMPLE, text).op("@@")(query)
    return _in_table("search_posts", _fts5(wanted), post)


def name_begins(
    session: Session, text: str, account: ColumnElement[Any]
) -> ColumnElement[bool] | None:
    """Tell whether handle and name of a query's account have a word beginning with each of a text's words.

    None for a text without any word. The query must call the table ``accounts``.
    """
    words = [word[:MOST_CHARACTERS] for word in _WORD.findall(text)][:MOST_TERMS]
    if not words:
        return None
    if connection_of(session).dialect.name == "postgresql":
        query = func.to_tsquery(_SIMPLE, literal(" & ".join(f"'{word}':*" for word in words)))
        vector: ColumnElement[Any] = func.to_tsvector(_SIMPLE, literal_column(_NAMES))
        return vector.op("@@")(query)
    return _in_table("search_people", " AND ".join(f'"{word}"*' for word in words), account)


def begins(session: Session, text: ColumnElement[Any], beginning: str) -> ColumnElement[bool]:
    """Tell whether a column begins with something, in a way that an index on it serves."""
    if connection_of(session).dialect.name == "postgresql":
        return text.startswith(beginning, autoescape=True)
    return (text >= beginning) & (text < beginning + "\U0010ffff")


def purge(session: Session) -> None:
    """Leave no word of a text that was erased in the open transaction.

    FTS5 only notes which words do not count any more, until it merges its parts: so it is told to.
    PostgreSQL drops them with the row's old version.
    """
    if connection_of(session).dialect.name == "sqlite":
        for name in ("search_posts", "search_people"):
            connection_of(session).exec_driver_sql(
                f"INSERT INTO {name} ({name}) VALUES ('optimize')"  # noqa: S608 - our own names
            )


@contextmanager
def bounded(seconds: int) -> Iterator[Session]:
    """Give a session on one snapshot; a statement of more than ``seconds`` raises OperationalError."""
    with one_snapshot(seconds) as connection, Session(connection) as session:
        raw = connection.connection.driver_connection
        if not isinstance(raw, sqlite3.Connection):
            yield session
            return
        end = time.monotonic() + seconds
        raw.set_progress_handler(lambda: int(time.monotonic() > end), SQLITE_STEPS)
        try:
            yield session
        finally:
            raw.set_progress_handler(None, 0)


def took_too_long(error: OperationalError) -> bool:
    """Tell whether a statement was ended because of ``bounded``."""
    if isinstance(error.orig, psycopg.errors.QueryCanceled):
        return True
    return isinstance(error.orig, sqlite3.OperationalError) and str(error.orig) == "interrupted"


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Tell alembic whether a table or index is one of the models', rather than one of full text."""
    del kind, parents
    return not (name or "").startswith(PREFIX)


def _in_table(name: str, query: str, subject: ColumnElement[Any]) -> ColumnElement[bool]:
    words = table(name, column("rowid", Integer), column(name))
    hits = select(words.c.rowid).where(words.c[name].op("MATCH")(query))
    return subject.in_(select(_ROWS.c.subject).where(_ROWS.c.row.in_(hits)))


def _fts5(wanted: Alternatives) -> str:
    return " OR ".join(f"({_group(terms)})" for terms in wanted)


def _group(terms: tuple[Term, ...]) -> str:
    good = " AND ".join(f'"{one.text}"' for one in terms if not one.unwanted)
    bad = " OR ".join(f'"{one.text}"' for one in terms if one.unwanted)
    return f"({good}) NOT ({bad})" if bad else good


def _websearch(wanted: Alternatives) -> str:
    groups = (
        " ".join(f'{"-" if one.unwanted else ""}"{one.text}"' for one in terms) for terms in wanted
    )
    return " or ".join(groups)
