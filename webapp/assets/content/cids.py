"""Content identifiers (CIDs) of files: SHA-256 alone, as one raw block or as the root of a tree of them.

Sources: the CID and multibase specifications of multiformats.io.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

RAW, DAG_PB = 0x55, 0x70
CHUNK = 262_144  # bytes of a file's block, as kubo cuts it
DIGEST = 32
_SHA2_256 = bytes((0x12, DIGEST))
_VERSION = 1
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
MOST_CHARACTERS = 80  # the longest spelling, base16, has 73


class NotACidError(ValueError):
    """A text that spells no CID of a kind that is kept here; says why."""


@dataclass(frozen=True)
class Cid:
    """A CIDv1: ``codec`` is RAW or DAG_PB, ``digest`` the SHA-256 of the block that it names, 32 bytes."""

    codec: int
    digest: bytes

    def __bytes__(self) -> bytes:
        return bytes((_VERSION, self.codec)) + _SHA2_256 + self.digest

    def __str__(self) -> str:
        """Return the canonical spelling, in base32: ``bafk…`` for a block, ``bafy…`` for a tree."""
        return "b" + base64.b32encode(bytes(self)).decode().lower().rstrip("=")

    @property
    def base16(self) -> str:
        """The spelling that AssetRegistry's tokenURI has, ``f01551220…`` for a block."""
        return "f" + bytes(self).hex()

    @property
    def spellings(self) -> tuple[str, ...]:
        """The spellings that are in use: base 32, base 16, and of a tree version 0 (``Qm…``)."""
        usual = (str(self), self.base16)
        return (*usual, _to_58(_SHA2_256 + self.digest)) if self.codec == DAG_PB else usual


def raw_cid(digest: bytes) -> Cid:
    """Return the CID of one raw block, of 262,144 bytes at most, by the SHA-256 of its bytes."""
    if len(digest) != DIGEST:
        raise NotACidError(f"A SHA-256 has {DIGEST} bytes, not {len(digest)}.")
    return Cid(RAW, digest)


def parse_cid(text: str) -> Cid:
    """Read any spelling of a CID: version 0, or version 1 in base 16, 32, 36 or 58; raises NotACidError."""
    if not 0 < len(text) <= MOST_CHARACTERS or not text.isascii():
        raise NotACidError("A CID has at most 80 letters and digits.")
    if text.startswith("Qm"):
        multihash = _by_digits(text, _BASE58)
        return Cid(DAG_PB, _digest(multihash))
    decode = _BASES.get(text[0])
    if decode is None:
        raise NotACidError("The CID is not written in base 16, 32, 36 or 58.")
    data = decode(text[1:])
    if data[:1] != bytes((_VERSION,)) or data[1:2] not in (bytes((RAW,)), bytes((DAG_PB,))):
        raise NotACidError("Only CIDs of version 1 of raw blocks and of files (dag-pb) are kept.")
    return Cid(data[1], _digest(data[2:]))


def _digest(multihash: bytes) -> bytes:
    if multihash[:2] != _SHA2_256 or len(multihash) != len(_SHA2_256) + DIGEST:
        raise NotACidError("Only CIDs by SHA-256 are kept.")
    return multihash[2:]


def _by_16(text: str) -> bytes:
    if not re.fullmatch(r"[0-9a-fA-F]*", text):
        raise NotACidError("The CID has a character that base 16 does not have.")
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotACidError("The CID has an odd number of digits.") from None


def _by_32(text: str) -> bytes:
    try:
        data = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except binascii.Error:
        raise NotACidError("The CID is no base 32.") from None
    if base64.b32encode(data).decode().rstrip("=") != text.upper():
        raise NotACidError("The CID ends in bits that mean nothing.")
    return data


def _by_digits(text: str, digits: str) -> bytes:
    """Read a number written in digits of any base, its leading zeros each a byte."""
    number = 0
    for one in text:
        value = digits.find(one)
        if value < 0:
            raise NotACidError(f"The CID has a character that base {len(digits)} does not have.")
        number = number * len(digits) + value
    zeros = len(text) - len(text.lstrip(digits[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _to_58(data: bytes) -> str:
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return text


_BASES: dict[str, Callable[[str], bytes]] = {
    "f": _by_16,
    "F": _by_16,
    "b": _by_32,
    "B": _by_32,
    "z": lambda text: _by_digits(text, _BASE58),
    "k": lambda text: _by_digits(text, _BASE36),
    "K": lambda text: _by_digits(text.lower(), _BASE36),
}
