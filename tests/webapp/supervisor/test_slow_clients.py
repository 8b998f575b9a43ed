"""Clients that connect and say nothing, or speak slowly, do not keep others from being served."""

import contextlib
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from .conftest import PATIENCE, PROGRAMS, ROOT, wait_until

pytestmark = pytest.mark.stack
SLOW = {
    "silent": b"",
    "slow head": b"GET / HTTP/1.1\r\nHost: x\r\n",
    "slow body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx",
}


def test_more_idle_and_slow_clients_than_threads_do_not_stop_the_rest(
    tmp_path: Path, free_port: int
) -> None:
    log = tmp_path / "web.log"
    words = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{free_port}"]
    words += ["--worker-class", "quick_worker.QuickWorker", "--workers", "1", "--threads", "2"]
    words += ["--no-control-socket", "reading_app:app"]
    env = {"PYTHONPATH": f"{ROOT}:{PROGRAMS}", "PATH": "/usr/bin:/bin"}
    with log.open("wb") as file:
        server = subprocess.Popen(words, cwd=PROGRAMS, env=env, stdout=file, stderr=file)

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/", timeout=20) as answer:
                return bool(answer.read() == b"up\n")
        except OSError:
            return False

    try:
        wait_until(answers, "the server is up")
        with contextlib.ExitStack() as clients:
            for sent in SLOW.values():
                for _ in range(3):
                    client = clients.enter_context(
                        socket.create_connection(("127.0.0.1", free_port), timeout=PATIENCE)
                    )
                    client.sendall(sent)
            assert answers(), log.read_text()
        assert answers(), log.read_text()
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
