"""The chain's memory: one SQLite file with py-evm's key-value pairs and an index of all logs.

py-evm writes piecemeal while it executes. Those writes collect in a buffer that becomes durable in one
commit per block, or is dropped whole; so the file never holds half a block, whenever the process dies.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from eth.db.backends.base import BaseDB

from chain.devnode.errors import DataFileError

# "Trth" in ASCII: a file of something else is recognised before anything is written into it.
APPLICATION_ID = 0x54727468
SCHEMA_VERSION = 1

SCHEMA = """
CREATE TABLE kv (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE log (
    block INTEGER NOT NULL, position INTEGER NOT NULL, address BLOB NOT NULL, topics BLOB NOT NULL,
    data BLOB NOT NULL, block_hash BLOB NOT NULL, block_time INTEGER NOT NULL,
    tx_hash BLOB NOT NULL, tx_index INTEGER NOT NULL, PRIMARY KEY (block, position)
) WITHOUT ROWID;
CREATE INDEX log_by_address ON log (address, block, position);
"""


class LogRow(NamedTuple):
    """One log as stored: `position` counts within the block, `topics` are concatenated 32-byte words."""

    block: int
    position: int
    address: bytes
    topics: bytes
    data: bytes
    block_hash: bytes
    block_time: int
    tx_hash: bytes
    tx_index: int


class Store(BaseDB):
    """A key-value store for py-evm over SQLite; `path` None keeps everything in memory.

    Not thread-safe: the node's one lock guards it. Raises DataFileError for a file that is in use, not
    writable, or not a chain of ours.
    """

    def __init__(self, path: Path | None) -> None:
        self._name = ":memory:" if path is None else str(path)
        self._buffer: dict[bytes, bytes | None] = {}
        self._logs: list[LogRow] = []
        self._cut: int | None = None
        try:
            self._connection = sqlite3.connect(
                self._name, isolation_level=None, check_same_thread=False, timeout=1.0
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.Error as error:
            raise DataFileError(
                self._name,
                str(error),
                "Check that the folder exists and may be written to, and that no other node uses the file",
            ) from error

    def _prepare(self) -> None:
        run = self._connection.execute
        # Two nodes on one file would overwrite each other's head, so the first one keeps it locked.
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("BEGIN EXCLUSIVE")
        (application,) = run("PRAGMA application_id").fetchone()
        (version,) = run("PRAGMA user_version").fetchone()
        (tables,) = run("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables == 0:
            for statement in SCHEMA.split(";"):
                run(statement)
            run(f"PRAGMA application_id = {APPLICATION_ID}")
            run(f"PRAGMA user_version = {SCHEMA_VERSION}")
        elif (application, version) != (APPLICATION_ID, SCHEMA_VERSION):
            raise DataFileError(
                self._name,
                f"it is not a chain of version {SCHEMA_VERSION}",
                "Name another file, or move this one away",
            )
        run("COMMIT")

    def __getitem__(self, key: bytes) -> bytes:
        if key in self._buffer:
            value = self._buffer[key]
        else:
            row = self._connection.execute("SELECT value FROM kv WHERE key = ?", (key,)).fetchone()
            value = None if row is None else row[0]
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._buffer[key] = value

    def __delitem__(self, key: bytes) -> None:
        if not self._exists(key):
            raise KeyError(key)
        self._buffer[key] = None

    def _exists(self, key: bytes) -> bool:
        try:
            self[key]
        except KeyError:
            return False
        return True

    def add_logs(self, rows: Iterable[LogRow]) -> None:
        """Remember the logs of a new block until the next commit."""
        self._logs.extend(rows)

    def cut_logs(self, number: int) -> None:
        """Forget the logs of all blocks above `number` at the next commit."""
        self._cut = number

    def commit(self) -> None:
        """Make everything since the last commit durable, in one transaction with one fsync.

        Raises sqlite3.Error when it cannot be saved; nothing of it is then in the file.
        """
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        try:
            self._write()
            run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                run("ROLLBACK")
            raise
        self.rollback()

    def _write(self) -> None:
        many = self._connection.executemany
        if self._cut is not None:
            self._connection.execute("DELETE FROM log WHERE block > ?", (self._cut,))
        gone = [(key,) for key, value in self._buffer.items() if value is None]
        kept = [(key, value) for key, value in self._buffer.items() if value is not None]
        many("DELETE FROM kv WHERE key = ?", gone)
        many("INSERT OR REPLACE INTO kv VALUES (?, ?)", kept)
        many("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", self._logs)

    def rollback(self) -> None:
        """Drop everything since the last commit."""
        self._buffer.clear()
        self._logs.clear()
        self._cut = None

    def logs(self, first: int, last: int, addresses: frozenset[bytes], limit: int) -> list[LogRow]:
        """Return logs of blocks `first` to `last` in order; no addresses means all; at most `limit`."""
        condition, values = "block BETWEEN ? AND ?", [first, last]
        if addresses:
            condition += f" AND address IN ({', '.join('?' * len(addresses))})"
        # Only question marks are put into the text; every value is bound.
        query = f"SELECT * FROM log WHERE {condition} ORDER BY block, position LIMIT ?"  # noqa: S608
        found = self._connection.execute(query, (*values, *addresses, limit))
        return [LogRow(*row) for row in found]

    def close(self) -> None:
        """Close the file; uncommitted writes are dropped."""
        self.rollback()
        self._connection.close()
