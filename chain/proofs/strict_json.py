"""A JSON reader that refuses whatever two readers could understand differently.

Python's own accepts duplicate keys, NaN, lone surrogates and a leading byte order mark; it raises a
bare ValueError for an integer of 5,000 digits and RecursionError for deep nesting. Here every refusal is
a `MalformedError`. All numbers of the protocol are integers from 0 to 2^53-1 (RFC 8259, section 6).
"""

import json
import re
from collections import Counter
from typing import Any, NoReturn

from chain.proofs.errors import MalformedError
from chain.proofs.shapes import MAX_INTEGER, check_text, shown

# Whole strings are skipped, also one that never ends, so each byte is looked at once.
_STRINGS_AND_BRACKETS = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def load_strict_json(data: bytes, *, max_bytes: int, max_depth: int) -> Any:
    """Return the value of one JSON text in UTF-8; raises `MalformedError` for anything doubtful.

    Refused: more than `max_bytes` bytes, more than `max_depth` nested lists and objects, a byte order
    mark, invalid UTF-8, lone surrogates, duplicate keys, floats, exponents, negatives, -0, integers over
    2^53-1, NaN and infinities, anything after the value. Keep `max_depth` under 500: Python's
    parser recurses.
    """
    if len(data) > max_bytes:
        raise MalformedError("$", f"has {len(data)} bytes, at most {max_bytes} are allowed")
    if data.startswith(_BYTE_ORDER_MARK):
        raise MalformedError("$", "starts with a byte order mark; write plain UTF-8")
    _refuse_depth(data, max_depth)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError("$", f"is no UTF-8 at byte {error.start}") from None
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except json.JSONDecodeError as error:
        problem = f"is no JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        raise MalformedError("$", problem) from None
    if "\\u" in text:
        _refuse_surrogates(value, "$")
    return value


def _refuse_depth(data: bytes, max_depth: int) -> None:
    depth = 0
    for match in _STRINGS_AND_BRACKETS.finditer(data):
        if match["open"]:
            depth += 1
            if depth > max_depth:
                raise MalformedError("$", f"nests deeper than {max_depth} at byte {match.start()}")
        elif match["close"]:
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise MalformedError("$", f"has the key {shown(twice)} twice in one object; keep one")
    return value


def _integer(digits: str) -> int:
    # Length first: int() of thousands of digits is slow, and raises beyond Python's own limit.
    if digits.startswith("-") or len(digits) > len(str(MAX_INTEGER)) or int(digits) > MAX_INTEGER:
        _refuse_number(digits)
    return int(digits)


def _refuse_number(text: str) -> NoReturn:
    problem = f"has the number {shown(text)}; only integers from 0 to 2^53-1 are allowed"
    raise MalformedError("$", problem)


def _refuse_surrogates(value: object, path: str) -> None:
    if isinstance(value, str):
        check_text(value, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(key, path)
            _refuse_surrogates(item, f"{path}[{shown(key)}]")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_surrogates(item, f"{path}[{index}]")
