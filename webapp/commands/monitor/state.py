"""What a monitor remembers: one SQLite file of its own, moved from batch to batch in one transaction.

It grows by about 200 bytes of disk for each entry (its content and its record's current version), and is
never read as a whole.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chain.proofs.readers import Pins
from chain.proofs.records import Kind
from chain.proofs.shapes import to_hex
from webapp.commands.monitor.rules import Device, Head, Version
from webapp.commands.public_log.errors import UnusableError

FORMAT = 1
BUSY_SECONDS = 5
_TABLES = """
CREATE TABLE IF NOT EXISTS log (pins TEXT NOT NULL, doubts INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS batches (
    sequence INTEGER PRIMARY KEY, root BLOB NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
    block INTEGER);
CREATE TABLE IF NOT EXISTS heads (
    author TEXT PRIMARY KEY, sequence INTEGER NOT NULL, leaf BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contents (
    content BLOB PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
    author TEXT, record BLOB, kind INTEGER NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (author, record)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS devices (
    author TEXT, delegate TEXT, expires_at INTEGER NOT NULL, revoked INTEGER NOT NULL,
    PRIMARY KEY (author, delegate)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class SeenBatch:
    """A batch that was seen; ``block`` is where the chain held it at depth, None before that."""

    sequence: int
    root: bytes
    first: int
    count: int
    block: int | None


class State:
    """The memory of one log, named by its pins; without a path it is forgotten at the end.

    Raises UnusableError for a file that is not such a memory, or is that of another log.
    """

    def __init__(self, path: Path | None, pins: Pins) -> None:
        self._path = path
        try:
            if path is not None:
                # The file must be nobody else's from its first moment on.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            # An empty name is a temporary file, so that memory stays bounded.
            self._database = sqlite3.connect(
                "" if path is None else path, timeout=BUSY_SECONDS, isolation_level=None
            )
            self._open(_name(pins))
        except (OSError, sqlite3.Error) as error:
            raise UnusableError(f"The state file {path} cannot be used: {error}.") from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def change(self, *, keep: bool = True) -> Iterator[None]:
        """Keep all that is written inside, or nothing; without ``keep`` it was only a try.

        Raises UnusableError when the file cannot be written.
        """
        try:
            self._run("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._run("ROLLBACK")
                raise
            self._run("COMMIT" if keep else "ROLLBACK")
        except sqlite3.Error as error:
            problem = f"The state file {self._path} cannot be written: {error}."
            raise UnusableError(problem) from error

    def place(self) -> tuple[int, int]:
        """Return the next batch's sequence and the next position, after the final batches."""
        row = self._one(
            "SELECT sequence + 1, first + count FROM batches WHERE block IS NOT NULL"
            " ORDER BY sequence DESC LIMIT 1"
        )
        return (0, 0) if row is None else (row[0], row[1])

    def batch(self, sequence: int) -> SeenBatch | None:
        """Return a batch that was seen."""
        row = self._one(
            "SELECT sequence, root, first, count, block FROM batches WHERE sequence = ?", sequence
        )
        return None if row is None else SeenBatch(*row)

    def last_seen(self) -> int | None:
        """Return the sequence of the last batch that was seen, final or not."""
        row = self._one("SELECT max(sequence) FROM batches")
        return None if row is None else row[0]

    def see(self, batch: SeenBatch) -> None:
        """Remember a batch as it was seen."""
        self._run(
            "INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?, ?)",
            batch.sequence,
            batch.root,
            batch.first,
            batch.count,
            batch.block,
        )

    def doubts(self) -> int:
        """Return how many signatures of final batches could not be judged."""
        row = self._one("SELECT doubts FROM log")
        return 0 if row is None else row[0]

    def add_doubts(self, count: int) -> None:
        """Count signatures that could not be judged."""
        self._run("UPDATE log SET doubts = doubts + ?", count)

    def head(self, author: str) -> Head | None:
        """Return where an author's chain ends."""
        row = self._one("SELECT sequence, leaf FROM heads WHERE author = ?", author)
        return None if row is None else Head(*row)

    def set_head(self, author: str, head: Head) -> None:
        """Move the end of an author's chain."""
        values = (author, head.next_sequence, head.leaf)
        self._run("INSERT OR REPLACE INTO heads VALUES (?, ?, ?)", *values)

    def add_content(self, content: bytes, position: int) -> int | None:
        """Keep a content; return the position at which it was logged before."""
        row = self._one("SELECT position FROM contents WHERE content = ?", content)
        if row is None:
            self._run("INSERT INTO contents VALUES (?, ?)", content, position)
        return None if row is None else row[0]

    def version(self, author: str, record: bytes) -> Version | None:
        """Return a record's current version."""
        query = "SELECT kind, content FROM versions WHERE author = ? AND record = ?"
        row = self._one(query, author, record)
        return None if row is None else Version(Kind(row[0]), row[1])

    def set_version(self, author: str, record: bytes, version: Version) -> None:
        """Move a record to another version."""
        values = (author, record, int(version.kind), version.content)
        self._run("INSERT OR REPLACE INTO versions VALUES (?, ?, ?, ?)", *values)

    def device(self, author: str, delegate: str) -> Device | None:
        """Return what is known of a delegate."""
        query = "SELECT expires_at, revoked FROM devices WHERE author = ? AND delegate = ?"
        row = self._one(query, author, delegate)
        return None if row is None else Device(row[0], bool(row[1]))

    def set_device(self, author: str, delegate: str, device: Device) -> None:
        """Keep what is known of a delegate."""
        values = (author, delegate, device.expires_at, int(device.revoked))
        self._run("INSERT OR REPLACE INTO devices VALUES (?, ?, ?, ?)", *values)

    def _open(self, pins: str) -> None:
        (found,) = self._database.execute("PRAGMA user_version").fetchone()
        (tables,) = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if found not in {0, FORMAT} or (found == 0 and tables):
            raise UnusableError(f"{self._path} is no state file of this release; name another one.")
        with self.change():
            for statement in _TABLES.split(";"):
                self._run(statement)
            self._run(f"PRAGMA user_version = {FORMAT}")
            kept = self._one("SELECT pins FROM log")
            if kept is None:
                self._run("INSERT INTO log VALUES (?, 0)", pins)
        if kept is not None and kept[0] != pins:
            raise UnusableError(
                f"{self._path} is the memory of another log ({kept[0]}); name another file."
            )

    def _run(self, statement: str, *values: object) -> None:
        self._database.execute(statement, values)

    def _one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._database.execute(query, values).fetchone()
        return row


def _name(pins: Pins) -> str:
    genesis = to_hex(pins.genesis)
    return f"chain {pins.chain_id} {genesis}, contract {pins.contract}, anchorer {pins.anchorer}"
