"""Recovery codes: 80 random bits each, so that a plain hash keeps them as well as a slow one would."""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

HOW_MANY = 10
_BYTES, _GROUP = 10, 4


def new_code() -> str:
    """Return a fresh code: four groups of four letters and digits."""
    text = base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def code_digest(account_id: UUID, code: str) -> bytes:
    """Return what is kept of a code; case, blanks and hyphens do not matter."""
    plain = "".join(code.split()).replace("-", "").lower()
    said = b"recovery code\0" + account_id.bytes + plain.encode("utf-8", "replace")
    return hashlib.sha256(said).digest()


def matching(kept: dict[UUID, bytes], digest: bytes) -> UUID | None:
    """Return which of the kept codes a digest is of; takes as long for none of them, and where none are."""
    found: UUID | None = None
    padding = HOW_MANY - len(kept)
    for code_id, one in [*kept.items(), *([(None, bytes(32))] * max(0, padding))]:
        if hmac.compare_digest(one, digest) and code_id is not None:
            found = code_id
    return found
