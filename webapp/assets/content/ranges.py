"""Which bytes a request asks for (RFC 9110, section 14): one range, several, or all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_RANGES = 16
LONGEST_HEADER = 1_000
_RANGE = re.compile(r"[ \t]*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))[ \t]*")


class UnsatisfiableError(ValueError):
    """Ranges of which none has a byte of the file."""


@dataclass(frozen=True)
class ByteRange:
    """Bytes from ``start`` to before ``stop``."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        """How many bytes these are."""
        return self.stop - self.start

    def of(self, size: int) -> str:
        """Return the value of Content-Range for a file of so many bytes."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


def asked_ranges(header: str | None, size: int) -> Sequence[ByteRange] | None:
    """Return the ranges of a Range header that the file has, None for the whole file.

    What is no range of bytes is ignored, as the RFC lets a server do; so are so many ranges, or such, that the
    whole file is less work. Raises UnsatisfiableError.
    """
    if not header or len(header) > LONGEST_HEADER or not header.lower().startswith("bytes="):
        return None
    asked = [_RANGE.fullmatch(one) for one in header[len("bytes=") :].split(",")]
    if len(asked) > MOST_RANGES:
        return None
    found = []
    for match in asked:
        if match is None or _backwards(match):
            return None
        one = _within(match, size)
        if one is not None:
            found.append(one)
    if not found:
        raise UnsatisfiableError(f"None of {header!r} is within {size} bytes.")
    return None if len(found) > 1 and sum(one.size for one in found) >= size else found


def _backwards(match: re.Match[str]) -> bool:
    return bool(match[1] and match[2]) and int(match[2]) < int(match[1])


def _within(match: re.Match[str], size: int) -> ByteRange | None:
    if match[3] is not None:
        start, stop = max(size - int(match[3]), 0), size
    else:
        start, stop = int(match[1]), min(int(match[2]) + 1, size) if match[2] else size
    return ByteRange(start, stop) if start < stop else None
