"""A fake Ethereum node in memory: the same seed and the same requests give the same chain, to the hash."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from threading import RLock
from typing import Any, Literal

from chain.signer import Signer
from tests.support.fakenode.admission import admit, drop, evict
from tests.support.fakenode.anchor_log import Anchored
from tests.support.fakenode.blocks import Block, Json
from tests.support.fakenode.ledger import Ledger, Start
from tests.support.fakenode.mempool import Mempool
from tests.support.fakenode.reorgs import Mode, slots
from tests.support.fakenode.rpc import View
from tests.support.fakenode.rules import GETH, RpcError, Rules
from tests.support.fakenode.transactions import Transaction, decode
from tests.support.fakenode.truth import Truth

ETHER = 10**18
GWEI = 10**9
GENESIS_TIME = 1_767_225_600  # the first second of 2026
BLOCK_SECONDS = 12
_TRANSFER_GAS = 21_000


class FakeNode:
    """One chain and its pool; `request` is what clients see, everything else is what a test does to it.

    `balances` are the wei by address with which each chain begins, also after a wipe. With `automine` each transaction is mined as it comes. With `deployed`
    AnchorLog is there from block 0.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        chain_id: int = 31337,
        rules: Rules = GETH,
        balances: Mapping[str, int] | None = None,
        automine: bool = False,
        deployed: bool = True,
    ) -> None:
        self.seed, self.chain_id, self.rules = seed, chain_id, rules
        self.automine = automine
        self.truth = Truth()
        self.lock = RLock()
        self.time = GENESIS_TIME
        self.balances = dict(balances or {})
        self._instance = 0
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.pool = Mempool()
        self.ledger = self._begin(deployed)

    # What clients see.

    def request(self, method: str, params: list[Any]) -> Json:
        """Answer one request as a node that is not behind."""
        return View(self).request(method, params)

    def view(self, lag: int) -> View:
        """Return the same chain as a node that is `lag` blocks behind shows it."""
        return View(self, lag)

    def fork(self) -> "FakeNode":
        """Return a node with the same history that goes its own way from here, with its own pool.

        What it receives is noted in the same `truth`.
        """
        made = object.__new__(FakeNode)
        made.__dict__ |= self.__dict__
        made.lock, made.pool, made.ledger = RLock(), Mempool(), self.ledger.copy()
        made._random = random.Random(self._random.random())  # noqa: S311 - repeatable on purpose
        for transaction in self.pool:
            made.pool.put(transaction)
        return made

    def take(
        self, transaction: Transaction, at: int | None = None, *, foreign: bool = False
    ) -> None:
        """Take a transaction into the pool; raises RpcError. `at` is the block of the view it came to."""
        with self.lock:
            known = self.truth.note(
                transaction,
                genesis=self.genesis,
                had_code=bool(self.ledger.code(self.ledger.contract)),
                foreign=foreign,
            )
            admit(transaction, self.pool, self.ledger, self.rules, at)
            known.accepted = True
            if self.automine:
                self.mine()

    # What a test does.

    def mine(
        self,
        blocks: int = 1,
        include: Collection[bytes] | Callable[[Transaction], bool] | None = None,
    ) -> Block:
        """Mine blocks and return the last; `include` are hashes, or says what may be mined, None is all."""
        wanted = include if callable(include) else _among(include)
        with self.lock:
            for _ in range(blocks):
                self.time += BLOCK_SECONDS
                self._append(
                    self.pool.ready(
                        lambda sender: self.ledger.account(sender)[1],
                        self.ledger.next_base_fee(),
                        wanted,
                    ),
                    self.time,
                )
            return self.ledger.head

    def drop(self, transaction_hash: bytes) -> bool:
        """Make a transaction vanish from the pool; False if it was not there."""
        with self.lock:
            return drop(transaction_hash, self.pool, self.rules)

    def reorg(
        self,
        depth: int,
        mode: Mode | Mapping[bytes, int] = "drop",
        *,
        longer: int = 0,
        competing: Sequence[bytes] = (),
    ) -> list[Block]:
        """Replace the newest blocks, `longer` more than they were, and return those that are gone.

        `drop` leaves their transactions out and forgets them, `requeue` puts them back into the pool,
        `keep` mines them at the same heights, `move` at others, and a mapping puts each hash into the
        new block with that offset and drops the rest. `competing` are raw transactions that come first.
        Raises ValueError when block 0 would be replaced.
        """
        rivals = [decode(raw) for raw in competing]
        with self.lock:
            gone = self.ledger.rewind(depth)
            for rival in rivals:
                self._note_foreign(rival)
            plan = slots(gone, mode, depth + longer, self._random)
            plan[0] = rivals + plan[0]
            for transactions in plan:
                self._append(transactions, self.ledger.head.time + self._random.randint(1, 24))
            self.time = max(self.time, self.ledger.head.time)
            for block in gone if mode == "requeue" else ():
                for transaction in block.transactions:
                    self.pool.put(transaction)
            evict(self.pool, self.ledger, self.rules)
            return gone

    def set_base_fee(self, wei: int, *, stays: bool = False) -> None:
        """Set the base fee of the next block, of all that follow if it `stays`."""
        self.ledger.base_fee, self.ledger.base_fee_stays = wei, stays

    def set_balance(self, address: str, wei: int) -> None:
        """Give an account this much; no reorg takes it back."""
        self.ledger.set_balance(address.lower(), wei)

    def advance(self, seconds: int) -> None:
        """Let the next block be this much later, or earlier but after its parent."""
        self.time += seconds

    def remove_code(self) -> None:
        """Make AnchorLog away, as if it had never been deployed."""
        self.ledger.remove_code(self.ledger.contract)

    def restore_code(self) -> None:
        """Bring AnchorLog back with all that it held."""
        self.ledger.remove_code(self.ledger.contract, removed=False)

    def wipe(self, *, deployed: bool = False) -> None:
        """Begin an empty chain with another genesis, the same chain id and the first balances."""
        with self.lock:
            self._instance += 1
            self.pool.clear()
            self.ledger = self._begin(deployed)

    def foreign(
        self,
        signer: Signer,
        *,
        to: str | None = None,
        data: bytes = b"",
        value: int = 0,
        nonce: int | None = None,
        gas: int = _TRANSFER_GAS,
        max_fee: int = 100 * GWEI,
        priority_fee: int = 2 * GWEI,
        mode: Literal["pool", "sign"] = "pool",
    ) -> Transaction:
        """Sign a transaction that no client of ours made and let it wait; only sign it in mode `sign`.

        `to` is the signer itself by default, `nonce` the next one on the chain. Raises RpcError.
        """
        transaction = decode(
            signer.sign_transaction(
                {
                    "type": 2,
                    "chainId": self.chain_id,
                    "nonce": self.nonce(signer.address) if nonce is None else nonce,
                    "to": bytes.fromhex((to or signer.address)[2:]),
                    "value": value,
                    "data": data,
                    "gas": gas,
                    "maxFeePerGas": max_fee,
                    "maxPriorityFeePerGas": priority_fee,
                }
            ).raw
        )
        if mode == "pool":
            self.take(transaction, foreign=True)
        return transaction

    # What is true, for those who check.

    @property
    def genesis(self) -> bytes:
        """The hash of block 0."""
        return self.ledger.blocks[0].hash

    @property
    def blocks(self) -> list[Block]:
        """The canonical blocks, from block 0 on."""
        return self.ledger.blocks

    def nonce(self, address: str) -> int:
        """Return how many transactions of an account are mined."""
        return self.ledger.account(address.lower())[1]

    def anchors(self, anchorer: str) -> dict[bytes, Anchored]:
        """Return what AnchorLog holds of an anchorer, by root."""
        known = self.ledger.log.roots.newest().values()
        return {one.root: one for one in known if one and one.anchorer == anchorer.lower()}

    def successes(self, anchorer: str) -> dict[bytes, list[bytes]]:
        """Return the hashes of canonical transactions that anchored, by root, read from their events."""
        found: dict[bytes, list[bytes]] = {}
        for block in self.blocks:
            for receipt in block.receipts:
                event = receipt.event
                mine = receipt.transaction.sender == anchorer.lower()
                if event is not None and mine and len(event.topics) == 4:
                    found.setdefault(event.topics[3], []).append(receipt.transaction.hash)
        return found

    def _begin(self, deployed: bool) -> Ledger:
        name = f"{self.seed}/{self._instance}".encode()
        return Ledger(Start(name, self.chain_id, self.balances, self.time, GWEI, deployed=deployed))

    def _append(self, transactions: Any, time: int) -> None:
        block = self.ledger.append(transactions, time)
        for transaction in block.transactions:
            self.truth.ever_mined[transaction.sender, transaction.nonce].add(transaction.hash)
        evict(self.pool, self.ledger, self.rules)

    def _note_foreign(self, transaction: Transaction) -> None:
        had_code = bool(self.ledger.code(self.ledger.contract))
        self.truth.note(transaction, genesis=self.genesis, had_code=had_code, foreign=True)


def _among(hashes: Collection[bytes] | None) -> Callable[[Transaction], bool]:
    return lambda transaction: hashes is None or transaction.hash in hashes


__all__ = ["ETHER", "GWEI", "FakeNode", "RpcError"]
