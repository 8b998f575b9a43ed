"""What all contracts share: functions, errors and events by their signatures, and reading.

Signatures are written out in Python, so that nothing has to be compiled to read a log; a test compares
them with the compiler's ABI.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

from chain.client import BlockId, ChainClient
from chain.errors import UnexpectedAnswer
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
        return _split(self.signature.partition("(")[2][:-1])

    def encode(self, *arguments: Any) -> bytes:
        """Return calldata; raises eth_abi's EncodingError for values that do not fit."""
        return self.selector + encode(self.types, arguments)

    def decode(self, answer: bytes) -> tuple[Any, ...]:
        """Read what a call returned; raises eth_abi's DecodingError for other data."""
        return decode(self.returns, answer)


@dataclass(frozen=True)
class EventFragment:
    """An event by its canonical signature; its first `indexed` arguments are topics (Solidity ABI)."""

    signature: str
    indexed: int

    @cached_property
    def topic(self) -> bytes:
        """The keccak256 of the signature, the first topic."""
        return keccak(self.signature.encode())

    @property
    def name(self) -> str:
        """The name without the types."""
        return self.signature.partition("(")[0]

    @property
    def types(self) -> tuple[str, ...]:
        """The types of the arguments."""
        return _split(self.signature.partition("(")[2][:-1])

    def decode(self, log: Log) -> tuple[Any, ...]:
        """Return the arguments in their order; raises ValueError for any other event."""
        if len(log.topics) != 1 + self.indexed or log.topics[0] != self.topic:
            place = f"log {log.log_index} of block {log.block_number}"
            raise ValueError(f"{place} is not {self.name}")
        indexed, rest = self.types[: self.indexed], self.types[self.indexed :]
        try:
            return decode(indexed, b"".join(log.topics[1:])) + decode(rest, log.data)
        except DecodingError as error:
            raise ValueError(f"{self.name} is malformed: 0x{log.data.hex()}") from error


class Contract:
    """A contract at `address`, read through `client`.

    Readers take a block number or "latest" and raise what ChainClient.call raises, and UnexpectedAnswer
    when another contract is there.
    """

    def __init__(self, client: ChainClient, address: str) -> None:
        self.client = client
        self.address = address

    def _read(self, function: Fragment, block: BlockId, *arguments: Any) -> tuple[Any, ...]:
        answer = self.client.call(self.address, function.encode(*arguments), block)
        try:
            return function.decode(answer)
        except DecodingError as error:
            raise UnexpectedAnswer(self.address, function.signature, answer) from error


def _split(types: str) -> tuple[str, ...]:
    """Split at the commas outside of parentheses."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(types + ","):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(types[start:index])
            start = index + 1
    return tuple(part for part in parts if part)
