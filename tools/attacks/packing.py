"""Texts and repeated values in small space.

A text is a list of parts: a string (each character one byte), `[base, start, end]` (bytes of a text in
`bases`) or `{"of": string, "times": n}`. Other values are kept once in a table and named by their place.
"""

import json
import re
from typing import Any

Part = str | list[int] | dict[str, Any]
# A text with so much that is new becomes a base; longer ones are only searched for repetitions.
_SHORTEST_BASE, _LONGEST_BASE = 600, 10_000
# So many equal characters make a piece of a base.
_GRAM = 24
_REPEATED = re.compile(r"(.{1,8}?)\1{40,}", re.DOTALL)


class Table:
    """Values in the order in which they first came."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[str, int] = {}

    def place(self, value: Any) -> int:
        """Return the place of a JSON value, which is added where it is new."""
        key = json.dumps(value)
        if key not in self._places:
            self._places[key] = len(self.values)
            self.values.append(value)
        return self._places[key]


class Texts:
    """Bytes as parts of texts that came before."""

    def __init__(self) -> None:
        self.bases: list[str] = []
        self._places: dict[str, tuple[int, int]] = {}

    def pack(self, data: bytes) -> list[Part]:
        """Return the parts of these bytes."""
        text = data.decode("latin-1")
        if len(text) > _LONGEST_BASE:
            return _runs(text)
        parts = self._find(text)
        new = sum(len(part) for part in parts if isinstance(part, str))
        if new < _SHORTEST_BASE:
            return parts
        self.bases.append(text)
        index = len(self.bases) - 1
        for start in range(len(text) - _GRAM + 1):
            self._places.setdefault(text[start : start + _GRAM], (index, start))
        return [[index, 0, len(text)]]

    def _find(self, text: str) -> list[Part]:
        """Return parts: what stands in a base as a piece of it, all else as it is."""
        parts: list[Part] = []
        literal = at = 0
        while at < len(text):
            place = self._places.get(text[at : at + _GRAM])
            if place is None:
                at += 1
                continue
            index, start = place
            length = _shared(self.bases[index], start, text, at)
            parts += [*_runs(text[literal:at]), [index, start, start + length]]
            literal = at = at + length
        return [*parts, *_runs(text[literal:])]


def _shared(base: str, start: int, text: str, at: int) -> int:
    """Return how many characters are alike from these two places on."""
    length = _GRAM
    longest = min(len(base) - start, len(text) - at)
    while length < longest and base[start + length] == text[at + length]:
        length += 1
    return length


def _runs(text: str) -> list[Part]:
    parts: list[Part] = []
    end = 0
    for match in _REPEATED.finditer(text):
        if match.start() > end:
            parts.append(text[end : match.start()])
        of = match.group(1)
        parts.append({"of": of, "times": len(match.group(0)) // len(of)})
        end = match.end()
    return [*parts, text[end:]] if end < len(text) else parts


def unpack(parts: list[Part], bases: list[str]) -> bytes:
    """Return the bytes of the parts of a text."""
    pieces = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
        elif isinstance(part, dict):
            pieces.append(part["of"] * part["times"])
        else:
            base, start, end = part
            pieces.append(bases[base][start:end])
    return "".join(pieces).encode("latin-1")
