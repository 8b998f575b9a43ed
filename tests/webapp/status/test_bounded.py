"""The state is read by index: however long the log is, what is final is never walked through."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event, text
from sqlalchemy.engine.interfaces import DBAPICursor

from tests.support.wallet import Person
from webapp.chain_access import settings
from webapp.database import one_snapshot
from webapp.extensions import db
from webapp.status.service import read_state

# These grow for ever; blocks too, and all of theirs is asked for by key.
LONG = ("entries", "batches", "transactions", "attempts", "anchors", "blocks")
# Holds nothing but what waits, so that walking through it is counting what waits.
OF_WHAT_WAITS = "ix_entries_unsealed"
# A condition on a later column of an index still reads all of it.
FIRST_COLUMNS = (
    "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid, 1, true) FROM pg_index"
)
Statements = list[tuple[str, Any]]


@pytest.fixture
def statements(
    app: Flask, carol: Person, seal: Callable[[], None], anchor: Callable[[], None]
) -> Statements:
    """Give every statement that reading the state runs, while something is in each state."""
    for step in (anchor, seal, lambda: None):
        carol.call("POST", "/posts", {"text": "x"})
        step()
    found: Statements = []

    def note(
        connection: Connection, cursor: DBAPICursor, statement: str, parameters: Any, *_: Any
    ) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    with app.app_context(), one_snapshot() as connection:
        event.listen(db.engine, "before_cursor_execute", note)
        read_state(connection, settings())
        event.remove(db.engine, "before_cursor_execute", note)
    return found


def walked(app: Flask, statements: Statements) -> list[str]:
    """Return where a statement reads a long table otherwise than by key or index condition."""
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return [one for query in statements for one in _sqlite(connection, *query)]
        # Of tables as small as these a hash is made of the whole; asked is whether keys could do.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.execute(text(f"SET enable_{way} = off"))
        return [one for query in statements for one in _postgres(connection, *query)]


def _sqlite(connection: Connection, statement: str, parameters: Any) -> list[str]:
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    steps = [str(row[-1]) for row in plan]
    return [
        step
        for step in steps
        if step.startswith("SCAN") and step.split()[1] in LONG and OF_WHAT_WAITS not in step
    ]


def _postgres(connection: Connection, statement: str, parameters: Any) -> list[str]:
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    found = json.loads(plan) if isinstance(plan, str) else plan
    first = {name: str(column) for name, column in connection.execute(text(FIRST_COLUMNS))}
    return [
        f"{node['Node Type']} of {_target(node)}"
        for node in _nodes(found[0]["Plan"])
        if any(table in _target(node) for table in LONG)
        and first.get(_target(node), "none") not in node.get("Index Cond", "")
        and node["Node Type"] != "Bitmap Heap Scan"  # its condition stands in the node below it
        and node.get("Index Name") != OF_WHAT_WAITS
    ]


def _target(node: dict[str, Any]) -> str:
    """Return the index or table that a node reads; an index is named after its table."""
    return str(node.get("Index Name") or node.get("Relation Name") or "")


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


def test_no_long_table_is_walked_through(app: Flask, statements: Statements) -> None:
    assert len(statements) < 35
    assert walked(app, statements) == []


def test_a_walk_is_noticed(app: Flask) -> None:
    assert walked(app, [("SELECT count(*) FROM entries", ())])
    assert walked(app, [("SELECT count(*) FROM transactions WHERE state = 'final'", ())])
