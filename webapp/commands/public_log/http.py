"""A GET for servers that are not trusted: bounded in bytes and in time, no redirects, no cookies, no keys.

Python's own client is used below the usual libraries, which follow redirects, unpack without a bound, and
send the passwords that a .netrc file holds.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from chain.deadline import Deadline, TimedSocket
from webapp.commands.public_log.errors import UnclearError, UnusableError

MAX_ANSWER_BYTES = 4 << 20
_PIECE = 1 << 16
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "troth",
}


class NotThereError(Exception):
    """The server answered 404."""


class BoundedHttp:
    """Reads below one URL; ``timeout`` in seconds holds for each request as a whole.

    Raises UnusableError for a URL that is not plain http or https.
    """

    def __init__(self, url: str, timeout: float) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError as error:
            raise UnusableError(f"{url!r} cannot be used: {error}.") from error
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UnusableError(f"{url!r} cannot be used; give a URL with http:// or https://.")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise UnusableError("The API's URL must have no user, password, query or fragment.")
        self._host, self._port, self._tls = parts.hostname, port, parts.scheme == "https"
        self._base, self._timeout = parts.path.rstrip("/"), timeout
        self.name = f"{parts.scheme}://{parts.netloc}"

    def get(self, path: str, query: Mapping[str, object]) -> bytes:
        """Return the body of a 200; raises NotThereError for a 404 and UnclearError for all else."""
        deadline = Deadline(self._timeout)
        connection = http.client.HTTPConnection(self._host, self._port or self._default_port())
        try:
            connection.sock = self._connected(deadline)
            connection.request("GET", f"{self._base}{path}?{urlencode(query)}", headers=_HEADERS)
            # The client reads its answer from whatever makefile() gives.
            answer = http.client.HTTPResponse(
                cast("socket.socket", TimedSocket(connection.sock, deadline))
            )
            with answer:
                answer.begin()
                return self._body(answer, path)
        except (OSError, ValueError, http.client.HTTPException) as error:
            why = f"not within {self._timeout:g} s" if deadline.over() else type(error).__name__
            raise UnclearError(f"{self.name} did not answer {path} ({why}).") from error
        finally:
            connection.close()

    def _default_port(self) -> int:
        return 443 if self._tls else 80

    def _connected(self, deadline: Deadline) -> socket.socket:
        """Return a connected socket whose waits end at the deadline; raises OSError."""
        problem: OSError = OSError("the name has no address")
        for family, kind, protocol, _, address in self._addresses(deadline):
            plain = socket.socket(family, kind, protocol)
            try:
                plain.settimeout(deadline.left())
                plain.connect(address)
                plain.settimeout(deadline.left())
                return self._wrapped(plain)
            except OSError as error:
                plain.close()
                problem = error
        raise problem

    def _addresses(self, deadline: Deadline) -> list[Any]:
        port = self._port or self._default_port()
        asked: Future[list[Any]] = Future()

        def resolve() -> None:
            try:
                asked.set_result(socket.getaddrinfo(self._host, port, 0, socket.SOCK_STREAM))
            except (OSError, ValueError) as error:
                asked.set_exception(error)

        # A resolver takes no time limit, so it works beside; one that hangs is left behind.
        threading.Thread(target=resolve, daemon=True).start()
        return asked.result(deadline.left())

    def _wrapped(self, plain: socket.socket) -> socket.socket:
        if not self._tls:
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self._host)

    def _body(self, answer: http.client.HTTPResponse, path: str) -> bytes:
        if 300 <= answer.status < 400:
            raise UnclearError(f"{self.name} redirects {path}; redirects are not followed.")
        if answer.status == 404:
            raise NotThereError
        if answer.status != 200:
            raise UnclearError(f"{self.name} answers {path} with HTTP status {answer.status}.")
        if answer.getheader("Content-Encoding", "identity") != "identity":
            raise UnclearError(f"{self.name} packs its answer to {path}, which was not asked for.")
        body, length = bytearray(), answer.length
        while length is None or len(body) < length:
            # One read of what is there: how long the answer claims to be is not believed.
            left = _PIECE if length is None else min(_PIECE, length - len(body))
            piece = answer.read1(left)
            if not piece:
                break
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                limit = f"more than {MAX_ANSWER_BYTES} bytes"
                raise UnclearError(f"{self.name} answers {path} with {limit}.")
        if length is not None and len(body) < length:
            raise UnclearError(f"{self.name} broke its answer to {path} off.")
        return bytes(body)
