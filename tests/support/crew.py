"""Real processes of an instance, started with the supervisor's own command lines, killed and measured."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from webapp.supervisor import Child, logs, reaper
from webapp.supervisor.guard import Guard

_START_SECONDS = 90.0
_POLL = 0.05


class CrewError(Exception):
    """A process did not start, or ended by itself; carries its name and its last words."""

    def __init__(self, child: Child, problem: str) -> None:
        self.name, self.problem = child.name, problem
        super().__init__(f"{child.name} {problem}:\n{logs.last_lines(child.log, 20)}")


@dataclass(eq=False)
class Life:
    """One run of a child; memory in bytes, sizes of the group's leader and of all others in it."""

    child: Child
    process: subprocess.Popen[bytes]
    begun: float = field(default_factory=time.monotonic)
    ready_at: float | None = None
    sizes: list[int] = field(default_factory=list)
    others: int = 0
    ended_by: signal.Signals | None = None
    code: int | None = None

    @property
    def group(self) -> int:
        """The id of the leader and of the group."""
        return self.process.pid

    def is_ready(self) -> bool:
        """Tell whether it serves; raises CrewError when it ended instead."""
        if self.ready_at is None:
            if self.process.poll() is not None:
                raise CrewError(self.child, f"ended with exit code {self.process.returncode}")
            if self.child.ready is None or self.child.ready():
                self.ready_at = time.monotonic()
        return self.ready_at is not None

    def signal(self, number: signal.Signals) -> None:
        """Kill the whole group, or ask its leader to end."""
        self.ended_by = number
        if number is signal.SIGKILL:
            reaper.signal_group(self.group, number)
        else:
            reaper.signal_leader(self.group, number)

    def wait(self, seconds: float | None = None) -> int:
        """Wait for the end and return the exit code, negative for a signal; kills what takes too long."""
        try:
            self.code = self.process.wait(self.child.grace if seconds is None else seconds)
        except subprocess.TimeoutExpired:
            reaper.signal_group(self.group, signal.SIGKILL)
            self.code = self.process.wait()
        reaper.end_groups([self.group], 0)
        return self.code


class Crew:
    """All processes that were started; none outlives it, also when this process is killed."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self.living: list[Life] = []

    def start(self, child: Child) -> Life:
        """Start a child, without waiting until it is ready."""
        logs.mark_start(child.log)
        env = {**_clean_environment(), "PYTHONUNBUFFERED": "1", **child.env}
        with child.log.open("ab") as log:
            process = subprocess.Popen(
                child.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=child.cwd,
                start_new_session=True,
            )
        life = Life(child, process)
        self.living.append(life)
        self._guard.tell(one.group for one in self.living)
        return life

    def run(self, child: Child) -> Life:
        """Start a child and wait until it is ready; raises CrewError."""
        life = self.start(child)
        deadline = time.monotonic() + _START_SECONDS
        while not life.is_ready():
            if time.monotonic() > deadline:
                raise CrewError(child, f"was not ready within {_START_SECONDS:g} s")
            time.sleep(_POLL)
        return life

    def buried(self, life: Life) -> None:
        """Forget a process that has ended."""
        self.living.remove(life)
        self._guard.tell(one.group for one in self.living)

    def measure(self) -> None:
        """Note how much memory each living group has now."""
        sizes = _sizes()
        for life in self.living:
            mine = dict(sizes.get(life.group, ()))
            leader = mine.pop(life.group, 0)
            if leader and life.ready_at is not None:
                life.sizes.append(leader)
                life.others = max(life.others, sum(mine.values()))

    def end(self) -> None:
        """End every process, newest first: the broker that the others need was the first."""
        for life in reversed(self.living):
            if life.process.poll() is None:
                life.signal(signal.SIGTERM)
            life.wait()
            if life.child.scratch is not None:
                with suppress(OSError):  # somebody's file is in it
                    life.child.scratch.rmdir()
        self.living.clear()


@contextmanager
def crew(folder: Path) -> Iterator[Crew]:
    """Give a crew whose processes end with it; `folder` takes what the guard says."""
    with (folder / "lock").open("w") as lock:
        guard = Guard(lock.fileno(), folder / "reaper.log", grace=5.0)
        found = Crew(guard)
        try:
            yield found
        finally:
            found.end()
            guard.close()


def settings_environment(settings: Mapping[str, object]) -> dict[str, str]:
    """Return settings by field name as environment variables."""
    return {f"TROTH_{name.upper()}": str(value) for name, value in settings.items()}


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}


def _sizes() -> dict[int, list[tuple[int, int]]]:
    """Return the ids and resident bytes of all processes by group."""
    words = ["ps", "-A", "-o", "pgid=,pid=,rss="]
    listed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    found: dict[int, list[tuple[int, int]]] = {}
    for line in listed.splitlines():
        group, pid, kilobytes = (int(word) for word in line.split())
        found.setdefault(group, []).append((pid, kilobytes * 1024))
    return found
