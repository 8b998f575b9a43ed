"""Starts the children in order, watches them, and stops all of them in reverse order."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from webapp.supervisor import logs
from webapp.supervisor.errors import ChildFailedError
from webapp.supervisor.guard import Guard
from webapp.supervisor.lock import DataLock
from webapp.supervisor.plan import Child, RunPlan
from webapp.supervisor.process import Running
from webapp.supervisor.signals import Signals

_PROBE_SECONDS = 0.1
_WATCH_SECONDS = 1.0
_PROGRESS_SECONDS = 5.0
_ROTATE_SECONDS = 30.0


class _StopRequestedError(Exception):
    """A signal asked us to stop while the children were still starting."""


@dataclass
class _Slot:
    """The place of one child: what runs there, or when it is to be started again."""

    child: Child
    running: Running | None = None
    failures: int = 0
    restart_at: float = 0.0


class Supervisor:
    """Runs one plan; `say` takes one line of progress at a time."""

    def __init__(self, plan: RunPlan, lock: DataLock, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._lock = lock
        self._say = say
        self._slots: list[_Slot] = []
        self._signals = Signals()
        self._width = max((len(child.name) for child in plan.children), default=0)
        self._next_rotation = time.monotonic() + _ROTATE_SECONDS

    def run(self) -> int:
        """Run until a signal asks to stop; return the exit code 0.

        Raises ChildFailedError when a child does not start or does not stay up. Whatever ends
        it, no child is left.
        """
        self._plan.logs.mkdir(parents=True, exist_ok=True)
        grace = max((child.grace for child in self._plan.children), default=0.0)
        with self._signals:
            self._guard = Guard(self._lock.fd, self._plan.logs / "reaper.log", grace)
            try:
                for child in self._plan.children:
                    self._start(child)
                self._say(self._plan.banner())
                while True:
                    self._pause(_WATCH_SECONDS)
            except _StopRequestedError:
                self._say("Stopping; press Ctrl-C again to kill at once.")
                return 0
            finally:
                self._stop_all()
                self._guard.close()

    def _start(self, child: Child) -> None:
        self._raise_if_stopped()
        slot = _Slot(child)
        self._slots.append(slot)
        self._tell(child, "starting")
        running = self._spawn(slot)
        if child.once:
            self._await(running, running.succeeded)
            slot.running = None
            self._slots.remove(slot)
            self._sync()
            self._tell(child, f"done in {running.age:.1f} s")
        elif child.ready is None:
            self._raise_if_ended(running)
            self._tell(child, "started")
        elif self._await(running, child.ready):
            self._tell(child, f"ready in {running.age:.1f} s")
        else:
            self._tell(child, f"not ready after {running.age:.0f} s; going on, see {child.log}")

    def _await(self, running: Running, ready: Callable[[], bool]) -> bool:
        """Wait until it is ready; False when that is not required and took too long."""
        child = running.child
        next_word = _PROGRESS_SECONDS
        while not ready():
            if not child.once or not running.succeeded():
                self._raise_if_ended(running)
            if not child.ready_required and child.hindered is not None and child.hindered():
                return False
            if running.age > child.ready_timeout:
                if not child.ready_required:
                    return False
                what = f"was not ready after {child.ready_timeout:.0f} s"
                raise ChildFailedError(child.name, what, child.log, logs.last_lines(child.log))
            if running.age > next_word:
                self._tell(child, f"still starting ({running.age:.0f} s), see {child.log}")
                next_word += _PROGRESS_SECONDS
            self._pause(_PROBE_SECONDS, starting=running)
        return True

    def _pause(self, seconds: float, starting: Running | None = None) -> None:
        """Wait a little, then look after every child but the one that is starting."""
        due = [slot.restart_at for slot in self._slots if slot.running is None]
        self._signals.wait(min([seconds, *(at - time.monotonic() for at in due)]))
        self._raise_if_stopped()
        self._guard.ensure()
        for slot in self._slots:
            if slot.running is None or slot.running is not starting:
                self._look_after(slot)
        if time.monotonic() > self._next_rotation:
            self._next_rotation = time.monotonic() + _ROTATE_SECONDS
            for slot in self._slots:
                logs.rotate(slot.child.log)

    def _look_after(self, slot: _Slot) -> None:
        child, policy = slot.child, self._plan.restart
        if slot.running is None:
            if time.monotonic() >= slot.restart_at:
                self._spawn(slot)
                self._tell(child, "started again")
            return
        how = slot.running.ended()
        if how is None:
            return
        slot.failures = 1 if slot.running.age > policy.settled else slot.failures + 1
        slot.running = None
        self._sync()
        if slot.failures >= policy.limit:
            what = f"ended {slot.failures} times in a row soon after its start (last: {how})"
            raise ChildFailedError(child.name, what, child.log, logs.last_lines(child.log))
        delay = policy.delay(slot.failures)
        slot.restart_at = time.monotonic() + delay
        self._tell(child, f"ended ({how}); starting it again in {delay:.1f} s, see {child.log}")

    def _spawn(self, slot: _Slot) -> Running:
        self._guard.ensure()
        try:
            slot.running = Running(slot.child, self._guard.pipe)
        finally:
            # Also after a failure: then the child has announced a group that does not exist.
            self._sync()
        return slot.running

    def _sync(self) -> None:
        self._guard.tell(slot.running.pid for slot in self._slots if slot.running is not None)

    def _stop_all(self) -> None:
        for slot in reversed(self._slots):
            if slot.running is None or slot.running.ended() is not None:
                continue
            clean = slot.running.stop(hurry=self._signals.hurry)
            slot.running = None
            self._sync()
            self._tell(slot.child, "stopped" if clean else "killed")
            _remove_if_empty(slot.child.scratch)

    def _raise_if_stopped(self) -> None:
        if self._signals.stop_requested():
            raise _StopRequestedError

    def _raise_if_ended(self, running: Running) -> None:
        how = running.ended()
        if how is not None:
            child = running.child
            what = f"ended before it was ready ({how})"
            raise ChildFailedError(child.name, what, child.log, logs.last_lines(child.log))

    def _tell(self, child: Child, what: str) -> None:
        self._say(f"{child.name:<{self._width}}  {what}")


def _remove_if_empty(folder: Path | None) -> None:
    if folder is not None and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
