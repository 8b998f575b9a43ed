"""The store keeps what was committed, drops what was not, and says why it cannot open a file."""

import sqlite3
from pathlib import Path

import pytest

from chain.devnode.errors import DataFileError
from chain.devnode.store import LogRow, Store

ROW = LogRow(1, 0, b"a" * 20, b"t" * 32, b"data", b"b" * 32, 7, b"x" * 32, 0)


def test_committed_pairs_and_logs_are_there_after_reopening(tmp_path: Path) -> None:
    store = Store(tmp_path / "chain")
    store[b"key"] = b"value"
    store.add_logs([ROW])
    store.commit()
    store.close()
    again = Store(tmp_path / "chain")
    assert again[b"key"] == b"value"
    assert again.logs(0, 9, frozenset(), 10) == [ROW]
    again.close()


def test_what_was_not_committed_is_dropped_by_rollback_and_by_closing(tmp_path: Path) -> None:
    store = Store(tmp_path / "chain")
    store[b"key"] = b"value"
    assert store[b"key"] == b"value"
    store.rollback()
    assert b"key" not in store
    store[b"key"] = b"value"
    store.close()
    again = Store(tmp_path / "chain")
    with pytest.raises(KeyError):
        again[b"key"]
    again.close()


def test_deleting_holds_before_and_after_the_commit() -> None:
    store = Store(None)
    store[b"key"] = b"value"
    store.commit()
    del store[b"key"]
    assert b"key" not in store
    store.commit()
    assert b"key" not in store
    with pytest.raises(KeyError):
        del store[b"key"]
    store.close()


def test_logs_are_chosen_by_range_and_address_and_cut_above_a_block() -> None:
    store = Store(None)
    rows = [ROW._replace(block=number, address=bytes([number]) * 20) for number in (1, 2, 3)]
    store.add_logs(rows)
    store.commit()
    assert store.logs(2, 3, frozenset(), 10) == rows[1:]
    assert store.logs(1, 3, frozenset({b"\x01" * 20, b"\x03" * 20}), 10) == [rows[0], rows[2]]
    assert store.logs(1, 3, frozenset(), 2) == rows[:2]
    store.cut_logs(1)
    store.commit()
    assert store.logs(0, 9, frozenset(), 10) == rows[:1]
    store.close()


def test_a_second_node_on_the_same_file_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "chain")
    with pytest.raises(DataFileError, match=r"locked.*no other node"):
        Store(tmp_path / "chain")
    store.close()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="absent") as caught:
        Store(tmp_path / "absent" / "chain")
    assert "folder" in str(caught.value)


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_text("shopping list " * 100)
    with pytest.raises(DataFileError):
        Store(path)
    assert path.read_text().startswith("shopping list")


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE people (name TEXT)")
    other.close()
    with pytest.raises(DataFileError, match="not a chain"):
        Store(path)
    other = sqlite3.connect(path)
    assert other.execute("SELECT name FROM sqlite_schema").fetchall() == [("people",)]
    other.close()
