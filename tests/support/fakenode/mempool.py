"""Transactions that wait: by hash, and by sender and nonce; who may come in is said in admission.py."""

from collections.abc import Callable, Iterable, Iterator
from heapq import heapify, heappop, heappush

from tests.support.fakenode.transactions import Transaction


class Mempool:
    """At most one transaction for each sender and nonce."""

    def __init__(self) -> None:
        self._by_hash: dict[bytes, Transaction] = {}
        self._by_sender: dict[str, dict[int, Transaction]] = {}

    def __contains__(self, transaction_hash: bytes) -> bool:
        return transaction_hash in self._by_hash

    def __len__(self) -> int:
        return len(self._by_hash)

    def __iter__(self) -> Iterator[Transaction]:
        return iter(list(self._by_hash.values()))

    def find(self, transaction_hash: bytes) -> Transaction | None:
        """Return what waits under a hash."""
        return self._by_hash.get(transaction_hash)

    def of(self, sender: str) -> dict[int, Transaction]:
        """Return what waits of a sender, by nonce."""
        return self._by_sender.get(sender, {})

    def put(self, transaction: Transaction) -> None:
        """Let a transaction wait, in place of the one with the same sender and nonce."""
        mine = self._by_sender.setdefault(transaction.sender, {})
        replaced = mine.get(transaction.nonce)
        if replaced is not None:
            del self._by_hash[replaced.hash]
        mine[transaction.nonce] = transaction
        self._by_hash[transaction.hash] = transaction

    def remove(self, transaction_hash: bytes) -> Transaction | None:
        """Forget a transaction; return it, None if it was not there."""
        gone = self._by_hash.pop(transaction_hash, None)
        if gone is not None:
            mine = self._by_sender[gone.sender]
            del mine[gone.nonce]
            if not mine:
                del self._by_sender[gone.sender]
        return gone

    def clear(self) -> None:
        """Forget everything."""
        self._by_hash.clear()
        self._by_sender.clear()

    def next_nonce(self, sender: str, nonce: int) -> int:
        """Return the first nonce from `nonce` on with which nothing waits."""
        return nonce + len(self.line(sender, nonce))

    def line(self, sender: str, nonce: int) -> list[Transaction]:
        """Return what waits of a sender from `nonce` on, up to the first gap."""
        mine = self.of(sender)
        found: list[Transaction] = []
        while nonce + len(found) in mine:
            found.append(mine[nonce + len(found)])
        return found

    def senders(self) -> list[str]:
        """Return of whom something waits."""
        return list(self._by_sender)

    def ready(
        self,
        nonce_of: Callable[[str], int],
        base_fee: int,
        wanted: Callable[[Transaction], bool],
    ) -> Iterator[Transaction]:
        """Give what a block can take, by tip and then sender, each sender's by nonce.

        A transaction that is not wanted, or pays less than the base fee, keeps back the later ones of its
        sender.
        """
        heads = [(sender, nonce_of(sender)) for sender in self._by_sender]
        queue = [_ranked(one, base_fee) for one in self._heads(heads, base_fee, wanted)]
        heapify(queue)
        while queue:
            *_, transaction = heappop(queue)
            yield transaction
            following = [(transaction.sender, transaction.nonce + 1)]
            for one in self._heads(following, base_fee, wanted):
                heappush(queue, _ranked(one, base_fee))

    def _heads(
        self,
        places: Iterable[tuple[str, int]],
        base_fee: int,
        wanted: Callable[[Transaction], bool],
    ) -> Iterator[Transaction]:
        for sender, nonce in places:
            found = self.of(sender).get(nonce)
            if found is not None and found.max_fee >= base_fee and wanted(found):
                yield found


def _ranked(transaction: Transaction, base_fee: int) -> tuple[int, str, int, Transaction]:
    tip = transaction.price(base_fee) - base_fee
    return -tip, transaction.sender, transaction.nonce, transaction
