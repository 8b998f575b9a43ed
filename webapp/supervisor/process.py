"""Starting one child so that it cannot outlive the supervisor, and ending it with its group."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from webapp.supervisor import logs, reaper
from webapp.supervisor.errors import ChildFailedError
from webapp.supervisor.plan import Child

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_POLL = 0.02
_LEFTOVER_GRACE = 2.0


def _entry(announce: int) -> Callable[[], None]:
    """Return what the new process does between fork and exec.

    It announces its group to the reaper and, on Linux, asks for SIGTERM at the supervisor's
    death: a second line of defence, should the reaper be killed as well.
    """
    supervisor = os.getpid()
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def enter() -> None:
        os.write(announce, b"+%d\n" % os.getpid())
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
            if os.getppid() != supervisor:
                # The supervisor died before the request was in force.
                os._exit(1)

    return enter


class Running:
    """One child that has been started; its process id is also its group's id."""

    def __init__(self, child: Child, announce: int) -> None:
        self.child = child
        self.started_at = time.monotonic()
        logs.mark_start(child.log)
        env = {**os.environ, "PYTHONUNBUFFERED": "1", **child.env}
        try:
            with child.log.open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603 - argv of the plan, no shell
                    child.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=env,
                    cwd=child.cwd,
                    start_new_session=True,
                    # The supervisor has one thread, which is what makes this safe after a fork.
                    preexec_fn=_entry(announce),  # noqa: PLW1509
                )
        except (OSError, subprocess.SubprocessError) as error:
            raise ChildFailedError(
                child.name, f"could not be started ({error})", child.log, ""
            ) from error

    @property
    def pid(self) -> int:
        """The id of the process and of its group."""
        return self._process.pid

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started_at

    def ended(self) -> str | None:
        """Return in words how the process ended, None while it runs; end what it left behind."""
        code = self._process.poll()
        if code is None:
            return None
        if reaper.exists(self.pid):
            reaper.end_groups([self.pid], _LEFTOVER_GRACE)
        return describe_exit(code)

    def succeeded(self) -> bool:
        """Return whether the process has ended with exit code 0."""
        return self._process.poll() == 0

    def stop(self, hurry: Callable[[], bool]) -> bool:
        """End the process and its group; return whether it went without being killed.

        At most `child.grace` seconds, and none once `hurry` answers True.
        """
        deadline = time.monotonic() + self.child.grace
        if self._process.poll() is None:
            reaper.signal_leader(self.pid, self.child.stop_signal)
        while self._process.poll() is None and time.monotonic() < deadline and not hurry():
            time.sleep(_POLL)
        clean = self._process.poll() is not None
        if not clean:
            reaper.signal_group(self.pid, signal.SIGKILL)
        elif reaper.exists(self.pid):
            reaper.end_groups([self.pid], 0.0 if hurry() else _LEFTOVER_GRACE)
        self._process.wait()
        return clean


def describe_exit(code: int) -> str:
    """Return an exit code of subprocess in words: `exit code 3`, `signal SIGKILL`."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
