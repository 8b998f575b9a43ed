"""Records: the five EIP-712 messages, their exact shape and their content hash.

Shape is what any verifier must agree on: keys, types, hex, ranges, whole characters. What a text may
say is not shape: lengths, U+0000, a zero or used salt, and an audience other than `AUDIENCES` are
refused by servers when a record is accepted; the scope of a Delegation is judged in a verdict.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from chain.proofs.errors import MalformedError
from chain.proofs.keccak import keccak256, new_keccak
from chain.proofs.shapes import (
    check_hex,
    check_list,
    check_object,
    check_text,
    check_uint,
    check_uuid,
    shown,
)

# A message as JSON gives it: camelCase keys, hex as text. Made safe to hash by `check_message`.
Message = dict[str, Any]

AUDIENCES = ("public", "followers")
SCOPE_POST = "post"
ZERO_ADDRESS = "0x" + "00" * 20
ZERO_HASH = "0x" + "00" * 32

TYPES: dict[str, tuple[tuple[str, str], ...]] = {
    "Post": (
        ("id", "bytes16"),
        ("author", "address"),
        ("audience", "string"),
        ("text", "string"),
        ("media", "Media[]"),
        ("replyTo", "bytes32"),
        ("quotes", "bytes32"),
        ("replaces", "bytes32"),
        ("notBefore", "BlockRef"),
        ("salt", "bytes32"),
    ),
    "Media": (("digest", "bytes32"), ("mime", "string"), ("alt", "string")),
    "BlockRef": (("number", "uint64"), ("hash", "bytes32")),
    "Deletion": (
        ("id", "bytes16"),
        ("author", "address"),
        ("replaces", "bytes32"),
        ("notBefore", "BlockRef"),
    ),
    "Delegation": (
        ("id", "bytes16"),
        ("author", "address"),
        ("delegate", "address"),
        ("scope", "string"),
        ("expiresAt", "uint64"),
        ("notBefore", "BlockRef"),
    ),
    "Revocation": (
        ("id", "bytes16"),
        ("author", "address"),
        ("delegate", "address"),
        ("notBefore", "BlockRef"),
    ),
    "Stamp": (
        ("id", "bytes16"),
        ("author", "address"),
        ("about", "string"),
        ("digest", "bytes32"),
        ("notBefore", "BlockRef"),
        ("salt", "bytes32"),
    ),
}


class Kind(IntEnum):
    """The kinds of record, by the number that an entry carries."""

    POST = 1
    DELETION = 2
    DELEGATION = 3
    REVOCATION = 4
    STAMP = 5

    @property
    def type_name(self) -> str:
        """The EIP-712 primary type of this kind."""
        return self.name.capitalize()

    @classmethod
    def from_type_name(cls, name: object, path: str = "$.type") -> "Kind":
        """Return the kind of an EIP-712 primary type; raises `MalformedError` for any other."""
        kind = _BY_TYPE_NAME.get(name) if isinstance(name, str) else None
        if kind is None:
            known = ", ".join(_BY_TYPE_NAME)
            raise MalformedError(path, f"needs one of {known}, got {shown(name)}")
        return kind


_BY_TYPE_NAME = {kind.type_name: kind for kind in Kind}

# What a delegate with the scope `post` may sign.
DELEGABLE = frozenset({Kind.POST, Kind.DELETION, Kind.STAMP})


def encode_type(name: str) -> str:
    """Return the EIP-712 `encodeType` of a type: itself, then the types it refers to by name."""
    inner = {kind.removesuffix("[]") for _, kind in TYPES[name]} & TYPES.keys()
    members = [
        f"{each}({','.join(f'{kind} {key}' for key, kind in TYPES[each])})"
        for each in (name, *sorted(inner))
    ]
    return "".join(members)


def check_message(kind: Kind, message: object, path: str = "$") -> Message:
    """Return `message` if it has exactly the shape of this kind; raises `MalformedError`."""
    return _check_struct(kind.type_name, message, path)


def content(kind: Kind, message: Message) -> bytes:
    """Return the EIP-712 `hashStruct`, 32 bytes, of a message that `check_message` let through."""
    return _hash_struct(kind.type_name, message)


def account_author(account: str) -> str:
    """Return the author address of an account without a wallet, from its UUID in lower case.

    Nobody holds a key for that address. Raises `MalformedError` for any other text.
    """
    check_uuid(account, "$.account")
    return "0x" + keccak256(b"troth:account:" + account.encode("ascii"))[12:].hex()


def _check_struct(name: str, value: object, path: str) -> Message:
    keys, checks = _CHECKS[name]
    checked = check_object(value, keys, path)
    for key, check in checks:
        check(checked[key], f"{path}.{key}")
    return checked


def _check_media(value: object, path: str) -> object:
    for index, item in enumerate(check_list(value, path)):
        _check_struct("Media", item, f"{path}[{index}]")
    return value


def _hash_struct(name: str, value: Message) -> bytes:
    type_hash, plan = _PLANS[name]
    words = [encode(value[key]) for key, encode in plan]
    return new_keccak(type_hash + b"".join(words)).digest()


_CHECK: dict[str, Callable[[object, str], object]] = {
    "bytes16": lambda value, path: check_hex(value, 16, path),
    "bytes32": lambda value, path: check_hex(value, 32, path),
    "address": lambda value, path: check_hex(value, 20, path),
    "uint64": check_uint,
    "string": check_text,
    "BlockRef": lambda value, path: _check_struct("BlockRef", value, path),
    "Media[]": _check_media,
}

_ENCODE: dict[str, Callable[[Any], bytes]] = {
    "bytes16": lambda value: bytes.fromhex(value[2:]) + bytes(16),
    "bytes32": lambda value: bytes.fromhex(value[2:]),
    "address": lambda value: bytes(12) + bytes.fromhex(value[2:]),
    "uint64": lambda value: value.to_bytes(32, "big"),
    "string": lambda value: new_keccak(value.encode()).digest(),
    "BlockRef": lambda value: _hash_struct("BlockRef", value),
    "Media[]": lambda value: keccak256(b"".join([_hash_struct("Media", item) for item in value])),
}

_CHECKS = {
    name: (frozenset(key for key, _ in fields), tuple((key, _CHECK[kind]) for key, kind in fields))
    for name, fields in TYPES.items()
}

_PLANS = {
    name: (
        keccak256(encode_type(name).encode()),
        tuple((key, _ENCODE[kind]) for key, kind in fields),
    )
    for name, fields in TYPES.items()
}
