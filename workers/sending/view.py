"""The chain as one run sees it."""

from dataclasses import dataclass

from chain import wire
from chain.client import ChainClient
from chain.wire import Fees


@dataclass(frozen=True)
class View:
    """Head, next nonce, balance (wei) and fees as a node said them; ``final`` is a block number."""

    head: int
    final: int
    nonce: int
    balance: int
    fees: Fees


def observe(client: ChainClient, address: str, depth: int) -> View:
    """Ask for all of it; the head first, so that the rest is never older. Raises NodeUnavailable."""
    head: wire.Block = client.head()
    nonce, balance = client.nonce(address), client.balance(address)
    return View(head.number, max(0, head.number - depth), nonce, balance, client.fees())
