"""The node over HTTP on loopback: bounded requests, CORS for the configured origins, nothing for others.

The keys of its accounts are known to everybody, so a web page that the operator did not name must not
reach it: by no Origin of its own, by no host name that it made point to this machine (DNS rebinding).
"""

import contextlib
import json
import socket
import threading
from collections.abc import Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from chain.devnode.errors import METHOD_NOT_FOUND, RpcError
from chain.devnode.node import DevNode
from chain.devnode.rpc import handle

MAX_BODY = 1 << 20
MAX_CONNECTIONS = 128
IDLE_SECONDS = 60
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class _ForPages:
    """The node as web pages see it: without what needs no signature."""

    def __init__(self, node: DevNode) -> None:
        self._node = node

    def request(self, method: str, params: list[Any]) -> Any:
        if method.startswith("evm_") or method == "eth_sendTransaction":
            raise RpcError(
                METHOD_NOT_FOUND,
                f"the method {method} is not available to web pages; sign with a wallet",
            )
        return self._node.request(method, params)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Http"
    timeout = IDLE_SECONDS
    # One packet per answer: with the header alone in a first one, Nagle's delay costs 40 ms a request.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer JSON-RPC."""
        if not self._may_enter():
            return
        body = self._body()
        if body is None:
            return
        origin = self.headers.get("Origin")
        node = self.server.node if origin is None else _ForPages(self.server.node)
        self._reply(HTTPStatus.OK, handle(node, body))

    def handle_expect_100(self) -> bool:
        """Let the client send its body; it waits for this line, which must not stay in the buffer."""
        go_on = super().handle_expect_100()
        self.wfile.flush()
        return go_on

    def do_OPTIONS(self) -> None:
        """Answer a browser's preflight request (Fetch standard, "CORS protocol")."""
        if self._may_enter():
            self._reply(HTTPStatus.NO_CONTENT, b"")

    def do_GET(self) -> None:
        """Say how to ask."""
        self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "Send JSON-RPC requests by POST.")

    def _may_enter(self) -> bool:
        host = self._host()
        if host not in self.server.hosts:
            self._refuse(
                HTTPStatus.FORBIDDEN, f"This node does not answer to the host name {host!r}."
            )
            return False
        origin = self.headers.get("Origin")
        if origin is not None and origin not in self.server.origins:
            self._refuse(
                HTTPStatus.FORBIDDEN,
                f"Pages of {origin!r} may not ask this node; start it with --origin.",
            )
            return False
        return True

    def _host(self) -> str | None:
        try:
            return urlsplit(f"//{self.headers.get('Host', '')}").hostname
        except ValueError:
            return None

    def _body(self) -> bytes | None:
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        length = self.headers.get("Content-Length", "")
        if kind != "application/json":
            self._refuse(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The content type must be application/json."
            )
        elif not (length.isascii() and length.isdigit()):
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "The request must say its Content-Length.")
        elif int(length) > MAX_BODY:
            self._refuse(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A request may have at most {MAX_BODY} bytes."
            )
        else:
            body = self.rfile.read(int(length))
            if len(body) == int(length):
                return body
            self.close_connection = True
        return None

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        # The rest of a refused request is not read, so the connection cannot serve another one.
        self.close_connection = True
        self._reply(status, json.dumps({"error": reason}).encode())

    def _reply(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        if self.close_connection:
            self.send_header("Connection", "close")
        if body:
            self.send_header("Content-Type", "application/json")
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        origin = self.headers.get("Origin")
        self.send_header("Vary", "Origin")
        if origin is not None and origin in self.server.origins:
            self.send_header("Access-Control-Allow-Origin", origin)
            if self.command == "OPTIONS":
                self.send_header("Access-Control-Allow-Methods", "POST, OPTIONS")
                self.send_header("Access-Control-Allow-Headers", "Content-Type")
                self.send_header("Access-Control-Allow-Private-Network", "true")
                self.send_header("Access-Control-Max-Age", "600")
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """Return the Server header; without the Python version."""
        return "troth-devnode"

    def log_message(self, *_arguments: Any) -> None:
        """Stay silent: a line per request would drown the log of those who started the node."""


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    # server_close waits for the requests that still run.
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], node: DevNode, origins: Iterable[str]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.node = node
        self.origins = frozenset(origin.rstrip("/") for origin in origins)
        self.hosts = LOOPBACK_NAMES | {address[0].lower()}
        self._slots = threading.BoundedSemaphore(MAX_CONNECTIONS)
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without asking the name service for this machine's name, as http.server does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = (
            str(self.server_address[0]),
            int(self.server_address[1]),
        )

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, or close it when there are too many."""
        if not self._slots.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._slots.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection to its end and free its place."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, *_arguments: Any) -> None:
        """Pass over clients that went away in the middle; faults of the node are logged where they happen."""


class Server:
    """A node that is being served; `url` is where. close() ends serving and leaves the node open."""

    def __init__(self, node: DevNode, host: str, port: int, origins: Iterable[str]) -> None:
        self._http = _Http((host, port), node, origins)
        name = f"[{host}]" if ":" in host else host
        self.port = int(self._http.server_address[1])
        self.url = f"http://{name}:{self.port}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop accepting connections."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        with contextlib.suppress(OSError):
            self.close()


def serve(
    node: DevNode, host: str = "127.0.0.1", port: int = 0, origins: Iterable[str] = ()
) -> Server:
    """Serve a node in the background; port 0 picks a free one. Raises OSError if it cannot listen."""
    return Server(node, host, port, origins)
