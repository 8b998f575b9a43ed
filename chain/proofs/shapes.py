"""Shape checks of single JSON values; each returns the value or raises `MalformedError`.

Whatever the protocol's page lists as "refused as unusable" about one value is refused here, before
anything is hashed: Python's own tolerance (True == 1, bytes.fromhex with blanks) must not decide.
"""

import re
from typing import Any

from chain.proofs.errors import MalformedError

# The largest integer that every JSON reader holds exactly (RFC 8259, section 6).
MAX_INTEGER = 2**53 - 1

_HEX = {length: re.compile(f"0x[0-9a-f]{{{2 * length}}}") for length in (16, 20, 32)}
_HEX_ANY = re.compile("0x(?:[0-9a-f]{2})*")
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHOWN_LENGTH = 80


def shown(value: object) -> str:
    """Return a short description of any JSON value, safe to print and bounded in length."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and value.bit_length() > 64:
        return f"an integer of {value.bit_length()} bits"
    text = ascii(value)
    return (
        text
        if len(text) <= _SHOWN_LENGTH
        else f"{text[:_SHOWN_LENGTH]}... ({len(text)} characters)"
    )


def check_uint(value: object, path: str) -> int:
    """Return an integer from 0 to 2^53-1; True and 1.0 are none."""
    if type(value) is not int:
        raise MalformedError(path, f"needs an integer, got {shown(value)}")
    if not 0 <= value <= MAX_INTEGER:
        raise MalformedError(path, f"needs an integer from 0 to 2^53-1, got {shown(value)}")
    return value


def check_text(value: object, path: str) -> str:
    """Return a string of Unicode scalar values; lone surrogates are refused."""
    if type(value) is not str:
        raise MalformedError(path, f"needs a string, got {shown(value)}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            problem = f"has a lone surrogate at character {error.start}; use whole characters"
            raise MalformedError(path, problem) from None
    return value


def check_hex(value: object, length: int, path: str) -> str:
    """Return 0x and `length` bytes (16, 20 or 32) in lower-case hex."""
    if type(value) is not str or _HEX[length].fullmatch(value) is None:
        problem = f"needs 0x and {2 * length} lower-case hex digits, got {shown(value)}"
        raise MalformedError(path, problem)
    return value


def check_bytes(value: object, longest: int, path: str) -> bytes:
    """Return the bytes, at most `longest`, of a lower-case hex text; `0x` is the empty ones."""
    if type(value) is not str or len(value) > 2 + 2 * longest or not _HEX_ANY.fullmatch(value):
        problem = f"needs 0x and at most {longest} bytes in lower-case hex, got {shown(value)}"
        raise MalformedError(path, problem)
    return bytes.fromhex(value[2:])


def check_uuid(value: object, path: str) -> str:
    """Return a UUID in lower case with hyphens (RFC 9562); its version is not looked at."""
    if type(value) is not str or _UUID.fullmatch(value) is None:
        raise MalformedError(path, f"needs a UUID in lower case with hyphens, got {shown(value)}")
    return value


def check_object(value: object, keys: frozenset[str], path: str) -> dict[str, Any]:
    """Return an object that has exactly these keys."""
    if type(value) is not dict:
        raise MalformedError(path, f"needs an object, got {shown(value)}")
    if value.keys() != keys:
        unknown = [shown(key) for key in value if key not in keys]
        if unknown:
            raise MalformedError(path, f"has the unknown key {unknown[0]}; remove it")
        missing = sorted(keys - value.keys())
        raise MalformedError(path, f"lacks the key '{missing[0]}'; add it")
    return value


def check_list(value: object, path: str, longest: int | None = None) -> list[Any]:
    """Return a list of at most `longest` items (None: no bound of its own)."""
    if type(value) is not list:
        raise MalformedError(path, f"needs a list, got {shown(value)}")
    if longest is not None and len(value) > longest:
        raise MalformedError(path, f"has {len(value)} items, at most {longest} are allowed")
    return value


def to_hex(data: bytes) -> str:
    """Return 0x and the bytes in lower-case hex."""
    return "0x" + data.hex()
