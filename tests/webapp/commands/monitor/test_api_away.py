"""A server that does not let itself be read: bounded in bytes and time, never followed elsewhere."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
from werkzeug.wrappers import Response

from tests.support.answers import closed_port
from tests.webapp.commands.conftest import Done, Run
from webapp.commands.public_log.errors import UnclearError
from webapp.commands.public_log.http import BoundedHttp

from .conftest import Watched

UNUSABLE, UNCLEAR = 2, 3


def look_at(troth: Run, log: Watched, url: str) -> Done:
    return troth("monitor", "--api", url, "--rpc", log.rpc, *log.pins)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Response(b" " * (5 << 20)), "answers /api/v1/log/batches with more than 4194304 bytes"),
        (Response(status=302, headers={"Location": "/elsewhere"}), "redirects /api/v1/log/batches"),
        (Response(status=500), "with HTTP status 500"),
        (Response(status=404), "keeps no log of"),
        (Response(b"<html>"), "cannot be read"),
        (Response(b"[" * 100), "nests deeper"),
        (Response(gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"}), "packs its answer"),
    ],
)
def test_answers_that_are_none_are_named(
    troth: Run, full: Watched, answer: Response, words: str
) -> None:
    nobody = ("--anchorer", "0x" + "12" * 20)
    full.liar.instead = lambda path: answer if "/log/" in path else None
    done = troth(*full.options, *nobody)
    assert done.code == UNCLEAR, done.out
    assert words in done.out


def test_an_api_that_hides_the_whole_log_withholds_it(troth: Run, full: Watched) -> None:
    full.liar.instead = lambda path: Response(status=404) if "/log/" in path else None
    done = troth(*full.options)
    assert done.code == 1
    assert "The chain holds 2 batches; the API withholds batch 0." in done.out


def test_nobody_listening_cannot_be_told(troth: Run, full: Watched) -> None:
    done = look_at(troth, full, f"http://127.0.0.1:{closed_port()}")
    assert done.code == UNCLEAR
    assert "did not answer /api/v1/log/batches (ConnectionRefusedError)" in done.out


def test_a_node_that_is_away_or_another_cannot_be_told(troth: Run, full: Watched) -> None:
    nowhere = f"http://127.0.0.1:{closed_port()}"
    done = troth(*full.options, "--rpc", nowhere)
    assert done.code == UNCLEAR
    assert "The node did not answer" in done.out
    other = troth(*full.options, "--genesis", "0x" + "ab" * 32)
    assert other.code == UNCLEAR
    assert "pinned are" in other.out


@contextmanager
def full_backlog() -> Iterator[tuple[str, int]]:
    """Give an address that takes no connection and refuses none."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(server.getsockname())
        yield server.getsockname()


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    """Serve an answer that never ends, a byte at a time."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    connection.sendall(head)
                    while not stop.is_set():
                        connection.sendall(b" ")
                        time.sleep(0.02)
                except OSError:
                    return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9999\r\n\r\n",
    ],
    ids=["status", "headers", "body", "no length", "close"],
)
@pytest.mark.timeout(30)
def test_an_answer_that_drips_is_cut_off(
    troth: Run, full: Watched, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr("webapp.commands.monitor.ANSWER_SECONDS", 0.3)
    with dripping(head) as url:
        done = look_at(troth, full, url)
    assert done.code == UNCLEAR, done.out


@pytest.mark.timeout(30)
def test_an_address_that_never_answers_takes_no_more_than_the_time_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with full_backlog() as silent:
        both = [(2, 1, 6, "", silent), (2, 1, 6, "", silent)]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_: both)
        with pytest.raises(UnclearError, match=r"not within 0\.3 s"):
            BoundedHttp("http://two.example", 0.3).get("/log", {})


@pytest.mark.timeout(30)
def test_a_name_that_is_never_resolved_takes_no_more_than_the_time_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()

    def hang(*_: object) -> list[object]:
        released.wait(20)
        return []

    monkeypatch.setattr("socket.getaddrinfo", hang)
    try:
        with pytest.raises(UnclearError, match=r"not within 0\.3 s"):
            BoundedHttp("http://slow.example", 0.3).get("/log", {})
        assert not released.is_set()
    finally:
        released.set()


@pytest.mark.parametrize(
    "url", ["ftp://x", "nonsense", "http://u:p@127.0.0.1", "http://x?key=1", "http://x:99999"]
)
def test_a_url_that_cannot_be_used_makes_the_call_unusable(
    troth: Run, full: Watched, url: str
) -> None:
    done = look_at(troth, full, url)
    assert (done.code, done.out) == (UNUSABLE, "")
