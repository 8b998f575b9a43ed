"""A web3.py provider over a node in the same process, for tests without HTTP."""

from typing import Any

from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from chain.devnode.node import DevNode
from chain.devnode.rpc import handle


class DevNodeProvider(JSONBaseProvider):
    """Web3(DevNodeProvider(node)): every request passes through the same JSON as over HTTP."""

    def __init__(self, node: DevNode, **options: Any) -> None:
        super().__init__(**options)
        self.node = node

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Answer one request."""
        return self.decode_rpc_response(handle(self.node, self.encode_rpc_request(method, params)))

    def make_batch_request(self, requests: list[tuple[RPCEndpoint, Any]]) -> Any:
        """Answer a batch, in the order of its requests."""
        answers: Any = self.decode_rpc_response(
            handle(self.node, self.encode_batch_rpc_request(requests))
        )
        return answers
