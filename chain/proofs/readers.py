"""What a verifier believes beforehand, and what it may ask: a chain and a log, as protocols.

Addresses are lower-case 0x text, hashes 32 bytes, times seconds since 1970 as the block states them.
A reader that cannot answer raises `ChainUnavailableError` or `LogUnavailableError`; it never answers
with an older state, an empty list or a default instead.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chain.proofs.entries import Entry
from chain.proofs.records import Message


@dataclass(frozen=True, slots=True)
class Pins:
    """What the verifier believes beforehand, of one log; never taken from the bundle itself.

    Version 1 verifies against one pinned log: what carries over from an earlier log (`replaces`,
    Delegations, Revocations) is not followed, and stays `unknown`.

    `depth` counts blocks (head - block). `last_batch` is the sequence of the last batch believed, None
    for no end. With `operator_runs_chain` every time is reported as the operator's word. `registry` is
    IdentityRegistry's address, `issuers` are those who are believed about people. Addresses are taken in any
    case and kept in lower case.
    """

    chain_id: int
    genesis: bytes
    contract: str | None
    anchorer: str | None
    depth: int
    last_batch: int | None = None
    operator_runs_chain: bool = False
    registry: str | None = None
    issuers: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.registry is not None:
            object.__setattr__(self, "registry", self.registry.lower())
        object.__setattr__(self, "issuers", frozenset(one.lower() for one in self.issuers))
        if self.contract is not None:
            object.__setattr__(self, "contract", self.contract.lower())
        if self.anchorer is not None:
            object.__setattr__(self, "anchorer", self.anchorer.lower())


@dataclass(frozen=True, slots=True)
class Block:
    """A canonical block: number, hash, its parent's hash, and its time in seconds.

    `transactions` holds the hashes of all its transactions, or None where the reader left them out.
    """

    number: int
    hash: bytes
    parent: bytes
    time: int
    transactions: tuple[bytes, ...] | None = None


@dataclass(frozen=True, slots=True)
class AnchorRecord:
    """What AnchorLog keeps of one root: `anchorOf(anchorer, root)` at the head."""

    sequence: int
    first: int
    count: int
    time: int
    block_number: int


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """What IdentityRegistry keeps of a claim after a block: `claimOf`, with the contract's numbers.

    `status`: 0 none, 1 valid, 2 expired, 3 revoked, 4 declined. Times in seconds since 1970, 0 for none.
    """

    status: int
    issued_at: int
    expires_at: int
    ended_at: int
    reason: int


class ChainReader(Protocol):
    """One canonical chain, read through a node of the reader's own choice.

    Every method raises `ChainUnavailableError` when the node cannot answer.
    """

    def chain_id(self) -> int:
        """Return the node's chain id."""

    def genesis(self) -> bytes:
        """Return the hash of block 0."""

    def head(self) -> Block:
        """Return the newest block."""

    def block(self, number: int) -> Block | None:
        """Return the canonical block of this number; None if the node has none (yet)."""

    def anchor_of(self, contract: str, anchorer: str, root: bytes) -> AnchorRecord | None:
        """Return what the contract holds for this root at the head; None if nothing, or no code."""

    def claim_of(
        self, registry: str, issuer: str, subject: str, schema: bytes, digest: bytes, block: int
    ) -> ClaimRecord | None:
        """Return what the registry held of a claim after a block; None if no such contract is there.

        Raises `ChainUnavailableError` also where the node no longer has that state.
        """

    def next_sequence(self, contract: str, anchorer: str) -> int:
        """Return how many batches this anchorer has written: `next(anchorer)` at the head."""

    def is_valid_signature(
        self, signer: str, digest: bytes, signature: bytes, block_number: int
    ) -> bool | None:
        """Say whether the contract at `signer` accepted the signature at the end of that block.

        By ERC-6492, then ERC-1271, and by nothing else: recovery was tried before under stricter rules
        (a universal checker that falls back to ecrecover would let high-s signatures pass). False where
        `signer` has no code; None where that state is not to be had.
        """

    def transaction_block(self, tx_hash: bytes) -> tuple[int, bytes] | None:
        """Return number and hash of the block that holds the transaction; None if not known.

        Asked only where `Block.transactions` is None. None means no more than that this node does not
        know the transaction: nodes forget their index long before they forget a block.
        """


@dataclass(frozen=True, slots=True)
class LogBatch:
    """One batch as the public log gives it; believed only once rebuilt and found on the chain.

    `entries` are all `count` of them in any order; `messages` holds those of kinds 2 to 4 by content.
    """

    sequence: int
    root: bytes
    first: int
    count: int
    entries: Sequence[Entry]
    messages: Mapping[bytes, Message] = field(default_factory=dict)


class LogReader(Protocol):
    """The public log of one anchorer, kept by anybody."""

    def batches(self) -> Iterable[LogBatch]:
        """Give every batch in ascending sequence from 0; raises `LogUnavailableError`."""
