"""Which database a test runs on, where it does not have to run on both.

What the code asks of a database runs on both; what a node, a client or a rule decides is shown on SQLite,
and where there are many cases, PostgreSQL gets those that differ for it.
"""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, MetaData

_reflected: dict[str, MetaData] = {}
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def cases(
    name: str, *, sqlite: Sequence[object], postgres: Sequence[object]
) -> pytest.MarkDecorator:
    """Give a test its cases by the argument's name, each on the one database."""
    on_sqlite = [pytest.param("sqlite", case) for case in sqlite]
    on_postgres = [pytest.param("postgres", case, marks=pytest.mark.postgres) for case in postgres]
    return pytest.mark.parametrize(
        ("database_url", name), on_sqlite + on_postgres, indirect=["database_url"]
    )


def tables_of(engine: Engine) -> MetaData:
    """Return the tables as the database has them; read once, since all were migrated alike."""
    name = engine.url.drivername
    if name not in _reflected:
        found = MetaData()
        found.reflect(engine)
        _reflected[name] = found
    return _reflected[name]
