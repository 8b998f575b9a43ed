"""The embedded chain: eth-tester as a JSON-RPC node that survives a restart and kill -9.

`python -m chain.devnode --data FILE` serves it; DevNode and DevNodeProvider use it without a network.
It is for development only: the keys of its accounts are the numbers 1 to 10.
"""

from typing import TYPE_CHECKING, Any

from chain.devnode.errors import DataFileError, RpcError
from chain.devnode.node import DevNode
from chain.devnode.server import Server, serve

if TYPE_CHECKING:
    from chain.devnode.provider import DevNodeProvider

__all__ = ["DataFileError", "DevNode", "DevNodeProvider", "RpcError", "Server", "serve"]


def __getattr__(name: str) -> Any:
    # The served node has no use for web3, whose import takes longer than opening the chain.
    if name != "DevNodeProvider":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from chain.devnode.provider import DevNodeProvider  # noqa: PLC0415 - imported on first use

    return DevNodeProvider
