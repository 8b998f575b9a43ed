"""A seeded fake Ethereum node for simulations: quick, repeatable, and honest about what really happened.

    node = FakeNode(seed, balances={signer.address: ETHER})
    provider = FakeNodeProvider(node, Random.evenly(seed, 0.05))
    client = ChainClient("fake", provider=provider)

`node` mines, reorgs, drops, forks and is wiped as told; `node.truth` remembers what was ever received.
"""

from tests.support.fakenode.faults import Fault, Faults, Injected, NoFaults, Random, Scripted
from tests.support.fakenode.node import ETHER, GWEI, FakeNode
from tests.support.fakenode.provider import FakeNodeProvider
from tests.support.fakenode.rpc import View
from tests.support.fakenode.rules import ANVIL, GETH, RpcError, Rules
from tests.support.fakenode.transactions import Transaction, decode

__all__ = [
    "ANVIL",
    "ETHER",
    "GETH",
    "GWEI",
    "FakeNode",
    "FakeNodeProvider",
    "Fault",
    "Faults",
    "Injected",
    "NoFaults",
    "Random",
    "RpcError",
    "Rules",
    "Scripted",
    "Transaction",
    "View",
    "decode",
]
