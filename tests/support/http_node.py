"""A node over HTTP that knows a chain of a few numbers, and misbehaves when told to."""

import json
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Fault = Callable[["HttpNode", BaseHTTPRequestHandler], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class HttpNode:
    """Serves `head` empty blocks of a chain; `fault` replaces every answer. Counts what it was asked.

    Each request is a connection of its own, so that a stopped node refuses the next one.
    """

    def __init__(self, chain_id: int = 7, genesis: int = 1, head: int = 100) -> None:
        self.code = b"code"
        self.chain_id, self.genesis, self.head = chain_id, genesis, head
        self.fault: Fault | None = None
        self.methods: list[str] = []
        self.released = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def sent(self) -> int:
        """How many transactions it was given."""
        return self.methods.count("eth_sendRawTransaction")

    def await_sent(self) -> None:
        """Wait until it has read a transaction: whoever sent it may have given up before.

        Raises `AssertionError` after 30 seconds.
        """
        deadline = time.monotonic() + 30
        while not self.sent:
            assert time.monotonic() < deadline, "no transaction came"
            time.sleep(0.01)

    def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        node = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                node.methods.append(request["method"])
                if node.fault is not None:
                    node.fault(node, self)
                else:
                    answer(self, {"id": request["id"], **node.reply(request)})

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        self.released.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def reply(self, request: dict[str, Any]) -> dict[str, Any]:
        method, params = request["method"], request["params"]
        if method == "eth_getBlockByNumber":
            number = self.head if params[0] == "latest" else int(params[0], 16)
            return {"result": self._block(number) if number <= self.head else None}
        if method == "eth_call":
            return {"error": {"code": 3, "message": "execution reverted"}}
        if method == "eth_maxPriorityFeePerGas":
            return {"error": {"code": -32601, "message": "the method does not exist"}}
        # A balance says which node answered.
        results = {"eth_chainId": hex(self.chain_id), "eth_getBalance": hex(self._port)}
        results["eth_getCode"] = "0x" + self.code.hex()
        return {"result": results.get(method)}

    def _block(self, number: int) -> dict[str, Any]:
        return {
            "number": hex(number),
            "hash": "0x" + bytes([self.genesis]).hex() + number.to_bytes(31).hex(),
            "parentHash": "0x" + "22" * 32,
            "timestamp": hex(number),
            "baseFeePerGas": "0x5",
            "transactions": [],
        }


def answer(handler: BaseHTTPRequestHandler, content: object, status: int = 200) -> None:
    """Send a body, as JSON unless it is bytes."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def hang(node: HttpNode, _: BaseHTTPRequestHandler) -> None:
    node.released.wait(30)


def reset(_: HttpNode, handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def status_500(_: HttpNode, handler: BaseHTTPRequestHandler) -> None:
    answer(handler, b"oops", 500)


def status_429(_: HttpNode, handler: BaseHTTPRequestHandler) -> None:
    answer(handler, b"slow down", 429)


def not_json(_: HttpNode, handler: BaseHTTPRequestHandler) -> None:
    answer(handler, b"<html>")


def malformed(_: HttpNode, handler: BaseHTTPRequestHandler) -> None:
    answer(handler, {"id": 1, "result": {"number": "one"}})


FAULTS = (hang, reset, status_500, status_429, not_json, malformed)
