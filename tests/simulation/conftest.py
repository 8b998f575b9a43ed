"""Databases for simulations: files in memory where there is such a place, since each begins with a new one."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.instance import copied_sqlite

MEMORY = Path("/dev/shm")  # noqa: S108 - a temporary folder of its own is made there
Place = tuple[Path, str]


@pytest.fixture
def new_place(sqlite_template: Path) -> Iterator[Callable[[], Place]]:
    """Give a maker of folders with an empty SQLite database, and its URL."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as root:

        def make() -> Place:
            folder = Path(tempfile.mkdtemp(dir=root))
            return folder, copied_sqlite(sqlite_template, folder)

        yield make
