"""Value, salt and evidence encrypted at rest with the keys of private messages, and tags that know a value again.

A tag is HMAC-SHA256 of kind and value under a random pepper that is itself encrypted: from a stolen database
nobody finds out by trying which e-mail address a row is about.
"""

import hmac
import json
import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.database import insert_or_ignore
from webapp.identities.models import ClaimEvidence, ClaimPepper, IdentityClaim
from webapp.messages.encryption import Sealed, open_bytes, seal_bytes

ONLY = 1
PEPPER_PLACE = b"troth claim pepper"


@dataclass(frozen=True)
class Secret:
    """What a claim's digest hides: value and salt (32 bytes)."""

    value: str
    salt: bytes


def seal_secret(secret: Secret, claim_id: UUID) -> Sealed:
    """Encrypt value and salt."""
    data = json.dumps({"value": secret.value, "salt": secret.salt.hex()}).encode()
    return seal_bytes(data, _of_claim(claim_id))


def open_secret(claim: IdentityClaim) -> Secret | None:
    """Return value and salt, None once erased; raises UnreadableError."""
    return opened(claim.id, claim.sealed, claim.key_id)


def opened(claim_id: UUID, sealed: bytes | None, key_id: str | None) -> Secret | None:
    """Return value and salt of a claim's columns, None once erased; raises UnreadableError."""
    if sealed is None or key_id is None:
        return None
    found = json.loads(open_bytes(Sealed(sealed, key_id), _of_claim(claim_id)))
    return Secret(found["value"], bytes.fromhex(found["salt"]))


def seal_evidence(data: bytes, evidence_id: UUID) -> Sealed:
    """Encrypt a piece of evidence."""
    return seal_bytes(data, _of_evidence(evidence_id))


def open_evidence(row: ClaimEvidence) -> bytes:
    """Return a piece of evidence; raises UnreadableError."""
    return open_bytes(Sealed(row.sealed, row.key_id), _of_evidence(row.id))


def pepper(session: Session) -> bytes:
    """Return the key of all tags, made at first; needs an open write transaction then."""
    row = session.get(ClaimPepper, ONLY)
    if row is None:
        fresh = seal_bytes(secrets.token_bytes(32), PEPPER_PLACE)
        insert_or_ignore(session, ClaimPepper, id=ONLY, sealed=fresh.data, key_id=fresh.key_id)
        row = session.get_one(ClaimPepper, ONLY)
    return open_bytes(Sealed(row.sealed, row.key_id), PEPPER_PLACE)


def tag_of(session: Session, kind: str, value: str) -> bytes:
    """Return the tag of a value: the same for the same, of whomever it is said."""
    return hmac.digest(pepper(session), f"{kind}\0{value}".encode(), "sha256")


def code_hash(session: Session, claim_id: UUID, code: str) -> bytes:
    """Return what is kept of a code."""
    return hmac.digest(pepper(session), b"code\0" + claim_id.bytes + code.encode(), "sha256")


def _of_claim(claim_id: UUID) -> bytes:
    return b"troth claim\0" + claim_id.bytes


def _of_evidence(evidence_id: UUID) -> bytes:
    return b"troth claim evidence\0" + evidence_id.bytes
