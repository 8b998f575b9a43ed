"""The contracts as Python: calldata, readers and decoded events.

Signatures are written out here, so that nothing has to be compiled to read a log; a test compares them
with the compiler's ABI.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

from chain import artifacts
from chain.client import BlockId, ChainClient
from chain.errors import ContractReverted, UnexpectedAnswer
from chain.wire import Log


@dataclass(frozen=True)
class Fragment:
    """A function or error by its canonical signature, with the types it returns (Solidity ABI)."""

    signature: str
    returns: tuple[str, ...] = ()

    @cached_property
    def selector(self) -> bytes:
        """The first four bytes of the signature's keccak256."""
        return keccak(self.signature.encode())[:4]

    @property
    def name(self) -> str:
        """The name without the types."""
        return self.signature.partition("(")[0]

    @property
    def types(self) -> tuple[str, ...]:
        """The types of the arguments."""
        return tuple(re.findall(r"[^(),]+", self.signature.partition("(")[2]))

    def encode(self, *arguments: Any) -> bytes:
        """Return calldata; raises eth_abi's EncodingError for values that do not fit."""
        return self.selector + encode(self.types, arguments)

    def decode(self, answer: bytes) -> tuple[Any, ...]:
        """Read what a call returned; raises eth_abi's DecodingError for other data."""
        return decode(self.returns, answer)


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
# What the compiler itself reverts with.
_STANDARD_ERRORS = (Fragment("Error(string)"), Fragment("Panic(uint256)"))
_ERROR_BY_SELECTOR = {error.selector: error for error in ERRORS + _STANDARD_ERRORS}

ANCHORED_EVENT = "Anchored(address,uint64,bytes32,uint64,uint32)"
CLOSED_EVENT = "Closed(address,uint64,uint64)"
ANCHORED_TOPIC = keccak(ANCHORED_EVENT.encode())
CLOSED_TOPIC = keccak(CLOSED_EVENT.encode())


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


# What marks a signature of a wallet that need not be deployed yet (ERC-6492).
ERC6492_SUFFIX = bytes.fromhex("6492" * 16)
# A signature names the code that checks it, so whoever signs chooses the work: enough for a wallet's
# deployment and check, and far below a block.
_SIGNATURE_GAS = 3_000_000
# Nobody's address, but not zero: some wallets relax their checks for calls from the zero address.
_SIGNATURE_CALLER = "0x" + keccak(b"troth:signature check")[-20:].hex()


class AnchorLog:
    """The AnchorLog contract at `address`, read through `client`.

    Readers take a block number or "latest" and raise what ChainClient.call raises,
    and UnexpectedAnswer when another contract is there.
    """

    def __init__(self, client: ChainClient, address: str) -> None:
        self.client = client
        self.address = address

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

    def _read(self, function: Fragment, block: BlockId, *arguments: Any) -> tuple[Any, ...]:
        answer = self.client.call(self.address, function.encode(*arguments), block)
        try:
            return function.decode(answer)
        except DecodingError as error:
            raise UnexpectedAnswer(self.address, function.signature, answer) from error


def decode_anchored(log: Log) -> Anchored:
    """Read an Anchored event; raises ValueError for any other event."""
    if len(log.topics) != 4 or log.topics[0] != ANCHORED_TOPIC:
        raise ValueError(f"log {log.log_index} of block {log.block_number} is not Anchored")
    try:
        first, count = decode(("uint64", "uint32"), log.data)
    except DecodingError as error:
        raise ValueError(f"the data of Anchored is malformed: 0x{log.data.hex()}") from error
    return Anchored(
        anchorer="0x" + log.topics[1][-20:].hex(),
        sequence=int.from_bytes(log.topics[2]),
        root=log.topics[3],
        first=first,
        count=count,
        block_number=log.block_number,
        block_hash=log.block_hash,
        transaction_hash=log.transaction_hash,
        log_index=log.log_index,
    )


def explain(error: ContractReverted) -> ContractReverted:
    """Name a revert: AnchorLog's custom errors, Error(string) and Panic(uint256).

    Returns the same error where its data is none of these.
    """
    known = _ERROR_BY_SELECTOR.get(error.data[:4])
    if known is None:
        return error
    try:
        arguments = decode(known.types, error.data[4:])
    except DecodingError:
        return error  # another contract's error with the same selector
    return ContractReverted(error.data, known.name, arguments)


def is_valid_signature(
    client: ChainClient, signer: str, digest: bytes, signature: bytes, block: BlockId
) -> bool:
    """Ask a contract wallet, deployed or not yet, whether it accepts a signature after `block`.

    Nothing is deployed: the check runs as creation code in one eth_call (ERC-1271, ERC-6492). False for
    an address without code. Raises StateUnavailable, OutOfGas, NodeUnavailable.
    """
    if not signature.endswith(ERC6492_SUFFIX) and not client.code(signer, block):
        return False
    check = artifacts.load("SignatureCheck").bytecode
    arguments = encode(("address", "bytes32", "bytes"), (signer, digest, signature))
    try:
        answer = client.call(
            None, check + arguments, block, sender=_SIGNATURE_CALLER, gas=_SIGNATURE_GAS
        )
    except ContractReverted:
        return False  # a wrapped signature that cannot be unwrapped
    return answer == b"\x01"
