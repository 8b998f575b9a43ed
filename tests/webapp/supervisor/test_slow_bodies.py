"""The web application as it is run: bodies that come byte by byte are ended, and others are served."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import instance
from tests.support.wallet import PASSWORD, V1
from webapp.supervisor.children import web_child
from webapp.supervisor.preflight import PortClaim

from .conftest import PATIENCE, ROOT, wait_until

pytestmark = pytest.mark.stack
# More than the server has threads: two processes of sixteen.
DRIBBLERS = 40
JSON_BODY = (
    f"POST {V1}/users HTTP/1.1|Host: x|Content-Type: application/json|Content-Length: 9999||{{"
)
FORM_BODY = (
    f"POST {V1}/oauth/token HTTP/1.1|Host: x|Content-Length: 9999|"
    "Content-Type: application/x-www-form-urlencoded||"
)
HEAD = f"GET {V1}/log HTTP/1.1|Host: x|X-Long: "
HEADS = tuple(one.replace("|", "\r\n") for one in (JSON_BODY, FORM_BODY, HEAD))


class Dribblers:
    """Clients that send a byte each, again and again, until the server has ended all of them."""

    def __init__(self, port: int) -> None:
        self.open = [self._begin(port, HEADS[n % len(HEADS)]) for n in range(DRIBBLERS)]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._dribble)
        self._thread.start()

    @staticmethod
    def _begin(port: int, head: str) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        client.sendall(head.encode())
        client.setblocking(False)
        return client

    def _dribble(self) -> None:
        while self.open and not self._stop.wait(0.2):
            self.open = [client for client in self.open if self._goes_on(client)]

    @staticmethod
    def _goes_on(client: socket.socket) -> bool:
        try:
            client.send(b"a")
            if client.recv(4_096):
                return True  # an answer; the end comes after it
        except BlockingIOError:
            return True
        except OSError:
            pass
        client.close()
        return False

    def end(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        for client in self.open:
            client.close()


@pytest.fixture
def server(tmp_path: Path, sqlite_template: Path, free_port: int) -> Iterator[int]:
    """Run the web application by the very words of `troth run`; give its port."""
    settings: dict[str, Any] = {"data_dir": tmp_path, "port": free_port} | instance.SECRETS
    settings["database_url"] = instance.copied_sqlite(sqlite_template, tmp_path)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
    env = clean | {f"TROTH_{name.upper()}": str(value) for name, value in settings.items()}
    child = web_child(tmp_path, PortClaim("127.0.0.1", free_port, "TROTH_PORT"), {})
    log = tmp_path / "web.txt"
    with log.open("wb") as file:
        process = subprocess.Popen(child.argv, cwd=ROOT, env=env, stdout=file, stderr=file)
    try:
        wait_until(lambda: status(free_port, "/health/live") == 200, "the server is up")
        yield free_port
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, log.read_text()


def status(port: int, path: str, body: str | None = None) -> int:
    """Return the status of an answer, 0 where there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection), contextlib.suppress(OSError):
        headers = {"Content-Type": "application/json"}
        connection.request("GET" if body is None else "POST", path, body, headers)
        return connection.getresponse().status
    return 0


def test_bodies_that_come_byte_by_byte_end_and_others_are_served_meanwhile(server: int) -> None:
    dribblers = Dribblers(server)
    try:
        assert status(server, f"{V1}/auth/siwe/nonce", "") == 200
        wait_until(lambda: not dribblers.open, "the server has ended all who dribble")
        body = f'{{"handle":"quick","password":"{PASSWORD}"}}'
        assert status(server, f"{V1}/users", body) == 201
    finally:
        dribblers.end()
