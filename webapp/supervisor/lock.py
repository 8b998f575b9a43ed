"""One supervisor per data folder, by a lock that ends with the processes that hold it."""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from webapp.supervisor.errors import AlreadyRunningError, DataFolderError

_POLL = 0.1


class DataLock:
    """The exclusive hold on a data folder (flock(2) on `run.lock`), a context manager.

    The reaper inherits `fd`: after a killed supervisor the lock lasts until its children are
    gone, and `hold` waits that long.
    """

    def __init__(self, data_dir: Path, fd: int) -> None:
        self.data_dir = data_dir
        self.fd = fd

    @classmethod
    def hold(cls, data_dir: Path, patience: float = 20.0) -> Self:
        """Take the lock and write our process id into it.

        Raises AlreadyRunningError when a living supervisor holds it, or when the processes of
        a dead one are not gone after `patience` seconds; DataFolderError when there is no file.
        """
        try:
            fd = os.open(data_dir / "run.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DataFolderError(data_dir, error.strerror or str(error)) from error
        deadline = time.monotonic() + patience
        while not _try_lock(fd):
            pid = _read_pid(fd)
            if pid is None or _alive(pid) or time.monotonic() > deadline:
                os.close(fd)
                raise AlreadyRunningError(data_dir, pid)
            time.sleep(_POLL)
        os.ftruncate(fd, 0)
        os.pwrite(fd, b"%d\n" % os.getpid(), 0)
        return cls(data_dir, fd)

    def release(self) -> None:
        """Give the folder free."""
        os.close(self.fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_pid(fd: int) -> int | None:
    word = os.pread(fd, 32, 0).strip()
    return int(word) if word.isdigit() else None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
