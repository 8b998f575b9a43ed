"""Signals as something to wait for: a request to stop, or a child that ended."""

import select
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A signal to a whole process group reaches us twice when `make` passes it on: that is one request.
_ONE_REQUEST_SECONDS = 1.0
_Handler = Callable[[int, FrameType | None], Any] | int | None


class Signals:
    """Notes requests to stop and wakes `wait` at any signal; a context manager.

    Only in the main thread. SIGHUP stays ignored where the caller ignores it (nohup).
    """

    def __init__(self) -> None:
        self._asked_at: float | None = None
        self._hurry = False
        self._before: dict[int, _Handler] = {}
        self._reading, self._writing = socket.socketpair()
        self._wakeup_before = -1

    def __enter__(self) -> Self:
        self._reading.setblocking(False)
        self._writing.setblocking(False)
        self._wakeup_before = signal.set_wakeup_fd(
            self._writing.fileno(), warn_on_full_buffer=False
        )
        for number in _STOP:
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue
            self._before[number] = signal.signal(number, self._ask)
        # A handler that does nothing: without one the signal would not wake `wait`.
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._reading.close()
        self._writing.close()

    def wait(self, seconds: float) -> None:
        """Sleep until a signal comes, at most this many seconds."""
        ready, _, _ = select.select([self._reading], [], [], max(0.0, seconds))
        if ready:
            self._reading.recv(4096)

    def stop_requested(self) -> bool:
        """Return whether a signal asked to stop."""
        return self._asked_at is not None

    def hurry(self) -> bool:
        """Return whether it was asked again, by somebody who does not want to wait."""
        return self._hurry

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._asked_at is None:
            self._asked_at = now
        elif now - self._asked_at > _ONE_REQUEST_SECONDS:
            self._hurry = True
