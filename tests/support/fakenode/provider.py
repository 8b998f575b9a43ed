"""A web3 provider over a fake node, with faults between the two."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from web3.providers import BaseProvider
from web3.types import RPCEndpoint

from tests.support.fakenode import failures
from tests.support.fakenode.faults import Fault, Faults, Injected, NoFaults
from tests.support.fakenode.malformed import mangle
from tests.support.fakenode.node import FakeNode
from tests.support.fakenode.rpc import View
from tests.support.fakenode.rules import ANVIL, GETH, RpcError

_BEFORE: dict[Fault, Callable[[], Exception]] = {
    Fault.TIMEOUT_BEFORE: failures.read_timeout,
    Fault.CONNECT_TIMEOUT: failures.connect_timeout,
    Fault.REFUSED: failures.refused,
    Fault.RESET_BEFORE: failures.reset,
    Fault.HTTP_429: lambda: failures.status(429),
}
_AFTER: dict[Fault, Callable[[], Exception]] = {
    Fault.TIMEOUT_AFTER: failures.read_timeout,
    Fault.RESET_AFTER: failures.reset,
    Fault.HTTP_500: lambda: failures.status(500),
    Fault.NOT_JSON: failures.not_json,
}
# Answers to a request that the node never saw.
_INSTEAD: dict[Fault, RpcError] = {
    Fault.RPC_LIMITED: RpcError(-32005, "daily request count exceeded, request rate limited"),
    Fault.RPC_INTERNAL: RpcError(-32603, "internal error"),
    Fault.FALSE_NONCE_TOO_LOW: GETH.error("nonce_too_low", next=1_000_000, nonce=0),
    Fault.FALSE_UNDERPRICED: GETH.error("underpriced"),
    Fault.FALSE_FUNDS: GETH.error("funds", balance=0, cost=1, missing=1),
    Fault.LOGS_UNKNOWN_BLOCK: GETH.error("unknown_block"),
}
# Results that take the place of true ones.
_RESULTS: dict[Fault, Any] = {
    Fault.LOGS_EMPTY: [],
    Fault.NO_RECEIPT: None,
    Fault.NO_TRANSACTION: None,
    Fault.NO_CODE: "0x",
    Fault.WRONG_CHAIN_ID: hex(424242),
    Fault.WRONG_HASH: "0x" + "ee" * 32,
}
_ANSWERED_ALREADY = {
    Fault.ALREADY_KNOWN: GETH.error("already_known"),
    Fault.ALREADY_IMPORTED: ANVIL.error("already_known"),
}


class FakeNodeProvider(BaseProvider):
    """For ChainClient("fake", provider=...); `node` and `faults` may be exchanged at any time.

    `requests` counts by method, `sends` how many sends reached the node.
    """

    def __init__(self, node: FakeNode | View, faults: Faults | None = None) -> None:
        super().__init__()
        self.node = node
        self.faults: Faults = faults or NoFaults()
        self.requests: Counter[str] = Counter()
        self.lag = 0
        self._lagging = 0

    def make_request(self, method: RPCEndpoint, params: Any) -> Any:
        """Answer one request, or raise what `requests` raises when it fails."""
        self.requests[method] += 1
        injected = self.faults.next(method)
        if injected is None:
            return self._ask(method, params)
        return self._fail(injected, method, list(params))

    def fall_behind(self, blocks: int, requests: int = 1_000_000_000) -> None:
        """Show the chain as a node that is behind does, for some requests."""
        self.lag, self._lagging = blocks, requests

    def catch_up(self) -> None:
        """Be behind no longer."""
        self.lag = self._lagging = 0

    def _ask(self, method: str, params: list[Any]) -> Any:
        lag = self.lag if self._lagging > 0 else 0
        self._lagging -= 1
        node = self.node
        if lag:
            view = node if isinstance(node, View) else node.view(0)
            node = View(view.node, view.lag + lag)
        return {"jsonrpc": "2.0", "id": 1} | node.request(method, list(params))

    def _fail(self, injected: Injected, method: str, params: list[Any]) -> Any:
        fault = injected.fault
        if fault in _BEFORE:
            failure = _BEFORE[fault]()
            raise failure
        if fault in _INSTEAD:
            return _error(_INSTEAD[fault])
        if fault is Fault.SWALLOWED:
            return self._swallow(params)
        if fault is Fault.LAGGING:
            self.fall_behind(injected.blocks, injected.requests)
        if fault is Fault.OLD_NONCE:
            return self._old_nonce(injected, params)
        answer = self._ask(method, params)
        if fault in _AFTER:
            failure = _AFTER[fault]()
            raise failure
        if fault is Fault.MALFORMED:
            return mangle(answer, injected.variant)
        if "error" in answer:
            return answer
        return self._falsify(fault, params, answer)

    def _falsify(self, fault: Fault, params: list[Any], answer: Any) -> Any:
        if fault in _ANSWERED_ALREADY:
            return _error(_ANSWERED_ALREADY[fault])
        if fault in _RESULTS:
            return answer | {"result": _RESULTS[fault]}
        if fault is Fault.WRONG_GENESIS and params[0] == "0x0":
            return answer | {"result": answer["result"] | {"hash": "0x" + "99" * 32}}
        return answer

    def _swallow(self, params: list[Any]) -> Any:
        """Answer as a node does that takes a transaction and loses it at once."""
        node = self.node.node if isinstance(self.node, View) else self.node
        answer = self._ask("eth_sendRawTransaction", params)
        if "result" in answer:
            node.drop(bytes.fromhex(answer["result"][2:]))
        return answer

    def _old_nonce(self, injected: Injected, params: list[Any]) -> Any:
        view = self.node if isinstance(self.node, View) else self.node.view(0)
        behind = View(view.node, view.lag + injected.blocks)
        tag = params[1] if params[1] in ("latest", "pending") else "latest"
        return {"jsonrpc": "2.0", "id": 1} | behind.request(
            "eth_getTransactionCount", [params[0], tag]
        )


def _error(error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "error": error.as_json()}
