"""Simulate for as long as wanted: `make soak SECONDS=600 SEED=1`; `ONE=1` plays one schedule again.

Between random schedules, a process dies at each point of the fixed course in turn.
"""

import gc
import itertools
import os
import resource
import shutil
import sys
import tempfile
import time
from logging import CRITICAL
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import structlog

from tests.simulation.conftest import MEMORY
from tests.simulation.course import play_course
from tests.simulation.schedule import Schedule
from tests.support.instance import copied_sqlite, migrated_sqlite

MINUTE = 60.0
PAGE = resource.getpagesize()


class Soak:
    """Plays schedules in one process, and says once a minute how far it is and how much memory it has."""

    def __init__(self, root: Path, seed: int, steps: int) -> None:
        self.root, self.seed, self.steps = root, seed, steps
        self.template = migrated_sqlite(root)
        self.began = self.told = time.monotonic()
        self.schedules = self.kills = self.taken = 0
        self.points, self.unharmed = 0, list[Any]()

    def run(self, seconds: float, *, one: bool) -> None:
        """Play until the time is over, or one schedule; raises what a schedule raises."""
        self.points, self.unharmed = play_course(*self._place(), None)
        for seed in itertools.count(self.seed):
            self.taken += Schedule(seed, *self._place()).play(self.steps)
            self.schedules += 1
            if one:
                break
            self._die_at(1 + self.kills % self.points)
            self._tell()
            if time.monotonic() - self.began > seconds:
                break
        self._tell(now=True)

    def _die_at(self, point: int) -> None:
        held = play_course(*self._place(), point)[1]
        if held != self.unharmed:
            raise AssertionError(f"after a death at point {point} the log ends otherwise")
        self.kills += 1

    def _place(self) -> tuple[Path, str]:
        """Give the same place each time, with a new database."""
        folder = self.root / "play"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder, copied_sqlite(self.template, folder)

    def _tell(self, *, now: bool = False) -> None:
        clock = time.monotonic()
        if now or clock - self.told >= MINUTE:
            self.told = clock
            click.echo(
                f"{clock - self.began:7.0f} s  {self.schedules} schedules, {self.taken} steps, "
                f"{self.kills} of {self.points} deaths, next seed {self.seed + self.schedules}, "
                f"{_memory_mib():.1f} MiB, {_objects():,} objects",
            )


def _memory_mib() -> float:
    """Return the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 2**20


def _objects() -> int:
    """Return how many objects are alive, of which a leak would make more and more."""
    gc.collect()
    return len(gc.get_objects())


def main(environment: Any = os.environ) -> int:
    """Run as the environment says; return the exit code."""
    seed = int(environment.get("SEED") or time.time())
    steps = int(environment.get("STEPS") or 60)
    one = bool(environment.get("ONE"))
    click.echo(f"seed {seed}, {steps} steps each")
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as root:
        soak = Soak(Path(root), seed, steps)
        try:
            # What the application logs would drown the figures; it sets its logs up when it is made.
            structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(CRITICAL))
            with patch("structlog.configure"):
                soak.run(float(environment.get("SECONDS") or 600), one=one)
        except Exception as error:
            error.add_note(
                f"Seed {seed + soak.schedules}; keep it in tests/simulation/test_found.py"
            )
            raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
