"""A web3 provider over HTTP for nodes that are not trusted: one request each, bounded in bytes and time.

web3's own follows redirects, unpacks without a bound, waits for ever on an answer that drips, and sends the
passwords of a .netrc file.
"""

import re
import threading
from http.client import HTTPResponse
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ReadTimeoutError
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from chain.deadline import Deadline, TimedSocket

MAX_ANSWER_BYTES = 32 << 20
# Answers nest up to eight deep; traces of calls, which are not asked for, up to 1024.
MAX_DEPTH = 100
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_PIECE = 1 << 16
_HEADERS = {
    "Accept-Encoding": "identity",
    "Content-Type": "application/json",
    "User-Agent": "troth",
}


class _Timed:
    """Makes a connection's answers end at a deadline, that of the whole answer."""

    def request(self, *args: Any, **kwargs: Any) -> None:
        here = cast("Any", self)
        deadline = Deadline(here.timeout)
        if here.sock is not None:  # kept open, with what was left of its last answer's time
            here.sock.settimeout(here.timeout)
        here.response_class = lambda sock, **how: HTTPResponse(
            cast("Any", TimedSocket(sock, deadline)), **how
        )
        cast("Any", super()).request(*args, **kwargs)


class _PlainConnection(_Timed, HTTPConnection):
    pass


class _TlsConnection(_Timed, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        pools: Any = {"http": _PlainPool, "https": _TlsPool}
        self.poolmanager.pool_classes_by_scheme = pools


class BoundedHttpProvider(JSONBaseProvider):
    """Asks the node at `url`; `timeout` in seconds, for connecting and again for the whole answer.

    Connections are kept open, for each thread its own. Raises what requests and urllib3 do, and
    ValueError for an answer that is too long or no JSON.
    """

    def __init__(self, url: str, timeout: float) -> None:
        super().__init__()
        self._url, self._timeout = url, timeout
        self._mine = threading.local()

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Make one request, once, and return the node's answer."""
        body = self._post(self.encode_rpc_request(method, params))
        _check_depth(body)
        return self.decode_rpc_response(body)

    def _post(self, data: bytes) -> bytes:
        with self._session().post(
            self._url,
            data=data,
            headers=_HEADERS,
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
        ) as answer:
            if not 200 <= answer.status_code < 300:
                raise requests.HTTPError(response=answer)
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise ValueError("it is packed, which was not asked for")
            return _read(answer)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._mine, "session", None)
        if session is None:
            session = requests.Session()
            # Neither .netrc nor proxies of the environment: what a node gets is in its URL alone.
            session.trust_env = False
            for scheme in ("http://", "https://"):
                session.mount(scheme, _Adapter())
            self._mine.session = session
        return session


def _read(answer: requests.Response) -> bytes:
    body = bytearray()
    try:
        while piece := answer.raw.read(_PIECE, decode_content=False):
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                raise ValueError(f"it has more than {MAX_ANSWER_BYTES} bytes")
    except ReadTimeoutError as error:
        raise requests.ReadTimeout(error) from error
    return bytes(body)


def _check_depth(body: bytes) -> None:
    """Raise ValueError where an answer nests deep: Python's parser of JSON can end the process on it."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for found in _BRACKETS.finditer(body):
        mark = found[0]
        depth += (mark in b"[{") - (mark in b"]}")
        if depth > MAX_DEPTH:
            raise ValueError(f"it nests deeper than {MAX_DEPTH}")
