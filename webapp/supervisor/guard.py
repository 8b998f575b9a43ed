"""The supervisor's hold on the reaper: the process that cleans up after a killed supervisor."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from webapp.supervisor import reaper


class Guard:
    """Keeps one reaper process alive and told of every process group.

    The reaper inherits the lock on the data folder, so that a new supervisor cannot start on
    the same data before the last one's processes are gone.
    """

    def __init__(self, lock_fd: int, log: Path, grace: float) -> None:
        self._lock_fd = lock_fd
        self._log = log
        self._grace = grace
        self._groups: set[int] = set()
        self._pipe, self._process = self._start()

    @property
    def pid(self) -> int:
        """The reaper's process id."""
        return self._process.pid

    @property
    def pipe(self) -> int:
        """The descriptor on which a child announces its group between fork and exec."""
        return self._pipe

    def ensure(self) -> None:
        """Start another reaper when somebody ended the last one."""
        if self._process.poll() is None:
            return
        os.close(self._pipe)
        self._pipe, self._process = self._start()

    def tell(self, groups: Iterable[int]) -> None:
        """Say which process groups exist now; a reaper that has died is replaced by `ensure`."""
        self._groups = set(groups)
        line = "=" + " ".join(str(group) for group in sorted(self._groups)) + "\n"
        try:
            os.write(self._pipe, line.encode("ascii"))
        except BrokenPipeError:
            self.ensure()

    def close(self) -> None:
        """Let the reaper end whatever groups it was last told of, and wait for it."""
        os.close(self._pipe)
        self._process.wait()

    def _start(self) -> tuple[int, subprocess.Popen[bytes]]:
        reading, writing = os.pipe()
        # -I and -S: only the standard library, nothing of the project or its environment.
        # It knows the groups from its first moment: the supervisor may be killed in the next one.
        known = [str(group) for group in sorted(self._groups)]
        argv = [sys.executable, "-I", "-S", reaper.__file__, str(self._grace), *known]
        with self._log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own script, no shell
                argv,
                stdin=reading,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(self._lock_fd,),
            )
        os.close(reading)
        return writing, process
