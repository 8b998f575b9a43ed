"""What can be claimed: domain names, e-mail addresses and names, in the one form in which they are hashed."""

import ipaddress
import re
import unicodedata
from functools import cache

import idna
from publicsuffixlist import PublicSuffixList

from webapp.accounts.profile.rules import BIDI, INVISIBLE, UNSEEN_KINDS
from webapp.identities.errors import ClaimRefusedError

LONGEST_DOMAIN, LONGEST_LOCAL, LONGEST_NAME = 253, 64, 100
# A dot-atom (RFC 5322) without `=?`: a header's reader takes that for an encoded word (RFC 2047), and finds other
# addresses in it.
_LOCAL = re.compile(
    r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z"
)
# Names of no public network (RFC 6761, 6762, 7686, 8375 and ICANN's .internal).
_SPECIAL = frozenset(
    "localhost local test example invalid onion arpa internal lan home corp localdomain alt".split()  # noqa: SIM905
)


@cache
def _suffixes() -> PublicSuffixList:
    """Return the list of public suffixes that comes with its package; nothing is downloaded."""
    return PublicSuffixList()


def normal_domain(text: str, field: str = "value") -> str:
    """Return a domain name in lower-case ASCII (IDNA 2008, UTS 46); raises ClaimRefusedError.

    Addresses, names of no public network, and public suffixes, which nobody has alone, are refused.
    """
    name = text.strip().rstrip(".")
    if not name or len(name) > LONGEST_DOMAIN:
        raise ClaimRefusedError(field, "Give a domain name of at most 253 characters")
    if any(one in name for one in "/:@?#[]\\ "):
        raise ClaimRefusedError(field, "Give a domain name alone, without scheme, port or path")
    try:
        ascii_name = idna.encode(name, uts46=True, std3_rules=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        raise ClaimRefusedError(field, f"{name[:80]!r} is no domain name") from None
    if _is_address(ascii_name):
        raise ClaimRefusedError(field, "An IP address is no domain name")
    labels = ascii_name.split(".")
    if len(labels) < 2 or labels[-1] in _SPECIAL or labels[-1].isdigit():
        raise ClaimRefusedError(field, f"{ascii_name} is no name of the public Internet")
    if registrable(ascii_name) is None:
        raise ClaimRefusedError(field, f"{ascii_name} is a public suffix, which nobody has alone")
    return ascii_name


def registrable(domain: str) -> str | None:
    """Return the part of a name that somebody registered, None for a public suffix."""
    found: str | None = _suffixes().privatesuffix(domain)
    return found


def normal_email(text: str) -> str:
    """Return an e-mail address with its domain in lower-case ASCII; raises ClaimRefusedError.

    The part before the @ is kept as given: only its own server knows whether case matters there.
    """
    local, at, domain = text.strip().rpartition("@")
    if not at or len(local) > LONGEST_LOCAL or not _LOCAL.match(local):
        raise ClaimRefusedError("value", "Give an e-mail address such as ada@example.org")
    return f"{local}@{normal_domain(domain)}"


def normal_name(text: str) -> str:
    """Return a name as people write it, in NFC, without what is not seen; raises ClaimRefusedError."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not name or len(name) > LONGEST_NAME:
        raise ClaimRefusedError("value", "Give a name of at most 100 characters")
    if any(one in BIDI or one in INVISIBLE for one in name) or any(
        unicodedata.category(one) in UNSEEN_KINDS for one in name
    ):
        raise ClaimRefusedError("value", "The name holds characters that are not seen")
    return name


def _is_address(name: str) -> bool:
    """Tell whether a name is an address, also in the old ways of writing it."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return all(re.fullmatch(r"(0x[0-9a-f]*|\d+)", one) for one in name.split("."))
    return True
