"""The rules that a record must keep beyond its shape (protocol, section 2)."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from chain.proofs.records import AUDIENCES, SCOPE_POST, ZERO_ADDRESS, ZERO_HASH, Kind
from webapp.errors import MalformedRequestError
from webapp.log.errors import (
    DelegationRefusedError,
    NotBeforeNotCanonicalError,
    NotBeforeNotFinalError,
    NotBeforeTooOldError,
    RecordRefusedError,
    SaltRefusedError,
)
from webapp.log.service import KnownBlock, KnownChain

MAX_AGE_SECONDS = 86_400
MAX_DELEGATION_SECONDS = 90 * 86_400
MAX_TEXT = 10_000
MAX_ABOUT = 1_000
MAX_MEDIA, MAX_ALT, MAX_MIME = 4, 1_000, 100


class TextRefusedError(RecordRefusedError):
    """A text that is too long or holds U+0000."""

    code = "text_refused"
    title = "The text cannot be accepted"

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__()

    @property
    def detail(self) -> str:
        """Say which text, and why."""
        return f"{self.field} {self.why}."


class MediaRefusedError(RecordRefusedError):
    """Media that a post cannot hold."""

    code = "media_refused"
    title = "The post's media cannot be accepted"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__()

    @property
    def detail(self) -> str:
        """Say why, and what may be sent."""
        return f"The media {self.why}; a post holds at most {MAX_MEDIA} images, or one video."


def lower_addresses(message: object) -> object:
    """Lower the addresses of a record: the API takes them in any case, the hash does not care."""
    if not isinstance(message, dict):
        return message
    names = ("author", "delegate")
    lowered = {name: message[name].lower() for name in names if _is_text(message.get(name))}
    return {**message, **lowered}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def check_bounds(kind: Kind, message: Mapping[str, Any]) -> None:
    """Refuse texts that are too long or hold U+0000, zero salts and too many media."""
    bounds = {"text": MAX_TEXT, "about": MAX_ABOUT}
    for name, most in bounds.items():
        if name in message:
            check_text(name, message[name], most)
    if kind is Kind.POST and message["audience"] not in AUDIENCES:
        raise TextRefusedError("audience", f"is none of {', '.join(AUDIENCES)}")
    if kind is Kind.POST:
        _check_media(message["media"])
    if kind is Kind.DELEGATION and message["scope"] != SCOPE_POST:
        raise DelegationRefusedError(f"has a scope other than '{SCOPE_POST}'")
    if message.get("salt") == ZERO_HASH:
        raise SaltRefusedError("is zero")


def _check_media(media: Sequence[Mapping[str, Any]]) -> None:
    if len(media) > MAX_MEDIA:
        raise MediaRefusedError(f"are {len(media)}")
    for index, item in enumerate(media):
        check_text(f"media[{index}].alt", item["alt"], MAX_ALT)
        check_text(f"media[{index}].mime", item["mime"], MAX_MIME)


def check_text(name: str, value: str, most: int) -> None:
    """Refuse a text of more than ``most`` code points or with U+0000."""
    if len(value) > most:
        raise TextRefusedError(name, f"has {len(value)} characters; at most {most} are accepted")
    if "\0" in value:
        raise TextRefusedError(name, "holds the character U+0000")


def check_not_before(
    chain: KnownChain, reference: Mapping[str, Any], block: KnownBlock | None
) -> KnownBlock:
    """Return the block that a record names, if it is stored; raises NotBeforeError where the rule is broken."""
    number = int(reference["number"])
    if block is None:
        if number < chain.first:
            raise NotBeforeTooOldError(number, "is older than the blocks that are kept here")
        raise NotBeforeNotCanonicalError(number, "is not known here")
    if block.hash != bytes.fromhex(reference["hash"][2:]):
        raise NotBeforeNotCanonicalError(number, "has another hash on the canonical chain")
    if chain.final is None or number > chain.final:
        raise NotBeforeNotFinalError(number, "is not final yet")
    if chain.head.time - block.time > MAX_AGE_SECONDS:
        raise NotBeforeTooOldError(number, "is more than 24 hours older than the newest block")
    return block


def check_delegation_terms(message: Mapping[str, Any], not_before: KnownBlock) -> None:
    """Check the delegate and the expiry of a Delegation."""
    delegate, expires_at = message["delegate"], int(message["expiresAt"])
    if delegate == ZERO_ADDRESS:
        raise DelegationRefusedError("names the zero address; name the device's own address")
    if delegate == message["author"]:
        raise DelegationRefusedError("names its own author; a wallet needs no permission")
    if expires_at - not_before.time > MAX_DELEGATION_SECONDS:
        raise DelegationRefusedError("lasts longer than 90 days after its notBefore block")
    if expires_at <= max(not_before.time, int(time.time())):
        raise DelegationRefusedError("has expired already; set expiresAt in the future")


def parse_signature(text: str) -> bytes:
    """Return the bytes of a signature in lower-case hex; raises MalformedRequestError."""
    digits = text[2:]
    if text[:2] != "0x" or len(digits) % 2 or set(digits) - set("0123456789abcdef"):
        wanted = "must be lower-case hex with 0x and an even number of digits"
        raise MalformedRequestError([{"field": "signature", "problem": wanted}])
    return bytes.fromhex(digits)
