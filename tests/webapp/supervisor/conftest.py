"""Real supervisors as processes, and a way to see every process they leave behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = Path(__file__).with_name("programs")
PATIENCE = 60.0


def wait_until(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


class Supervised:
    """One supervisor process; its descendants are known by a mark in their environment."""

    def __init__(self, program: str, output: Path, *args: str) -> None:
        self.mark = f"TROTH_TEST_MARK={uuid.uuid4().hex}"
        self.output = output
        self._seen: set[tuple[int, str]] = set()
        name, _, value = self.mark.partition("=")
        env = {**os.environ, name: value, "PYTHONPATH": str(ROOT)}
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, str(PROGRAMS / program), *args],
                env=env,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def text(self) -> str:
        return self.output.read_text()

    def await_text(self, words: str) -> None:
        def seen() -> bool:
            assert self.process.poll() is None or words in self.text(), self.text()
            return words in self.text()

        wait_until(seen, f"{words!r} in the output of the supervisor")

    def descendants(self) -> set[int]:
        """Return all living descendants, and remember them for `left`."""
        table = processes()
        found = {self.process.pid}
        while more := {pid for pid, one in table.items() if one.parent in found} - found:
            found |= more
        found -= {self.process.pid}
        self._seen |= {(pid, table[pid].started) for pid in found}
        return found

    def left(self) -> set[int]:
        """Return what lives of the descendants seen before, and whoever inherited the mark.

        Redis overwrites its environment and so cannot be known by the mark.
        """
        table = processes()
        seen = {pid for pid, at in self._seen if pid in table and table[pid].started == at}
        return seen | marked(self.mark)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pid in self.left():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


class Process(NamedTuple):
    parent: int
    started: str


def processes() -> dict[int, Process]:
    """Return all processes but the zombies, from proc(5): fields 3, 4 and 22 of `stat`."""
    table = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                table[int(stat.parent.name)] = Process(int(fields[1]), fields[19])
    return table


def marked(mark: str) -> set[int]:
    """Return the living processes with this setting in the environment they were started with."""
    found = set()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.encode() in environ.read_bytes().split(b"\0"):
                found.add(int(environ.parent.name))
    return found


@pytest.fixture(autouse=True)
def temporary_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder with a path short enough for sockets, gone after the test."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr("tempfile.tempdir", folder)
        yield Path(folder)


@pytest.fixture
def supervised(tmp_path: Path, temporary_folder: Path) -> Iterator[Callable[..., Supervised]]:
    assert temporary_folder.is_dir()
    started: list[Supervised] = []

    def start(program: str, *args: str) -> Supervised:
        one = Supervised(program, tmp_path / f"output-{len(started)}.txt", *args)
        started.append(one)
        return one

    yield start
    for one in started:
        one.end()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])
