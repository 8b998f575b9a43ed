import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.supervisor import probes


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers GET /N with status N, and every POST with 200."""

    def do_GET(self) -> None:
        self.send_response(int(self.path[1:]))
        self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200 if b"eth_chainId" in body else 400)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        return


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "ready"), [(200, True), (404, True), (500, False), (503, False)]
)
def test_http_is_ready_below_500(port: int, status: int, ready: bool) -> None:
    assert probes.http_answers(f"http://127.0.0.1:{port}/{status}")() is ready


def test_the_chain_and_the_port_answer(port: int) -> None:
    everywhere = "0.0.0.0"  # noqa: S104 - what a server is told; the probe asks loopback
    assert probes.chain_answers(everywhere, port)()
    assert probes.port_answers(everywhere, port)()


def test_nobody_there_is_not_ready(free_port: int, tmp_path: Path) -> None:
    assert not probes.http_answers(f"http://127.0.0.1:{free_port}/")()
    assert not probes.chain_answers("127.0.0.1", free_port)()
    assert not probes.port_answers("127.0.0.1", free_port)()
    assert not probes.redis_answers(tmp_path / "none.sock")()


def test_a_redis_that_still_loads_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("r.sock")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(2)

        def answer(words: bytes) -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(64)
                connection.sendall(words)

        for words, ready in ((b"-LOADING Redis is loading\r\n", False), (b"+PONG\r\n", True)):
            thread = threading.Thread(target=answer, args=(words,))
            thread.start()
            assert probes.redis_answers(path)() is ready
            thread.join()
