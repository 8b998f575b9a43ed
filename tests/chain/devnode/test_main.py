"""The node as a process: it stops when asked, says what is wrong, and loses nothing to kill -9."""

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from chain.devnode import DevNode

ROOT = Path(__file__).parents[3]


def _start(*arguments: str | Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "chain.devnode", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextlib.contextmanager
def _running(data: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    with _start("--data", data, "--port", "0") as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("chain at http://127.0.0.1:"), line
            yield process, line.removeprefix("chain at ").strip()
        finally:
            process.kill()


def _request(connection: http.client.HTTPConnection, method: str, *params: Any) -> Any:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    connection.request("POST", "/", body, {"Content-Type": "application/json"})
    return json.load(connection.getresponse())["result"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_asked_with_exit_code_0(tmp_path: Path, number: signal.Signals) -> None:
    with _running(tmp_path / "chain") as (process, url):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
        assert _request(connection, "eth_blockNumber") == "0x0"
        process.send_signal(number)
        assert process.wait(timeout=20) == 0
        connection.close()


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with _start("--data", tmp_path / "chain", "--port", str(port)) as process:
            _, error = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in error
    assert error.count("\n") == 1


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with _start("--data", tmp_path / "absent" / "chain", "--port", "0") as process:
        _, error = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "cannot be used" in error
    assert error.count("\n") == 1


def test_acknowledged_transactions_survive_kill_9(tmp_path: Path, signer: Any) -> None:
    data = tmp_path / "chain"
    acknowledged: list[str] = []

    def stream(url: str, enough: threading.Event, at_least: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            nonce = int(
                _request(connection, "eth_getTransactionCount", signer.address, "latest"), 16
            )
            while True:
                sent = _request(connection, "eth_sendRawTransaction", signer.sign(nonce=nonce))
                acknowledged.append(sent)
                nonce += 1
                if len(acknowledged) >= at_least:
                    enough.set()
        connection.close()

    for burst in (1, 9, 25):
        with _running(data) as (process, url):
            enough = threading.Event()
            thread = threading.Thread(target=stream, args=(url, enough, len(acknowledged) + burst))
            thread.start()
            assert enough.wait(timeout=60)
            process.kill()
            thread.join(timeout=60)

    node = DevNode(data)
    lost = [
        sent for sent in acknowledged if node.request("eth_getTransactionReceipt", [sent]) is None
    ]
    count = int(node.request("eth_getTransactionCount", [signer.address, "latest"]), 16)
    assert lost == []
    # One more may be mined in each round than its answer reached the client.
    assert len(acknowledged) <= count <= len(acknowledged) + 3
    assert int(node.request("eth_blockNumber", []), 16) == count
    signer.nonce = count
    signer.send(node)
    node.close()
