"""The envelope of JSON-RPC 2.0: requests, batches, notifications, and everything malformed."""

import json
from typing import Any

import pytest

from chain.devnode.errors import Refused, Reverted
from chain.devnode.rpc import handle


class Echo:
    def __init__(self) -> None:
        self.seen: list[tuple[str, list[Any]]] = []

    def request(self, method: str, params: list[Any]) -> Any:
        self.seen.append((method, params))
        if method == "refuse":
            raise Refused("no")
        if method == "revert":
            raise Reverted("execution reverted", b"\x01")
        if method == "break":
            raise ZeroDivisionError
        return params


@pytest.fixture
def node() -> Echo:
    return Echo()


def _ask(node: Echo, message: Any) -> Any:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    answer = handle(node, body)
    return json.loads(answer) if answer else None


def _request(method: str = "echo", **fields: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method} | fields


def test_a_request_is_answered_with_its_id(node: Echo) -> None:
    for name in (1, "a", None, 1.5):
        assert _ask(node, _request(id=name, params=[1])) == {
            "jsonrpc": "2.0",
            "id": name,
            "result": [1],
        }
    assert _ask(node, _request(params=None))["result"] == []


def test_errors_have_code_message_and_data(node: Echo) -> None:
    assert _ask(node, _request("refuse"))["error"] == {"code": -32000, "message": "no"}
    assert _ask(node, _request("revert"))["error"] == {
        "code": 3,
        "message": "execution reverted",
        "data": "0x01",
    }


def test_a_fault_of_the_node_is_logged_and_told_in_brief(
    node: Echo, caplog: pytest.LogCaptureFixture
) -> None:
    error = _ask(node, _request("break"))["error"]
    assert error["code"] == -32603
    assert "Division" not in error["message"]
    assert "ZeroDivisionError" in caplog.text


def test_a_batch_is_answered_in_order_without_its_notifications(node: Echo) -> None:
    notification = {"jsonrpc": "2.0", "method": "echo"}
    answers = _ask(node, [_request(id=1), notification, 7, _request("refuse", id=2)])
    assert [answer["id"] for answer in answers] == [1, None, 2]
    assert answers[1]["error"]["code"] == -32600
    assert len(node.seen) == 3


def test_notifications_are_not_answered(node: Echo) -> None:
    notification = {"jsonrpc": "2.0", "method": "refuse"}
    assert _ask(node, notification) is None
    assert _ask(node, [notification, notification]) is None
    assert len(node.seen) == 3


@pytest.mark.parametrize("size", [0, 101])
def test_batches_are_bounded(node: Echo, size: int) -> None:
    assert _ask(node, [_request()] * size)["error"]["code"] == -32600
    assert node.seen == []


def test_a_batch_of_a_hundred_is_answered(node: Echo) -> None:
    assert len(_ask(node, [_request()] * 100)) == 100


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"a":1} x',
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"]" * 9 + b"[" * 70,
        b'"\xed\xa0\x80"',
        b"NaN",
    ],
)
def test_what_is_not_json_is_a_parse_error(node: Echo, body: bytes) -> None:
    answer = _ask(node, body)
    assert answer["error"]["code"] == -32700
    assert answer["id"] is None


def test_brackets_in_texts_are_no_nesting(node: Echo) -> None:
    text = '\\"[' * 1_000 + "{" * 1_000
    assert _ask(node, _request(params=[text]))["result"] == [text]
    assert _ask(node, _request(params=[[[[1]]], {"a": {"b": []}}]))["result"][0] == [[[1]]]


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * (1 << 19),
        b'["' + b'\\"' * (1 << 19),
        b'"' + b"\\" * (1 << 20),
        b'"' * (1 << 20),
    ],
    ids=["escaped quotes", "escaped quotes in a list", "backslashes", "quotes"],
)
def test_a_mebibyte_of_quotes_and_escapes_is_looked_at_once(node: Echo, body: bytes) -> None:
    assert _ask(node, body)["error"]["code"] == -32700


def test_brackets_after_an_escaped_quote_are_still_text(node: Echo) -> None:
    deep = "[" * 100
    for text in (f'"{deep}', f"\\{deep}", f'\\"{deep}"\\'):
        assert _ask(node, _request(params=[text, text]))["result"] == [text, text]
    nested = b'{"a":"\\\\\\"","b":' + b"[" * 65 + b"]" * 65 + b"}"
    assert _ask(node, nested)["error"]["code"] == -32700


@pytest.mark.parametrize(
    "message",
    [
        1,
        "eth_chainId",
        None,
        {},
        {"jsonrpc": "1.0", "id": 1, "method": "echo"},
        {"jsonrpc": "2.0", "id": 1},
        {"jsonrpc": "2.0", "id": 1, "method": 7},
    ],
)
def test_what_is_no_request_is_invalid(node: Echo, message: Any) -> None:
    assert _ask(node, message)["error"]["code"] == -32600
    assert node.seen == []


def test_named_parameters_are_refused(node: Echo) -> None:
    assert _ask(node, _request(params={"a": 1}))["error"]["code"] == -32602
