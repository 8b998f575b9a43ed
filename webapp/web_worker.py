"""gunicorn's threaded worker, patient with slow clients at no thread's expense.

The library gives every new connection a thread at once, for as long as its first bytes take, and a client
that sends its request slowly keeps one for ever. Here a connection waits without a thread until something
comes; a request has a time in which it must be read, an answer one in which it must be taken.
"""

import errno
import selectors
import socket
import time
from functools import partial
from typing import Any

import siwe  # noqa: F401 - read before the processes part, not by whoever signs in first
from gunicorn.workers.gthread import TConn, ThreadWorker

SEND_SECONDS = 30.0  # for one piece of an answer
_NOTHING = (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK)


class _Connection(TConn):  # type: ignore[misc]
    """A connection whose sending ends in time; called before each of its requests."""

    def init(self) -> None:
        """Prepare for a request."""
        super().init()
        self.sock.settimeout(SEND_SECONDS)


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Threads read what has begun to arrive, and only for so long."""

    idle_seconds = 15.0  # until the first byte
    read_seconds = 15.0  # from there to the end of the request

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reading: dict[_Connection, float] = {}

    def accept(self, listener: socket.socket) -> None:
        """Take a connection in and wait for its first bytes without a thread."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in _NOTHING:
                raise
            return
        self.nr_conns += 1
        conn = _Connection(self.cfg, client, address, listener.getsockname())
        conn.timeout = time.monotonic() + self.idle_seconds
        self.pending_conns.append(conn)
        wake = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, wake)

    def handle(self, conn: _Connection) -> object:
        """Serve a request that has begun to arrive."""
        self._reading[conn] = time.monotonic() + self.read_seconds
        try:
            return super().handle(conn)
        finally:
            self._reading.pop(conn, None)

    def notify(self) -> None:
        """Tell the parent that we live, and give up requests that take too long to arrive."""
        super().notify()
        now = time.monotonic()
        for conn, deadline in list(self._reading.items()):
            if now > deadline:
                self._reading.pop(conn, None)
                try:
                    # Whoever reads finds the end; what has been read is answered as ever.
                    conn.sock.shutdown(socket.SHUT_RD)
                except OSError:
                    continue  # the client was faster
