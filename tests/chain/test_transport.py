import dataclasses
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from eth_hash.auto import keccak

from chain.client import ChainClient
from chain.errors import (
    AlreadyKnown,
    ChainError,
    NodeUnavailable,
    NonceTooLow,
    NotDelivered,
    RpcRefused,
    SendOutcomeUnknown,
)

RAW = bytes.fromhex("02") + b"any bytes"


class FakeNode:
    """Answers every request the same way and counts what it got."""

    def __init__(self) -> None:
        self.methods: list[str] = []
        self.answer: Callable[[BaseHTTPRequestHandler, Any], None] = lambda *_: None

    @contextmanager
    def served(self) -> Iterator[str]:
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = json.loads(body)
                node.methods.append(request["method"])
                node.answer(self, request)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def body(handler: BaseHTTPRequestHandler, content: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def result(value: object) -> Callable[[BaseHTTPRequestHandler, Any], None]:
    return lambda handler, request: body(
        handler, json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": value}).encode()
    )


def error(code: int, message: str) -> Callable[[BaseHTTPRequestHandler, Any], None]:
    return lambda handler, request: body(
        handler,
        json.dumps(
            {"jsonrpc": "2.0", "id": request["id"], "error": {"code": code, "message": message}}
        ).encode(),
    )


def hang_up(handler: BaseHTTPRequestHandler, _: object) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def status_500(handler: BaseHTTPRequestHandler, _: object) -> None:
    body(handler, b"oops", 500)


def not_json(handler: BaseHTTPRequestHandler, _: object) -> None:
    body(handler, b"<html>")


@pytest.fixture
def node() -> FakeNode:
    return FakeNode()


@pytest.fixture
def url(node: FakeNode) -> Iterator[str]:
    with node.served() as address:
        yield address


@pytest.mark.parametrize("answer", [hang_up, status_500, not_json, result("0xzz"), result(None)])
def test_what_a_broken_node_answers_is_unavailability(
    node: FakeNode, url: str, answer: Callable[[BaseHTTPRequestHandler, Any], None]
) -> None:
    node.answer = answer
    with pytest.raises(NodeUnavailable) as caught:
        ChainClient(url).chain_id()
    assert caught.value.url == url


@pytest.mark.parametrize("content", [b"[]", b"1", b"{}", b'{"error": "no"}', b"\xff\xfe"])
def test_an_answer_that_is_not_json_rpc_is_unavailability(
    node: FakeNode, url: str, content: bytes
) -> None:
    node.answer = lambda handler, _: body(handler, content)
    with pytest.raises(NodeUnavailable):
        ChainClient(url).chain_id()


BLOCK = {
    "number": "0x1",
    "hash": "0x" + "11" * 32,
    "parentHash": "0x" + "22" * 32,
    "timestamp": "0x3",
    "transactions": [],
}


@pytest.mark.parametrize(
    "change",
    [
        {"number": 1},
        {"number": None},
        {"number": "1"},
        {"number": "0x2"},
        {"hash": "0x11"},
        {"timestamp": "0x"},
        {"timestamp": True},
        {"timestamp": hex(2**63)},
        {"baseFeePerGas": hex(2**63)},
        {"baseFeePerGas": "-1"},
        {"transactions": None},
        {"transactions": ["0x11"]},
    ],
)
def test_a_malformed_block_is_noticed(node: FakeNode, url: str, change: dict[str, object]) -> None:
    node.answer = result(BLOCK)
    good = ChainClient(url).block(1)
    assert good is not None
    assert (good.number, good.time, good.base_fee) == (1, 3, None)
    node.answer = result(BLOCK | change)
    with pytest.raises(NodeUnavailable, match="malformed"):
        ChainClient(url).block(1)


def test_logs_of_another_block_than_asked_for_are_noticed(node: FakeNode, url: str) -> None:
    node.answer = result(
        [
            {
                "address": "0x" + "11" * 20,
                "topics": [],
                "data": "0x",
                "blockNumber": "0x1",
                "blockHash": "0x" + "11" * 32,
                "transactionHash": "0x" + "22" * 32,
                "logIndex": "0x0",
            }
        ]
    )
    client = ChainClient(url)
    assert len(client.logs("0x" + "11" * 20, [], b"\x11" * 32)) == 1
    with pytest.raises(NodeUnavailable, match="another block"):
        client.logs("0x" + "11" * 20, [], b"\x22" * 32)


def test_a_read_over_a_broken_connection_is_tried_once_more(node: FakeNode, url: str) -> None:
    def first_hang_up(handler: BaseHTTPRequestHandler, request: Any) -> None:
        (hang_up if len(node.methods) == 1 else result("0x7"))(handler, request)

    node.answer = first_hang_up
    assert ChainClient(url).chain_id() == 7
    assert node.methods == ["eth_chainId"] * 2


@pytest.mark.parametrize(
    "answer",
    [
        hang_up,
        status_500,
        not_json,
        result(None),
        result("0x" + "11" * 32),
        error(-32603, "internal error"),
        error(-32000, "something new"),
        error(3, "execution reverted"),
    ],
)
def test_a_send_that_is_not_clearly_answered_is_unknown_and_never_repeated(
    node: FakeNode, url: str, answer: Callable[[BaseHTTPRequestHandler, Any], None]
) -> None:
    node.answer = answer
    with pytest.raises(SendOutcomeUnknown) as caught:
        ChainClient(url).send_raw(RAW)
    assert caught.value.transaction == keccak(RAW)
    assert node.methods == ["eth_sendRawTransaction"]


def test_a_send_that_times_out_is_unknown_and_never_repeated(node: FakeNode, url: str) -> None:
    released = threading.Event()
    node.answer = lambda *_: hang_up(_[0], released.wait(30))
    try:
        with pytest.raises(SendOutcomeUnknown):
            ChainClient(url, timeout=2.0).send_raw(RAW)
    finally:
        released.set()
    assert node.methods == ["eth_sendRawTransaction"]


@pytest.mark.parametrize(
    ("message", "kind"), [("already known", AlreadyKnown), ("nonce too low", NonceTooLow)]
)
def test_a_proven_answer_to_a_send_keeps_its_type(
    node: FakeNode, url: str, message: str, kind: type[RpcRefused]
) -> None:
    node.answer = error(-32000, message)
    with pytest.raises(kind):
        ChainClient(url).send_raw(RAW)
    assert node.methods == ["eth_sendRawTransaction"]


def test_a_refused_connection_is_proof_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(NotDelivered):
        ChainClient(f"http://127.0.0.1:{port}").send_raw(RAW)


def test_errors_do_not_show_keys_in_the_url() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    client = ChainClient(f"http://user:secret@127.0.0.1:{port}/v2/secret?key=secret")
    with pytest.raises(ChainError) as caught:
        client.head()
    assert "secret" not in str(caught.value)
    assert client.url == f"http://127.0.0.1:{port}"


def test_a_forked_process_makes_its_own_connection(node: FakeNode, url: str) -> None:
    node.answer = result("0x7")
    client = ChainClient(url)
    client.chain_id()
    before = client._pool
    assert client._pool is before
    client._made = (os.getpid() + 1, before)
    assert client._pool is not before


def test_a_node_without_tip_suggestions_gets_a_usual_one(node: FakeNode, url: str) -> None:
    def answer(handler: BaseHTTPRequestHandler, request: Any) -> None:
        if request["method"] == "eth_maxPriorityFeePerGas":
            error(-32601, "the method does not exist")(handler, request)
        else:
            result(BLOCK | {"baseFeePerGas": "0x5"})(handler, request)

    node.answer = answer
    fees = ChainClient(url).fees()
    assert dataclasses.astuple(fees) == (5, 10**9 + 10, 10**9)


def test_a_chain_without_base_fee_is_paid_its_gas_price(node: FakeNode, url: str) -> None:
    def answer(handler: BaseHTTPRequestHandler, request: Any) -> None:
        result("0x9" if request["method"] == "eth_gasPrice" else BLOCK)(handler, request)

    node.answer = answer
    assert dataclasses.astuple(ChainClient(url).fees()) == (9, 9, 9)
