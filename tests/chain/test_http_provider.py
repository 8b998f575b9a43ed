"""A node that misbehaves over HTTP costs a bounded number of bytes and seconds, and is followed nowhere."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from chain.client import ChainClient
from chain.errors import NodeUnavailable
from chain.http_provider import MAX_ANSWER_BYTES
from tests.chain.test_transport import FakeNode, body, result


@pytest.fixture
def node() -> FakeNode:
    return FakeNode()


@pytest.fixture
def url(node: FakeNode) -> Iterator[str]:
    with node.served() as address:
        yield address


def head(handler: BaseHTTPRequestHandler, status: int = 200, **headers: object) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), str(value))
    handler.end_headers()


def test_redirects_are_not_followed(node: FakeNode, url: str) -> None:
    node.answer = lambda handler, _: head(handler, 307, Location=url, Content_Length=0)
    with pytest.raises(NodeUnavailable, match="status 307"):
        ChainClient(url).chain_id()
    assert node.methods == ["eth_chainId"]


def test_packed_answers_are_not_unpacked(node: FakeNode, url: str) -> None:
    packed = gzip.compress(b'{"jsonrpc": "2.0", "id": 0, "result": "0x1"}')

    def answer(handler: BaseHTTPRequestHandler, _: Any) -> None:
        assert handler.headers["Accept-Encoding"] == "identity"
        head(handler, Content_Encoding="gzip", Content_Length=len(packed))
        handler.wfile.write(packed)

    node.answer = answer
    with pytest.raises(NodeUnavailable, match="packed"):
        ChainClient(url).chain_id()


@pytest.mark.parametrize("length", [True, False])
def test_an_answer_without_an_end_is_cut_off(node: FakeNode, url: str, length: bool) -> None:
    def answer(handler: BaseHTTPRequestHandler, _: Any) -> None:
        head(handler, **({"Content_Length": 1 << 40} if length else {}))
        handler.close_connection = True
        try:
            for _ in range(2 * MAX_ANSWER_BYTES >> 20):
                handler.wfile.write(b" " * (1 << 20))
        except OSError:
            pass

    node.answer = answer
    with pytest.raises(NodeUnavailable, match="more than"):
        ChainClient(url).chain_id()


def test_an_answer_that_nests_too_deep_is_malformed(node: FakeNode, url: str) -> None:
    node.answer = lambda handler, _: body(handler, b"[" * 1_000_000)
    with pytest.raises(NodeUnavailable, match="malformed"):
        ChainClient(url).chain_id()


def _drip_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")


@pytest.mark.timeout(30)
@pytest.mark.parametrize("begin", [_drip_headers, head, lambda h: head(h, Content_Length=9999)])
def test_an_answer_that_drips_is_cut_off(
    node: FakeNode, url: str, begin: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    stop = threading.Event()

    def answer(handler: BaseHTTPRequestHandler, _: Any) -> None:
        handler.close_connection = True
        try:
            begin(handler)
            while not stop.wait(0.02):
                handler.wfile.write(b" ")
        except OSError:
            pass

    node.answer = answer
    try:
        with pytest.raises(NodeUnavailable, match=r"within 1 s"):
            ChainClient(url, timeout=1.0).chain_id()
    finally:
        stop.set()


def test_no_password_of_a_netrc_file_is_sent(
    node: FakeNode, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler, request: Any) -> None:
        seen.append(handler.headers["Authorization"])
        result("0x7")(handler, request)

    node.answer = answer
    assert ChainClient(url).chain_id() == 7
    assert seen == [None]


def test_one_connection_is_kept_open(node: FakeNode, url: str) -> None:
    ports: set[int] = set()

    def answer(handler: BaseHTTPRequestHandler, request: Any) -> None:
        ports.add(handler.client_address[1])
        body(handler, json.dumps({"id": request["id"], "result": "0x7"}).encode())

    node.answer = answer
    client = ChainClient(url)
    assert [client.chain_id() for _ in range(5)] == [7] * 5
    assert len(ports) == 1
