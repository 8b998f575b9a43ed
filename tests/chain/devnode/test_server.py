"""HTTP: who may ask, how much, and what web pages get."""

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from web3 import HTTPProvider, Web3

from chain.devnode import DevNode, Server, serve

ORIGIN = "http://localhost:8000"


@pytest.fixture
def server(node: DevNode) -> Iterator[Server]:
    with serve(node, origins=[ORIGIN]) as made:
        yield made


def _send(
    server: Server,
    body: bytes | None = None,
    method: str = "POST",
    rpc: str = "eth_chainId",
    params: list[Any] | None = None,
    **headers: str | None,
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    if body is None and method == "POST":
        body = json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": rpc, "params": params or []}
        ).encode()
    named = {"Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    try:
        connection.request(
            method, "/", body, {name: value for name, value in named.items() if value is not None}
        )
        answer = connection.getresponse()
        return (
            answer.status,
            {name.lower(): value for name, value in answer.getheaders()},
            answer.read(),
        )
    finally:
        connection.close()


def test_web3_speaks_to_it(server: Server) -> None:
    w3: Any = Web3(HTTPProvider(server.url))
    assert w3.is_connected()
    sent = w3.eth.send_transaction(
        {"from": w3.eth.accounts[0], "to": w3.eth.accounts[1], "value": 1}
    )
    assert w3.eth.wait_for_transaction_receipt(sent)["status"] == 1


def test_many_threads_lose_nothing(node: DevNode, server: Server) -> None:
    failures: list[str] = []

    def send(key: int) -> None:
        for _ in range(5):
            sender = node.request("eth_accounts", [])[key]
            params = [{"from": sender, "to": "0x" + "11" * 20, "value": "0x1", "gas": "0x5208"}]
            status, _, body = _send(server, rpc="eth_sendTransaction", params=params)
            if status != 200 or "result" not in json.loads(body):
                failures.append(body.decode())

    threads = [threading.Thread(target=send, args=(key,)) for key in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert node.request("eth_getBalance", ["0x" + "11" * 20, "latest"]) == hex(40)


def test_a_configured_origin_may_read_and_send_signed_transactions(
    server: Server, signer: Any
) -> None:
    status, headers, body = _send(
        server, rpc="eth_sendRawTransaction", params=[signer.sign()], Origin=ORIGIN
    )
    assert (status, headers["access-control-allow-origin"]) == (200, ORIGIN)
    assert "result" in json.loads(body)
    assert headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "method", ["evm_mine", "evm_snapshot", "evm_increaseTime", "evm_nothing", "eth_sendTransaction"]
)
def test_web_pages_get_no_unlocked_account_and_no_clock(
    node: DevNode, server: Server, method: str
) -> None:
    params = [{"from": node.request("eth_accounts", [])[0], "to": "0x" + "11" * 20}]
    status, _, body = _send(server, rpc=method, params=params, Origin=ORIGIN)
    assert status == 200
    assert json.loads(body)["error"]["code"] == -32601
    batch = json.dumps([{"jsonrpc": "2.0", "id": 1, "method": method, "params": params}]).encode()
    _, _, body = _send(server, batch, Origin=ORIGIN)
    assert json.loads(body)[0]["error"]["code"] == -32601
    assert node.request("eth_blockNumber", []) == "0x0"


@pytest.mark.parametrize("origin", ["http://localhost:9999", "https://evil.example", "null", ""])
def test_other_origins_get_nothing(server: Server, origin: str) -> None:
    for method in ("POST", "OPTIONS"):
        status, headers, _ = _send(server, method=method, Origin=origin)
        assert status == 403
        assert "access-control-allow-origin" not in headers


def test_a_preflight_of_a_configured_origin_is_allowed(server: Server) -> None:
    status, headers, _ = _send(server, method="OPTIONS", Origin=ORIGIN)
    assert status == 204
    assert headers["access-control-allow-origin"] == ORIGIN
    assert "POST" in headers["access-control-allow-methods"]
    assert headers["access-control-allow-headers"] == "Content-Type"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8545", "127.0.0.1.evil.example", "[", ""]
)
def test_other_host_names_get_nothing(server: Server, host: str) -> None:
    assert _send(server, Host=host)[0] == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8545", "[::1]:8545"])
def test_names_of_this_machine_are_answered(server: Server, host: str) -> None:
    assert _send(server, Host=host)[0] == 200


def test_a_body_may_have_one_mebibyte_and_no_more(server: Server) -> None:
    whole = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}).encode()
    assert _send(server, whole.ljust(1 << 20))[0] == 200
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str((1 << 20) + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_what_a_page_can_post_without_a_preflight_is_refused(
    server: Server, kind: str | None
) -> None:
    assert _send(server, Content_Type=kind)[0] == 415


def test_a_request_says_its_length(server: Server) -> None:
    for length in ("-1", "x", "+5"):
        assert _send(server, b"", Content_Length=length)[0] == 411


def test_get_says_how_to_ask(server: Server) -> None:
    status, _, body = _send(server, method="GET")
    assert status == 405
    assert b"POST" in body


def test_malformed_json_is_answered_as_json_rpc(server: Server) -> None:
    status, _, body = _send(server, b"{")
    assert status == 200
    assert json.loads(body)["error"]["code"] == -32700


def test_a_connection_serves_many_requests(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"})
    for _ in range(3):
        connection.request("POST", "/", body, {"Content-Type": "application/json"})
        assert connection.getresponse().read().startswith(b'{"jsonrpc"')
    connection.close()


def test_a_client_that_asks_before_sending_is_told_to_go_on(server: Server) -> None:
    body = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as raw:
        raw.sendall(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        assert raw.recv(100).startswith(b"HTTP/1.1 100")
        raw.sendall(body)
        assert b" 200 " in raw.recv(4096)


def test_connections_are_bounded(node: DevNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chain.devnode.server.MAX_CONNECTIONS", 2)
    with serve(node) as server:
        held = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(2)]
        answer = b""
        with (
            socket.create_connection(("127.0.0.1", server.port), timeout=20) as third,
            contextlib.suppress(ConnectionError),
        ):
            third.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = third.recv(10)
        assert answer == b""
        for connection in held:
            connection.close()


def test_contracts_may_call_each_other_as_deep_as_their_gas_reaches(
    node: DevNode, server: Server
) -> None:
    # CALL(GAS, ADDRESS, 0, 0, 0, 0, 0): the contract calls itself with all that it has.
    runtime = "60006000600060006000305af100"
    creation = "0x6d" + runtime + "600052600e6012f3"
    sender = node.request("eth_accounts", [])[0]
    sent = node.request("eth_sendTransaction", [{"from": sender, "data": creation}])
    address = node.request("eth_getTransactionReceipt", [sent])["contractAddress"]
    assert node.request("eth_getCode", [address, "latest"]) == "0x" + runtime
    _, _, body = _send(
        server, rpc="eth_call", params=[{"to": address, "gas": hex(10**9)}, "latest"]
    )
    assert json.loads(body)["result"] == "0x"


def test_a_closed_node_says_so(node: DevNode, server: Server) -> None:
    node.close()
    node.close()
    _, _, body = _send(server)
    assert "closed" in json.loads(body)["error"]["message"]
