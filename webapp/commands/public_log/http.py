"""A GET for servers that are not trusted: bounded in bytes and in time, no redirects, no cookies, no keys.

Python's own client is used below the usual libraries, which follow redirects, unpack without a bound, and
send the passwords that a .netrc file holds.
"""

import http.client
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from socket import SHUT_RDWR
from urllib.parse import urlencode, urlsplit

from webapp.commands.public_log.errors import UnclearError, UnusableError

MAX_ANSWER_BYTES = 4 << 20
_PIECE = 1 << 16
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "troth"}


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
        connection = self._connection()
        watch = threading.Timer(self._timeout, _cut, [connection])
        watch.daemon = True
        watch.start()
        began = time.monotonic()
        try:
            connection.request("GET", f"{self._base}{path}?{urlencode(query)}", headers=_HEADERS)
            return self._body(connection.getresponse(), path)
        except (OSError, http.client.HTTPException) as error:
            slow = time.monotonic() - began >= self._timeout
            why = f"not within {self._timeout:g} s" if slow else type(error).__name__
            raise UnclearError(f"{self.name} did not answer {path} ({why}).") from error
        finally:
            watch.cancel()
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if not self._tls:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(
            self._host, self._port, timeout=self._timeout, context=context
        )

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


def _cut(connection: http.client.HTTPConnection) -> None:
    """End whatever waits on a connection."""
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(SHUT_RDWR)
