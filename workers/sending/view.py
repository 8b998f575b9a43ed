"""The chain as one run sees it."""

from dataclasses import dataclass

from chain import wire
from chain.client import ChainClient
from chain.errors import NodeUnavailable
from chain.wire import Fees

# Above it no nonce or fee can be, nor be stored.
MOST = 2**63 - 1


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
    fees = client.fees()
    if max(nonce, fees.base) > MOST:
        problem = f"it counts {nonce} transactions, with a base fee of {fees.base} wei"
        raise NodeUnavailable(client.url, problem)
    return View(head.number, max(0, head.number - depth), nonce, balance, fees)
