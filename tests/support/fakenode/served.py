"""A fake node over HTTP, for processes of their own; a send can be held up half way."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.fakenode.faults import SEND
from tests.support.fakenode.node import FakeNode


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class ServedNode:
    """Serves a node until closed; while `hold` is set, it answers no send, though it takes what is sent."""

    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.hold, self.held = threading.Event(), threading.Event()
        self._released = threading.Event()
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = served.node.request(asked["method"], asked["params"])
                if asked["method"] == SEND and served.hold.is_set():
                    served.held.set()
                    served._released.wait(60)
                    return
                body = json.dumps({"jsonrpc": "2.0", "id": asked["id"]} | answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def release(self) -> None:
        """Break off what is held up, and hold up nothing more."""
        self.hold.clear()
        self._released.set()

    def close(self) -> None:
        """Listen no longer."""
        self.release()
        self._server.shutdown()
        self._server.server_close()
