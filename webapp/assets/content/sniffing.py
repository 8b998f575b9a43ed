"""What a content is, by its bytes alone; what is not known for harmless is a file to download."""

import json
import re
from itertools import accumulate
from typing import BinaryIO

from webapp.media.errors import MediaTypeError
from webapp.media.sniffing import EXTENSIONS as MEDIA_EXTENSIONS
from webapp.media.sniffing import IMAGES, VIDEOS, sniff

JSON, TEXT, BYTES = "application/json", "text/plain", "application/octet-stream"
# What a browser may show: it neither runs these nor takes them for something else.
SAFE = IMAGES | VIDEOS | {JSON, TEXT}
EXTENSIONS = MEDIA_EXTENSIONS | {JSON: "json", TEXT: "txt", BYTES: "bin"}
LONGEST_TEXT = 1_048_576
# Python's reader of JSON may end the process for what is nested without bounds.
DEEPEST = 100
# A string, which may lack its end, or a bracket outside of strings; possessive, so that no text takes long.
_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
# Characters below a space that a text has.
_WHITE = frozenset("\t\n\r\f")


def type_of(file: BinaryIO, size: int) -> str:
    """Return the type of an open file of ``size`` bytes: one of SAFE, or ``application/octet-stream``."""
    try:
        return sniff(file)
    except MediaTypeError:
        if size == 0 or size > LONGEST_TEXT:
            return BYTES
    file.seek(0)
    return _type_of_text(file.read())


def _type_of_text(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return BYTES
    if _is_json(text):
        return JSON
    plain = all(one >= " " or one in _WHITE for one in text) and "\x7f" not in text
    return TEXT if plain else BYTES


def nested(text: str) -> int:
    """Return how deep brackets nest in a text at most, before anything reads it; those in strings do not count."""
    steps = (_STEPS.get(one[0], 0) for one in _BRACKET.finditer(text))
    return max(accumulate(steps), default=0)


def _is_json(text: str) -> bool:
    """Tell whether a text is a JSON object or list, of ordinary depth."""
    if nested(text) > DEEPEST:
        return False
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False
