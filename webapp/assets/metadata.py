"""Metadata of tokens: the JSON that marketplaces read, as the same bytes each time.

The shape is OpenSea's (docs.opensea.io/docs/metadata-standards), which grew from ERC-721's own: ``name``,
``description``, ``image``, ``animation_url``, ``external_url``, ``attributes``. Keys are in alphabetical order, without
blanks, in UTF-8; at most 4,096 bytes, so that the file is one block and its CID follows from its SHA-256.
"""

import hashlib
import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from webapp.assets.content.sniffing import DEEPEST, nested
from webapp.assets.errors import MetadataRefusedError

MOST_BYTES = 4_096
LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_LINK = 200, 2_000, 500
MOST_ATTRIBUTES, LONGEST_TRAIT, LONGEST_VALUE = 50, 64, 200
# How marketplaces show a number; texts have none.
DISPLAY_TYPES = ("number", "boost_number", "boost_percentage", "date")
BIGGEST = 2**53 - 1
_LAYOUT = "\n\t"
_UNSEEN = {"Cc", "Cs", "Co"}
_NOT_IN_LINKS = frozenset("\"'<>`\\")
# Of JSON that others made, as deep as anything here is read.
_DEEPEST = 8


@dataclass(frozen=True)
class Metadata:
    """Metadata as bytes, with their SHA-256."""

    document: bytes
    digest: bytes


def build_metadata(fields: Mapping[str, Any], image: str | None, animation: str | None) -> Metadata:
    """Return the metadata of what somebody wrote and the CIDs of their files.

    ``fields`` holds name and perhaps description, external_url and attributes (trait_type, value, perhaps
    display_type). Raises MetadataRefusedError.
    """
    made: dict[str, Any] = {"name": _text("name", fields["name"], LONGEST_NAME, "")}
    if not made["name"].strip():
        raise MetadataRefusedError("name", "is empty")
    if description := fields.get("description"):
        made["description"] = _text("description", description, LONGEST_DESCRIPTION, _LAYOUT)
    if link := fields.get("external_url"):
        made["external_url"] = _link(link)
    if image is not None:
        made["image"] = f"ipfs://{image}"
    if animation is not None:
        made["animation_url"] = f"ipfs://{animation}"
    if attributes := fields.get("attributes"):
        made["attributes"] = _attributes(attributes)
    document = encode(made)
    if len(document) > MOST_BYTES:
        why = f"have {len(document)} bytes together; at most {MOST_BYTES} can be minted"
        raise MetadataRefusedError("name, description and attributes", why)
    return Metadata(document, hashlib.sha256(document).digest())


def encode(metadata: Mapping[str, Any]) -> bytes:
    """Return metadata as bytes, the same for the same content."""
    text = json.dumps(
        metadata, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


def read_metadata(document: bytes) -> dict[str, Any] | None:
    """Return what a document says, whoever made it; None for what is no JSON object of ordinary depth.

    Nor is one of numbers or characters that could not be written down again, or with a key twice: readers differ
    in which of the two they take.
    """
    try:
        text = document.decode()
        if nested(text) > DEEPEST:
            return None
        found = json.loads(text, parse_constant=_refuse, object_pairs_hook=_without_doubles)
        if not isinstance(found, dict) or _depth(found) > _DEEPEST:
            return None
        encode(found)
    except (ValueError, RecursionError):
        return None
    return found


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(one) for one in inner), default=0)


def _text(field: str, value: str, most: int, allowed: str) -> str:
    if len(value) > most:
        why = f"has {len(value)} characters; at most {most} are accepted"
        raise MetadataRefusedError(field, why)
    for one in value:
        if unicodedata.category(one) in _UNSEEN and one not in allowed:
            raise MetadataRefusedError(field, f"holds the character U+{ord(one):04X}")
    return value


def _link(link: str) -> str:
    _text("external_url", link, LONGEST_LINK, "")
    if _NOT_IN_LINKS.intersection(link) or any(one.isspace() for one in link):
        raise MetadataRefusedError("external_url", "holds a blank, a quote or an angle bracket")
    try:
        parts = urlsplit(link)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or "@" in parts.netloc:
        raise MetadataRefusedError("external_url", "is no https:// link to a host")
    return link


def _attributes(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if len(given) > MOST_ATTRIBUTES:
        why = f"are {len(given)}; at most {MOST_ATTRIBUTES} are accepted"
        raise MetadataRefusedError("attributes", why)
    return [_attribute(f"attributes.{place}", one) for place, one in enumerate(given)]


def _attribute(field: str, given: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if trait := given.get("trait_type"):
        made["trait_type"] = _text(f"{field}.trait_type", trait, LONGEST_TRAIT, "")
    value = given["value"]
    if isinstance(value, str):
        made["value"] = _text(f"{field}.value", value, LONGEST_VALUE, "")
    elif type(value) in (int, float) and math.isfinite(value) and abs(value) <= BIGGEST:
        made["value"] = value
    else:
        raise MetadataRefusedError(f"{field}.value", "is neither a text nor a number below 2^53")
    if (display := given.get("display_type")) is not None:
        if display not in DISPLAY_TYPES or isinstance(value, str):
            why = f"is for numbers, and one of {', '.join(DISPLAY_TYPES)}"
            raise MetadataRefusedError(f"{field}.display_type", why)
        made["display_type"] = display
    return made
