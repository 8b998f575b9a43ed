"""Entries: one line of the log each, and its leaf."""

import struct
from dataclasses import dataclass
from typing import Any

from chain.proofs.errors import MalformedError
from chain.proofs.keccak import new_keccak
from chain.proofs.records import Kind
from chain.proofs.shapes import check_hex, check_object, check_uint, shown, to_hex

ZERO_WORD = bytes(32)

# abi.encode(uint64, address, uint64, bytes32, bytes16, uint8, bytes32, bytes32): eight static words.
_pack = struct.Struct(">24xQ 12x20s 24xQ 32s 16s16x 31xB 32s 32s").pack

_KEYS = frozenset(
    {"position", "author", "sequence", "previous", "record", "kind", "content", "signature"}
)


def leaf_hash(  # noqa: PLR0913, PLR0917 - the eight fields of the protocol, without an object for each
    position: int,
    author: bytes,
    sequence: int,
    previous: bytes,
    record: bytes,
    kind: int,
    content: bytes,
    signature: bytes,
) -> bytes:
    """Return keccak256(keccak256(abi.encode(the eight fields))), 32 bytes.

    `author` is 20 bytes, `record` 16, the other byte fields 32. Raises `MalformedError` for any other
    length (struct would pad or cut them silently) and for numbers that do not fit.
    """
    if not (
        len(previous) == len(content) == len(signature) == 32
        and len(author) == 20
        and len(record) == 16
    ):
        lengths = [len(each) for each in (author, previous, record, content, signature)]
        raise MalformedError("$.entry", f"needs fields of 20, 32, 16, 32, 32 bytes, got {lengths}")
    try:
        words = _pack(position, author, sequence, previous, record, kind, content, signature)
    except struct.error as error:
        raise MalformedError("$.entry", f"has a number out of range: {error}") from error
    return new_keccak(new_keccak(words).digest()).digest()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    `author` is a lower-case address; `record` 16 bytes; `previous`, `content` and `signature` (the
    keccak256 of the signature's bytes, zero if unsigned) 32 bytes each.
    """

    position: int
    author: str
    sequence: int
    previous: bytes
    record: bytes
    kind: Kind
    content: bytes
    signature: bytes

    def leaf(self) -> bytes:
        """Return this entry's leaf, 32 bytes; raises `MalformedError` as `leaf_hash` does."""
        return leaf_hash(
            self.position,
            bytes.fromhex(self.author[2:]),
            self.sequence,
            self.previous,
            self.record,
            self.kind,
            self.content,
            self.signature,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the entry as it stands in bundles and in the public log."""
        return {
            "position": self.position,
            "author": self.author,
            "sequence": self.sequence,
            "previous": to_hex(self.previous),
            "record": to_hex(self.record),
            "kind": int(self.kind),
            "content": to_hex(self.content),
            "signature": to_hex(self.signature),
        }

    @classmethod
    def from_json(cls, value: object, path: str = "$") -> "Entry":
        """Return the entry of a JSON object; raises `MalformedError` unless its shape is exact."""
        fields = check_object(value, _KEYS, path)

        def word(key: str, length: int = 32) -> bytes:
            return bytes.fromhex(check_hex(fields[key], length, f"{path}.{key}")[2:])

        return cls(
            position=check_uint(fields["position"], f"{path}.position"),
            author=check_hex(fields["author"], 20, f"{path}.author"),
            sequence=check_uint(fields["sequence"], f"{path}.sequence"),
            previous=word("previous"),
            record=word("record", 16),
            kind=_check_kind(fields["kind"], f"{path}.kind"),
            content=word("content"),
            signature=word("signature"),
        )


def _check_kind(value: object, path: str) -> Kind:
    number = check_uint(value, path)
    try:
        return Kind(number)
    except ValueError:
        problem = f"needs a kind from 1 to {len(Kind)}, got {shown(number)}"
        raise MalformedError(path, problem) from None
