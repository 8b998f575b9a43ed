"""Reading from a socket until a moment in time, however slowly the other side answers."""

import io
import socket
import time
from typing import Any


class Deadline:
    """A moment, `seconds` from now, after which nothing is waited for."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; raises TimeoutError where there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def over(self) -> bool:
        """Tell whether the moment has passed."""
        return time.monotonic() >= self._end


class TimedSocket:
    """What http.client.HTTPResponse takes for a socket; reading raises TimeoutError at the deadline."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket, self._deadline = connected, deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Give the file that the answer is read from."""
        return io.BufferedReader(_TimedFile(self._socket, self._deadline))


class _TimedFile(io.RawIOBase):
    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        super().__init__()
        self._socket, self._deadline = connected, deadline
        # It holds the connection open until the answer is read, as an answer's file always does.
        self._file = connected.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Receive once, for as long as is left."""
        self._socket.settimeout(self._deadline.left())
        return self._file.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
