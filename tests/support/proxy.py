"""A way to a node that fails when told to: refuses, hangs, breaks off, answers nonsense or from the past."""

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from eth_hash.auto import keccak

SEND = "eth_sendRawTransaction"
_LOOPBACK = "127.0.0.1"
_PATIENCE = 60.0  # seconds, for the node and for whoever holds a request
# Where a block is named in the requests that read from a state.
_STATE_AT = {"eth_getTransactionCount": 1, "eth_getBalance": 1, "eth_getCode": 1, "eth_call": 1}
_BY_NUMBER = "eth_getBlockByNumber"


class Fault(StrEnum):
    """What becomes of a request."""

    NONE = "none"
    REFUSE = "refused"  # nobody listens
    HANG = "hung"  # not passed on, no answer
    LOSE = "passed on, then reset"
    HOLD = "passed on, answer held"
    FAIL = "HTTP 502"
    LAG = "answered from the past"


Rule = Callable[[str], Fault]


def never(_: str) -> Fault:
    """Let everything pass."""
    return Fault.NONE


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_port = True


class Proxy:
    """Passes JSON-RPC on to the node at `upstream`; `rule` says by method what becomes of a request.

    `met` counts the faults that requests met, `sent` keeps the hash of each transaction that was passed
    on. `caught` is set when a request hangs or its answer is held; it goes on when `released` is set.
    """

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream).netloc
        self.rule: Rule = never
        self.met: Counter[Fault] = Counter()
        self.sent: set[bytes] = set()
        self.caught, self.released = threading.Event(), threading.Event()
        self.past: int | None = None
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._server: _Server | None = None
        # Bound and never listening: keeps the port while this refuses connections.
        self._place = socket.socket()
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._place.bind((_LOOPBACK, 0))
        self._port = int(self._place.getsockname()[1])
        self.listen()

    @property
    def url(self) -> str:
        """Where to reach the node through this."""
        return f"http://{_LOOPBACK}:{self._port}"

    def listen(self) -> None:
        """Take connections."""
        if self._server is None:
            handler = type("Handler", (_Handler,), {"proxy": self})
            self._server = _Server((_LOOPBACK, self._port), handler)
            run = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
            run.start()

    def refuse(self) -> None:
        """Take no connections from now on, and break off those that there are."""
        if self._server is not None:
            self.met[Fault.REFUSE] += 1
            server, self._server = self._server, None
            server.shutdown()
            server.server_close()
            self._break_off()

    def heal(self) -> None:
        """Take everything again, and let go what is held."""
        self.rule = never
        self.let_go()
        self.listen()

    def let_go(self) -> None:
        """Let everything that is held go on; what comes later is held again."""
        self.released.set()
        with self._lock:
            self.released, self.caught = threading.Event(), threading.Event()

    def close(self) -> None:
        """End everything."""
        self.refuse()
        self.released.set()
        self._place.close()

    def known(self, connection: socket.socket, *, is_open: bool) -> None:
        """Note a connection that was made or has ended."""
        with self._lock:
            (self._open.add if is_open else self._open.discard)(connection)

    def count(self, fault: Fault) -> None:
        """Note that a request met a fault."""
        with self._lock:
            self.met[fault] += 1

    def wait(self) -> None:
        """Hold a request until it is let go."""
        with self._lock:
            caught, released = self.caught, self.released
        caught.set()
        released.wait(_PATIENCE)

    def pass_on(self, body: bytes) -> bytes:
        """Ask the node, and return its answer; raises OSError and HTTPException."""
        connection = HTTPConnection(self._upstream, timeout=_PATIENCE)
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            return connection.getresponse().read()
        finally:
            connection.close()

    def ask(self, method: str, *params: object) -> Any:
        """Ask the node itself, past every fault; raises OSError and HTTPException."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return json.loads(self.pass_on(json.dumps(body).encode()))["result"]

    def _break_off(self) -> None:
        with self._lock:
            connections, self._open = self._open, set()
        for one in connections:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """One connection of a client, which it may keep for many requests."""

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes; without this each answer waits for the client's acknowledgement.
    disable_nagle_algorithm = True
    proxy: Proxy

    def setup(self) -> None:
        super().setup()
        self.proxy.known(self.connection, is_open=True)

    def handle(self) -> None:
        with suppress(OSError):  # clients are killed while they speak
            super().handle()

    def finish(self) -> None:
        self.proxy.known(self.connection, is_open=False)
        with suppress(OSError):
            super().finish()

    def do_POST(self) -> None:
        try:
            self._answer()
        except (
            OSError,
            HTTPException,
        ):  # the client is gone, or was broken off, or the node is away
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) < int(self.headers["Content-Length"]):
            raise ConnectionError("the client broke off")
        request = json.loads(body)
        method = str(request["method"])
        fault = self.proxy.rule(method)
        if fault is not Fault.NONE:
            self.proxy.count(fault)
        if fault is Fault.FAIL:
            self._write(502, b"bad gateway")
            return
        if fault is Fault.HANG:
            self.proxy.wait()
            self._hang_up()
            return
        if fault is Fault.LAG and self.proxy.past is not None:
            body = json.dumps(_as_of(request, self.proxy.past)).encode()
        if method == SEND:
            self.proxy.sent.add(keccak(bytes.fromhex(request["params"][0][2:])))
        answer = self.proxy.pass_on(body)
        if fault is Fault.HOLD:
            self.proxy.wait()
        if fault is Fault.LOSE:
            self._hang_up()
            return
        self._write(200, answer)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _write(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _as_of(request: dict[str, Any], past: int) -> dict[str, Any]:
    """Return a request as if block `past` were the newest one."""
    method, params = request["method"], list(request["params"])
    if method == _BY_NUMBER and params[0] == "latest":
        params[0] = hex(past)
    elif method == _BY_NUMBER and params[0].startswith("0x") and int(params[0], 16) > past:
        params[0] = hex(1 << 40)  # nobody has it
    place = _STATE_AT.get(method)
    if place is not None and params[place] == "latest":
        params[place] = hex(past)
    return {**request, "params": params}
