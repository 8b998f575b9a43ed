"""JSON-RPC 2.0: bytes in, bytes out; single requests, notifications and batches."""

import json
import logging
import re
from typing import Any, Protocol

from chain.devnode.errors import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    PARSE_ERROR,
    InvalidParams,
    RpcError,
)

MAX_BATCH = 100
MAX_DEPTH = 64
# Possessive, and a string that never ends counts as one: each byte is looked at once.
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = re.compile(rb"[^\[\]{}]+")
logger = logging.getLogger(__name__)


class Answerer(Protocol):
    """Whatever answers one request; DevNode does."""

    def request(self, method: str, params: list[Any]) -> Any:
        """Return the result, or raise RpcError."""


def handle(node: Answerer, body: bytes) -> bytes:
    """Answer the body of a request; empty if it held notifications only (JSON-RPC 2.0)."""
    try:
        message = _parse(body)
    except ValueError:
        return _dump(
            _failure(None, RpcError(PARSE_ERROR, "parse error: the body is not JSON in UTF-8"))
        )
    if not isinstance(message, list):
        answer = _answer(node, message)
        return b"" if answer is None else _dump(answer)
    if not 0 < len(message) <= MAX_BATCH:
        error = RpcError(
            INVALID_REQUEST, f"a batch has 1 to {MAX_BATCH} requests, not {len(message)}"
        )
        return _dump(_failure(None, error))
    answers = [answer for item in message if (answer := _answer(node, item)) is not None]
    return _dump(answers) if answers else b""


def _parse(body: bytes) -> Any:
    if _depth(body) > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    # By itself json.loads would also take other encodings, lone surrogates and NaN.
    return json.loads(body.decode(), parse_constant=_no_constant)


def _depth(body: bytes) -> int:
    """Return how deep the brackets go, before the parser sees them.

    py-evm raises Python's recursion limit so far that a deeply nested body would overflow the C stack of
    the parser and end the process.
    """
    brackets = _NOT_BRACKETS.sub(b"", _STRINGS.sub(b"", body))
    depth = deepest = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _dump(message: Any) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


def _failure(request_id: Any, error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "error": error.as_json()}


def _answer(node: Answerer, message: Any) -> dict[str, Any] | None:
    request_id = message.get("id") if isinstance(message, dict) else None
    if isinstance(request_id, dict | list | bool):
        request_id = None
    try:
        method, params = _read(message)
        result = node.request(method, params)
    except RpcError as error:
        answer = _failure(request_id, error)
    except Exception:
        # The boundary of the node: told in brief to the client, in full to the log.
        logger.exception("internal error in answering a request")
        answer = _failure(
            request_id, RpcError(INTERNAL_ERROR, "internal error; see the node's log")
        )
    else:
        answer = {"jsonrpc": "2.0", "id": request_id, "result": result}
    silent = (
        isinstance(message, dict) and "id" not in message and isinstance(message.get("method"), str)
    )
    return None if silent else answer


def _read(message: Any) -> tuple[str, list[Any]]:
    if (
        not isinstance(message, dict)
        or message.get("jsonrpc") != "2.0"
        or not isinstance(message.get("method"), str)
    ):
        raise RpcError(INVALID_REQUEST, 'a request is an object with jsonrpc "2.0" and a method')
    params = message.get("params")
    if params is None:
        params = []
    if not isinstance(params, list):
        raise InvalidParams("non-array args: params must be a list")
    return message["method"], params
