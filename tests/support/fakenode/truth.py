"""What really happened, for those who check a simulation: kept over reorgs and restarts of the chain."""

from collections import defaultdict
from dataclasses import dataclass

from tests.support.fakenode.transactions import Transaction


@dataclass
class Received:
    """A transaction that reached the node; `foreign` if it was put in by the test, not by a client.

    `genesis` and `had_code` say which chain it first reached, and whether AnchorLog was there then.
    """

    transaction: Transaction
    foreign: bool
    genesis: bytes
    had_code: bool
    times: int = 0
    accepted: bool = False


class Truth:
    """Every raw transaction ever received, refused ones included, and every one ever mined."""

    def __init__(self) -> None:
        self.received: dict[bytes, Received] = {}
        self.by_nonce: defaultdict[tuple[str, int], list[bytes]] = defaultdict(list)
        self.ever_mined: defaultdict[tuple[str, int], set[bytes]] = defaultdict(set)
        self.undecodable: list[bytes] = []

    def note(
        self, transaction: Transaction, *, genesis: bytes, had_code: bool, foreign: bool
    ) -> Received:
        """Remember that a transaction came in, and how often."""
        found = self.received.get(transaction.hash)
        if found is None:
            found = Received(transaction, foreign, genesis, had_code)
            self.received[transaction.hash] = found
            self.by_nonce[transaction.sender, transaction.nonce].append(transaction.hash)
        found.times += 1
        return found

    def sent(self, sender: str) -> dict[int, list[Received]]:
        """Return what clients sent of a sender, by nonce."""
        found: dict[int, list[Received]] = {}
        for (address, nonce), hashes in self.by_nonce.items():
            known = [self.received[one] for one in hashes]
            ours = [one for one in known if not one.foreign]
            if address == sender.lower() and ours:
                found[nonce] = ours
        return found
