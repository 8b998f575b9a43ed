"""What a node says over JSON-RPC, as typed values.

Every parser raises MalformedError on anything that is not of the documented shape, so that a malformed
answer is noticed where it enters. Source: the Ethereum execution API specification.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}")
_LARGEST_STORED = 2**63 - 1
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


class MalformedError(ValueError):
    """A node's answer is not of the documented shape."""


@dataclass(frozen=True)
class Block:
    """A block: time in seconds since 1970, base fee in wei (None before EIP-1559), hashes of 32 bytes."""

    number: int
    hash: bytes
    parent: bytes
    time: int
    base_fee: int | None
    transactions: tuple[bytes, ...]


@dataclass(frozen=True)
class Log:
    """One event: address in lower case, topics of 32 bytes each, position in its block."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    log_index: int


@dataclass(frozen=True)
class Receipt:
    """A mined transaction; `succeeded` is False when it reverted; prices in wei.

    `contract` is the address that a creation made, None for any other transaction; `events` says how many
    events were emitted.
    """

    transaction_hash: bytes
    succeeded: bool
    block_number: int
    block_hash: bytes
    gas_used: int
    effective_gas_price: int
    contract: str | None
    events: int


@dataclass(frozen=True)
class Fees:
    """Fees for a transaction that should be mined soon, in wei per gas (EIP-1559)."""

    base: int
    max_fee: int
    priority: int


def quantity(value: object) -> int:
    """Read a number written as 0x-hex."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise MalformedError(f"{value!r} is not a hexadecimal number")
    return int(value, 16)


def stored(value: object) -> int:
    """Read a number that databases can keep: below 2^63."""
    number = quantity(value)
    if number > _LARGEST_STORED:
        raise MalformedError(f"{value!r} is more than any chain has")
    return number


def data(value: object, length: int | None = None) -> bytes:
    """Read bytes written as 0x-hex, of the given length if there is one."""
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise MalformedError(f"{value!r} is not hexadecimal data")
    raw = bytes.fromhex(value[2:])
    if length is not None and len(raw) != length:
        raise MalformedError(f"{value!r} is not {length} bytes long")
    return raw


def address(value: object) -> str:
    """Read an address into lower case."""
    return "0x" + data(value, 20).hex()


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise MalformedError(f"{value!r} is not an object")
    return value


def _words(fields: Mapping[str, Any], name: str) -> tuple[bytes, ...]:
    values = fields.get(name)
    if not isinstance(values, list | tuple):
        raise MalformedError(f"{name} are {values!r}")
    return tuple(data(value, 32) for value in values)


def block(value: object) -> Block:
    """Read the answer to eth_getBlockByNumber."""
    fields = _mapping(value)
    base_fee = fields.get("baseFeePerGas")
    return Block(
        number=stored(fields.get("number")),
        hash=data(fields.get("hash"), 32),
        parent=data(fields.get("parentHash"), 32),
        time=stored(fields.get("timestamp")),
        base_fee=None if base_fee is None else stored(base_fee),
        transactions=_words(fields, "transactions"),
    )


def log(value: object) -> Log:
    """Read one item of the answer to eth_getLogs."""
    fields = _mapping(value)
    return Log(
        address=address(fields.get("address")),
        topics=_words(fields, "topics"),
        data=data(fields.get("data")),
        block_number=stored(fields.get("blockNumber")),
        block_hash=data(fields.get("blockHash"), 32),
        transaction_hash=data(fields.get("transactionHash"), 32),
        log_index=stored(fields.get("logIndex")),
    )


def _length(value: object) -> int:
    if not isinstance(value, list):
        raise MalformedError(f"{value!r} for a list")
    return len(value)


def receipt(value: object) -> Receipt:
    """Read the answer to eth_getTransactionReceipt."""
    fields = _mapping(value)
    contract = fields.get("contractAddress")
    return Receipt(
        transaction_hash=data(fields.get("transactionHash"), 32),
        succeeded=quantity(fields.get("status")) == 1,
        block_number=stored(fields.get("blockNumber")),
        block_hash=data(fields.get("blockHash"), 32),
        gas_used=stored(fields.get("gasUsed")),
        effective_gas_price=stored(fields.get("effectiveGasPrice")),
        contract=None if contract is None else address(contract),
        events=_length(fields.get("logs")),
    )
