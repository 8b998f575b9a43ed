"""An instance on PostgreSQL and anvil, with processes of its own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.services import missing, postgres_server


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Give a folder with a path short enough for sockets; needs PostgreSQL."""
    if postgres_server() is None:
        missing("PostgreSQL", "TROTH_TEST_DATABASE_URL")
    with tempfile.TemporaryDirectory(prefix="te", ignore_cleanup_errors=True) as name:
        yield Path(name)
