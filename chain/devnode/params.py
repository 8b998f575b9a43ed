"""Reading what a client sent: hex quantities, bytes, addresses, blocks (execution-apis, "schemas").

As strict as geth: a number with leading zeros or a short address is a client's bug, and is told so.
"""

import re
from dataclasses import dataclass
from typing import Any

from chain.devnode.errors import InvalidParams

TAGS = frozenset({"latest", "pending", "earliest", "safe", "finalized"})
_QUANTITY = re.compile(r"0x(0|[1-9a-fA-F][0-9a-fA-F]*)")
_BYTES = re.compile(r"0x([0-9a-fA-F]{2})*")


def arguments(params: list[Any], required: int, optional: int = 0) -> list[Any]:
    """Return exactly `required + optional` parameters, absent ones as None; else InvalidParams."""
    if len(params) < required or any(value is None for value in params[:required]):
        raise InvalidParams(f"missing value for required argument {min(len(params), required - 1)}")
    if len(params) > required + optional:
        raise InvalidParams(f"too many arguments, want at most {required + optional}")
    return params + [None] * (required + optional - len(params))


def quantity(value: Any, name: str, bits: int = 256) -> int:
    """Read an unsigned number in hex without leading zeros, below 2**bits."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise InvalidParams(
            f"{name} must be a hex number like 0x1f without leading zeros: {value!r}"
        )
    number = int(value, 16)
    if number >> bits:
        raise InvalidParams(f"{name} is larger than {bits} bits: {value}")
    return number


def loose_quantity(value: Any, name: str) -> int:
    """Read a number as hex or as a JSON integer, as test clients send it to evm_ methods."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 64:
        return value
    return quantity(value, name, 64)


def octets(value: Any, name: str, length: int | None = None) -> bytes:
    """Read bytes in hex, of `length` bytes if given."""
    if not isinstance(value, str) or not _BYTES.fullmatch(value):
        raise InvalidParams(
            f"{name} must be bytes in hex with 0x and an even number of digits: {value!r}"
        )
    content = bytes.fromhex(value[2:])
    if length is not None and len(content) != length:
        raise InvalidParams(f"{name} must have {length} bytes, it has {len(content)}: {value}")
    return content


def address(value: Any, name: str = "address") -> bytes:
    """Read a 20-byte address, in any case of letters."""
    return octets(value, name, 20)


def word(value: Any, name: str) -> bytes:
    """Read a 32-byte word, such as a hash."""
    return octets(value, name, 32)


def slot(value: Any) -> int:
    """Read a storage slot: a number or up to 32 bytes in hex, padded or not."""
    if not isinstance(value, str) or not re.fullmatch(r"0x[0-9a-fA-F]{1,64}", value):
        raise InvalidParams(f"the storage slot must be up to 32 bytes in hex: {value!r}")
    return int(value, 16)


def flag(value: Any, name: str) -> bool:
    """Read a boolean; absent is false."""
    if value is None:
        return False
    if not isinstance(value, bool):
        raise InvalidParams(f"{name} must be true or false: {value!r}")
    return value


@dataclass(frozen=True)
class BlockRef:
    """Which block is meant: a tag, a number, or a hash; exactly one is set."""

    tag: str | None = None
    number: int | None = None
    hash: bytes | None = None


def block_ref(value: Any, default: str = "latest") -> BlockRef:
    """Read a block parameter: tag, number, or {blockHash} or {blockNumber} (EIP-1898)."""
    if value is None:
        return BlockRef(tag=default)
    if isinstance(value, dict):
        return _block_object(value)
    if isinstance(value, str) and value in TAGS:
        return BlockRef(tag=value)
    if isinstance(value, str) and re.fullmatch(r"0x[0-9a-fA-F]{64}", value):
        return BlockRef(hash=word(value, "block"))
    return BlockRef(
        number=quantity(value, f"block (a number or one of {', '.join(sorted(TAGS))})", 63)
    )


def _block_object(value: dict[str, Any]) -> BlockRef:
    by_hash, by_number = value.get("blockHash"), value.get("blockNumber")
    if (by_hash is None) == (by_number is None):
        raise InvalidParams("a block object must have one of blockHash and blockNumber")
    if by_hash is not None:
        return BlockRef(hash=word(by_hash, "blockHash"))
    return block_ref(by_number)
