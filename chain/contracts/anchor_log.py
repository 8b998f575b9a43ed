"""AnchorLog as Python: calldata, readers and decoded events."""

from collections.abc import Sequence
from dataclasses import dataclass

from chain.client import BlockId
from chain.contracts.abi import Contract, EventFragment, Fragment
from chain.wire import Log

ANCHOR = Fragment("anchor(uint64,bytes32,uint32)")
CLOSE = Fragment("close()")
ANCHOR_OF = Fragment(
    "anchorOf(address,bytes32)", ("uint64", "uint64", "uint32", "uint64", "uint64")
)
ANCHORED_AT = Fragment("anchoredAt(address,bytes32,bytes32[])", ("uint64",))
NEXT = Fragment("next(address)", ("uint64", "uint64"))
FUNCTIONS = (ANCHOR, CLOSE, ANCHOR_OF, ANCHORED_AT, NEXT)

ERRORS = (
    Fragment("ZeroRoot()"),
    Fragment("ZeroCount()"),
    Fragment("RootAlreadyAnchored(bytes32,uint64)"),
    Fragment("NamespaceClosed(address)"),
    Fragment("WrongSequence(uint64,uint64)"),
    Fragment("PositionsExhausted(uint64,uint32)"),
)

ANCHORED = EventFragment("Anchored(address,uint64,bytes32,uint64,uint32)", indexed=3)
CLOSED = EventFragment("Closed(address,uint64,uint64)", indexed=1)
EVENTS = (ANCHORED, CLOSED)
ANCHORED_TOPIC = ANCHORED.topic
CLOSED_TOPIC = CLOSED.topic


@dataclass(frozen=True)
class AnchorState:
    """What AnchorLog holds of a root; block time in seconds since 1970."""

    sequence: int
    first: int
    count: int
    block_time: int
    block_number: int


@dataclass(frozen=True)
class Anchored:
    """A decoded Anchored event and where it stands on the chain."""

    anchorer: str
    sequence: int
    root: bytes
    first: int
    count: int
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    log_index: int


class AnchorLog(Contract):
    """The log of anchored roots (contracts/interfaces/IAnchorLog.sol)."""

    @staticmethod
    def anchor(sequence: int, root: bytes, count: int) -> bytes:
        """Return the calldata that appends a batch of `count` entries under a root of 32 bytes."""
        return ANCHOR.encode(sequence, root, count)

    @staticmethod
    def close() -> bytes:
        """Return the calldata that ends the sender's namespace for good."""
        return CLOSE.encode()

    def anchor_of(
        self, anchorer: str, root: bytes, block: BlockId = "latest"
    ) -> AnchorState | None:
        """Return what is recorded of a root, None if the anchorer never anchored it."""
        state = AnchorState(*self._read(ANCHOR_OF, block, anchorer, root))
        return state if state.count else None

    def anchored_at(
        self, anchorer: str, leaf: bytes, proof: Sequence[bytes], block: BlockId = "latest"
    ) -> int:
        """Return the block time of the root that a proof leads to, 0 if there is none."""
        return int(self._read(ANCHORED_AT, block, anchorer, leaf, list(proof))[0])

    def next(self, anchorer: str, block: BlockId = "latest") -> tuple[int, int]:
        """Return the next sequence and the next position of an anchorer."""
        sequence, first = self._read(NEXT, block, anchorer)
        return sequence, first


def decode_anchored(log: Log) -> Anchored:
    """Read an Anchored event; raises ValueError for any other event."""
    anchorer, sequence, root, first, count = ANCHORED.decode(log)
    return Anchored(
        anchorer=anchorer,
        sequence=sequence,
        root=root,
        first=first,
        count=count,
        block_number=log.block_number,
        block_hash=log.block_hash,
        transaction_hash=log.transaction_hash,
        log_index=log.log_index,
    )
