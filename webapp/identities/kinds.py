"""What this server vouches for, and for how long; what registries call it, and why claims end."""

from datetime import timedelta
from enum import StrEnum

from chain import claims as schemas
from chain.contracts import RevocationReason


class ClaimKind(StrEnum):
    """What a claim is about."""

    DOMAIN = "domain"
    EMAIL = "email"
    HANDLE = "handle"
    PERSON = "person"


class Method(StrEnum):
    """How it was verified: the basis that stands beside a badge."""

    FILE = "file"
    DNS = "dns"
    CODE = "code"
    HERE = "here"
    REVIEW = "review"


class End(StrEnum):
    """How a claim ended, by this server's decision or its subject's."""

    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"
    ERASED = "erased"


SCHEMAS = {
    ClaimKind.DOMAIN: schemas.DOMAIN,
    ClaimKind.EMAIL: schemas.EMAIL,
    ClaimKind.HANDLE: schemas.HANDLE,
    ClaimKind.PERSON: schemas.PERSON,
}
KIND_OF = {schema: kind for kind, schema in SCHEMAS.items()}
# A server that is gone renews nothing: what it said ends by itself, the sooner the easier it is to renew.
LIFE = {
    ClaimKind.DOMAIN: timedelta(days=90),
    ClaimKind.HANDLE: timedelta(days=90),
    ClaimKind.EMAIL: timedelta(days=365),
    ClaimKind.PERSON: timedelta(days=730),
}
# Looked at daily, so that they are renewed by themselves.
RENEWED = (ClaimKind.DOMAIN, ClaimKind.HANDLE)
RENEW_BEFORE = timedelta(days=30)
RECHECK = timedelta(days=1)
# For so long a domain may fail its daily look before what was said of it is taken back.
GRACE = timedelta(days=7)
# So often the same is sent to the chain by itself; then its owner, or the operator, has to ask again.
MOST_SENDS = 3
REASONS = {
    RevocationReason.UNSPECIFIED: "No reason was given",
    RevocationReason.MISTAKE: "It was issued by mistake",
    RevocationReason.NO_LONGER_TRUE: "It is no longer true",
    RevocationReason.REPLACED: "Another claim replaced it",
    RevocationReason.ASKED_BY_SUBJECT: "Its subject asked for that",
    RevocationReason.KEY_UNSAFE: "The issuer's key was not safe",
}


def reason_text(reason: int) -> str:
    """Say why a claim was revoked; numbers from 128 on are the issuer's own."""
    known = REASONS.get(reason)  # type: ignore[call-overload]
    return known or f"For reason {reason} of the issuer's own"
