"""AnchorLog's semantics without an EVM: what contracts/AnchorLog.sol does, its errors, events and gas."""

from collections.abc import Callable
from dataclasses import dataclass, field

from eth_hash.auto import keccak

from chain.contracts import (
    ANCHOR,
    ANCHOR_OF,
    ANCHORED_AT,
    ANCHORED_TOPIC,
    CLOSE,
    CLOSED_TOPIC,
    ERRORS,
    NEXT,
)
from tests.support.fakenode.versioned import Versioned

_MAX_POSITION = 2**64 - 1
_ERROR = {error.name: error for error in ERRORS}
# What runs after the intrinsic gas, measured on anvil 1.7.1 with the compiler's settings; the shared tests
# compare. An error that ends before the first storage access costs less than EIP-7623's floor anyway.
_GAS = {
    "anchor_first": 47_779,
    "anchor": 30_679,
    "close_first": 24_166,
    "close": 7_066,
    "cheap_error": 300,
    "RootAlreadyAnchored": 2_777,
    "NamespaceClosed": 4_948,
    "WrongSequence": 5_014,
    "PositionsExhausted": 5_145,
    "closed_again": 2_393,
    "no_data": 68,
    "no_function": 146,
    NEXT.name: 2_557,
    ANCHOR_OF.name: 2_838,
    ANCHORED_AT.name: 2_900,
}


@dataclass(frozen=True)
class Namespace:
    """An anchorer's state: the next sequence, the next position."""

    sequence: int = 0
    first: int = 0
    closed: bool = False


@dataclass(frozen=True)
class Anchored:
    """A root on the chain: time in seconds since 1970, and the transaction that put it there."""

    anchorer: str
    root: bytes
    sequence: int
    first: int
    count: int
    time: int
    block: int
    transaction: bytes


@dataclass(frozen=True)
class Event:
    """An event that a call emits."""

    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True)
class Outcome:
    """What a call does: gas after the intrinsic, what it returns or reverts with, what it changes."""

    gas: int
    output: bytes = b""
    reverted: bool = False
    namespace: Namespace | None = None
    anchored: tuple[bytes, int] | None = None  # root and count
    event: Event | None = None


