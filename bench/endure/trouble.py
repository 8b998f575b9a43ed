"""What befalls the nodes and the chain: seeded, each kind counted, over when it is stopped."""

import time
from collections import Counter
from typing import Any

from bench.endure.background import Background
from bench.endure.plan import FEE_CAP, GWEI, EndureError, Plan
from chain.client import ChainClient
from tests.support.proxy import SEND, Fault, Proxy

MOST_REORG = 3
# anvil can lose a block in a reorg: null for its number, and a head that goes on. So many are looked through.
WATCHED = 8
RICH = 10**24  # wei
# (fault, whether it meets sends alone, least and most seconds)
NODE_TROUBLES = (
    (Fault.REFUSE, False, 0.5, 3.0),
    (Fault.HANG, False, 0.5, 3.0),
    (Fault.HANG, True, 0.5, 3.0),
    (Fault.LOSE, False, 0.3, 1.5),
    (Fault.LOSE, True, 1.0, 4.0),
    (Fault.HOLD, True, 1.0, 4.0),
    (Fault.FAIL, False, 0.5, 3.0),
    (Fault.FAIL, True, 0.5, 3.0),
    (Fault.LAG, False, 1.0, 6.0),
)


class NodeTrouble(Background):
    """One node's way fails now and then, for a while, in one way."""

    def __init__(self, proxy: Proxy, plan: Plan, name: str) -> None:
        super().__init__(name)
        self._proxy, self._random, self._calm = proxy, plan.random(name), plan.calm
        self.episodes: Counter[Fault] = Counter()

    @property
    def count(self) -> int:
        """How many requests met trouble."""
        return self._proxy.met.total()

    def work(self) -> None:
        """Alternate between calm and trouble."""
        try:
            while not self.stopping.wait(self._calm * self._random.uniform(0.5, 4.0)):
                fault, sends_alone, least, most = self._random.choice(NODE_TROUBLES)
                self._begin(fault, sends_alone=sends_alone)
                self.episodes[fault] += 1
                self.stopping.wait(self._calm * self._random.uniform(least, most))
                self._proxy.heal()
        finally:
            self._proxy.heal()

    def _begin(self, fault: Fault, *, sends_alone: bool) -> None:
        if fault is Fault.REFUSE:
            self._proxy.refuse()
            return
        if fault is Fault.LAG:
            newest = int(self._proxy.ask("eth_blockNumber"), 16)
            self._proxy.past = max(0, newest - self._random.randint(1, 5))

        def rule(method: str) -> Fault:
            return fault if method == SEND or not sends_alone else Fault.NONE

        self._proxy.rule = rule


class ChainTrouble(Background):
    """Reorgs, dropped transactions, fee spikes and an empty account, on anvil itself."""

    def __init__(self, rpc: str, anchorer: str, plan: Plan) -> None:
        super().__init__("chain")
        self._chain = ChainClient(rpc, timeout=30)
        self._anchorer = anchorer
        self._random = plan.random("chain")
        self._block_seconds, self._calm = plan.block_seconds, plan.calm
        self.counted: Counter[str] = Counter()

    @property
    def count(self) -> int:
        """How many things befell the chain."""
        return self.counted.total()

    def work(self) -> None:
        """Do one thing after another, with a few blocks between."""
        kinds = (self._reorg, self._reorg, self._drop, self._spike, self._drain)
        try:
            while not self.stopping.wait(self._pause(1.5, 4.0)):
                self._random.choice(kinds)()
                self._mend()
        finally:
            self._fund(RICH)

    def _pause(self, least: float, most: float) -> float:
        """Return some seconds, given in blocks."""
        return self._calm * self._block_seconds * self._random.uniform(least, most)

    def _ask(self, method: str, *params: object) -> Any:
        return self._chain.request(method, list(params))

    def _reorg(self) -> None:
        """Replace the newest blocks; what they held is gone, or is mined again in another place."""
        depth = self._random.randint(1, MOST_REORG)
        again = self._held(depth) if self._random.random() < 0.5 else []
        self._ask("anvil_reorg", depth, again)
        self._fund(RICH)  # the older state may be one of an empty account
        self.counted[f"reorgs of depth {depth}"] += 1
        self.counted["reorgs that moved transactions"] += bool(again)

    def _mend(self) -> None:
        """Replace the blocks from one on that the node itself has lost; raises EndureError where that fails."""
        lost, head = self._lost()
        if lost is None:
            return
        self._ask("anvil_reorg", head - lost + 1, [])
        self._fund(RICH)
        self.counted["blocks that the node lost, replaced by a reorg"] += 1
        if self._lost()[0] is not None:
            raise EndureError(f"anvil has lost block {lost} for good; take another SEED")

    def _lost(self) -> tuple[int | None, int]:
        """Return the lowest block that the node should have and has not, and its head."""
        head = self._chain.head().number
        for number in range(max(0, head - WATCHED), head):
            if self._chain.block(number) is None:
                return number, head
        return None, head

    def _held(self, depth: int) -> list[list[object]]:
        """Return the raw transactions of the newest blocks, each with its place among the new ones."""
        head = self._chain.head().number
        found: list[list[object]] = []
        for number in range(head - depth + 1, head + 1):
            block = self._ask("eth_getBlockByNumber", hex(number), False)
            for one in block["transactions"] if block else ():
                raw = self._ask("eth_getRawTransactionByHash", one)
                if raw:
                    found.append([raw, depth - 1])
        return found

    def _drop(self) -> None:
        """Take a waiting transaction out of the pool, if one comes by within some blocks."""
        deadline = time.monotonic() + 3 * self._block_seconds
        while time.monotonic() < deadline and not self.stopping.wait(0.02):
            pool = self._ask("txpool_content")
            waiting = [
                one["hash"]
                for kind in pool.values()
                for sender, by_nonce in kind.items()
                if sender.lower() == self._anchorer
                for one in by_nonce.values()
            ]
            if waiting and self._ask("anvil_dropTransaction", self._random.choice(waiting)):
                self.counted["dropped transactions"] += 1
                return

    def _spike(self) -> None:
        """Raise the base fee of the next block; it falls by an eighth with each block that is not full."""
        wei = self._random.choice((5, 20, 60, 150)) * GWEI
        self._ask("anvil_setNextBlockBaseFeePerGas", hex(wei))
        self.counted["fee spikes above the cap" if wei > FEE_CAP else "fee spikes"] += 1

    def _drain(self) -> None:
        """Take the anchorer's money away for some blocks."""
        self._fund(0)
        self.counted["times out of funds"] += 1
        self.stopping.wait(self._block_seconds * self._random.uniform(1, 3))
        self._fund(RICH)

    def _fund(self, wei: int) -> None:
        self._ask("anvil_setBalance", self._anchorer, hex(wei))