@dataclass
class AnchorLog:
    """The contract's storage, for every block."""

    namespaces: Versioned[str, Namespace] = field(default_factory=lambda: Versioned(Namespace()))
    roots: Versioned[tuple[str, bytes], Anchored | None] = field(
        default_factory=lambda: Versioned(None)
    )

    def __post_init__(self) -> None:
        self._readers: dict[bytes, Callable[[bytes, int | None], Outcome]] = {
            NEXT.selector: self._next,
            ANCHOR_OF.selector: self._anchor_of,
            ANCHORED_AT.selector: self._anchored_at,
        }

    def run(self, sender: str, data: bytes, value: int = 0, at: int | None = None) -> Outcome:
        """Say what a call does on the state after block `at`; nothing is changed."""
        selector, words = data[:4], data[4:]
        if value:  # no function is payable
            return _error("cheap_error")
        if selector == ANCHOR.selector:
            return self._anchor(sender, words, at)
        if selector == CLOSE.selector:
            return self._close(sender, at)
        reader = self._readers.get(selector)
        if reader is None:
            return _error("no_function" if len(data) >= 4 else "no_data")
        return reader(words, at)

    def commit(
        self, outcome: Outcome, sender: str, transaction: bytes, number: int, time: int
    ) -> None:
        """Write what a call of a transaction in block `number` changes."""
        if outcome.namespace is None:
            return
        before = self.namespaces.get(sender)
        self.namespaces.set(sender, outcome.namespace, number)
        if outcome.anchored is not None:
            root, count = outcome.anchored
            known = Anchored(
                sender, root, before.sequence, before.first, count, time, number, transaction
            )
            self.roots.set((sender, root), known, number)

    def _anchor(self, sender: str, words: bytes, at: int | None) -> Outcome:
        numbers = _numbers(words, 3)
        if numbers is None or numbers[0] >= 2**64 or numbers[2] >= 2**32:
            return _error("cheap_error")
        sequence, count, root = numbers[0], numbers[2], words[32:64]
        mine = self.namespaces.get(sender, at)
        refusal = _empty(root, count) or self._refusal(sender, sequence, root, count, mine, at)
        if refusal is not None:
            return refusal
        topics = (ANCHORED_TOPIC, _address(sender), _word(sequence), root)
        return Outcome(
            gas=_GAS["anchor" if mine != Namespace() else "anchor_first"],
            namespace=Namespace(sequence + 1, mine.first + count),
            anchored=(root, count),
            event=Event(topics, _word(mine.first) + _word(count)),
        )

    def _refusal(
        self,
        sender: str,
        sequence: int,
        root: bytes,
        count: int,
        mine: Namespace,
        at: int | None,
    ) -> Outcome | None:
        """Return the contract's error, in the contract's order."""
        known = self.roots.get((sender, root), at)
        if known is not None:
            return _named("RootAlreadyAnchored", root, known.sequence)
        if mine.closed:
            return _named("NamespaceClosed", sender)
        if sequence != mine.sequence:
            return _named("WrongSequence", sequence, mine.sequence)
        if mine.first > _MAX_POSITION - count:
            return _named("PositionsExhausted", mine.first, count)
        return None

    def _close(self, sender: str, at: int | None) -> Outcome:
        mine = self.namespaces.get(sender, at)
        if mine.closed:
            return _error("closed_again", _ERROR["NamespaceClosed"].encode(sender))
        return Outcome(
            gas=_GAS["close" if mine != Namespace() else "close_first"],
            namespace=Namespace(mine.sequence, mine.first, closed=True),
            event=Event((CLOSED_TOPIC, _address(sender)), _word(mine.sequence) + _word(mine.first)),
        )

    def _next(self, words: bytes, at: int | None) -> Outcome:
        numbers = _numbers(words, 1)
        if numbers is None or numbers[0] >= 2**160:
            return _error("cheap_error")
        mine = self.namespaces.get(_anchorer(words), at)
        return Outcome(_GAS[NEXT.name], _word(mine.sequence) + _word(mine.first))

    def _anchor_of(self, words: bytes, at: int | None) -> Outcome:
        numbers = _numbers(words, 2)
        if numbers is None or numbers[0] >= 2**160:
            return _error("cheap_error")
        known = self.roots.get((_anchorer(words), words[32:64]), at)
        fields = (0,) * 5
        if known is not None:
            fields = (known.sequence, known.first, known.count, known.time, known.block)
        return Outcome(_GAS[ANCHOR_OF.name], b"".join(map(_word, fields)))

    def _anchored_at(self, words: bytes, at: int | None) -> Outcome:
        numbers = _numbers(words, 3)
        if numbers is None or numbers[0] >= 2**160:
            return _error("cheap_error")
        offset = numbers[2]
        length = _numbers(words[offset:], 1)
        if length is None or len(words) < offset + 32 * (1 + length[0]):
            return _error("cheap_error")
        node = words[32:64]
        for index in range(1, length[0] + 1):
            sibling = words[offset + 32 * index : offset + 32 * (index + 1)]
            node = keccak(min(node, sibling) + max(node, sibling))
        known = self.roots.get((_anchorer(words), node), at)
        return Outcome(_GAS[ANCHORED_AT.name], _word(0 if known is None else known.time))


def _empty(root: bytes, count: int) -> Outcome | None:
    if not any(root):
        return _error("cheap_error", _ERROR["ZeroRoot"].encode())
    if count == 0:
        return _error("cheap_error", _ERROR["ZeroCount"].encode())
    return None


def _numbers(words: bytes, count: int) -> list[int] | None:
    """Read that many words as numbers, None if the calldata is shorter."""
    if len(words) < 32 * count:
        return None
    return [int.from_bytes(words[32 * index : 32 * (index + 1)]) for index in range(count)]


def _anchorer(words: bytes) -> str:
    return "0x" + words[12:32].hex()


def _word(number: int) -> bytes:
    return number.to_bytes(32)


def _address(address: str) -> bytes:
    return bytes(12) + bytes.fromhex(address[2:])


def _named(name: str, *arguments: object) -> Outcome:
    return _error(name, _ERROR[name].encode(*arguments))


def _error(gas: str, output: bytes = b"") -> Outcome:
    return Outcome(_GAS[gas], output, reverted=True)
