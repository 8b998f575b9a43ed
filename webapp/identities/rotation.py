"""Another key for what was encrypted of claims, some rows at a time."""

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from webapp.database import locked, writing
from webapp.extensions import db
from webapp.identities.models import ClaimEvidence, ClaimPepper, IdentityClaim
from webapp.identities.sealing import (
    PEPPER_PLACE,
    open_evidence,
    open_secret,
    seal_evidence,
    seal_secret,
)
from webapp.messages.encryption import Sealed, keyring, open_bytes, seal_bytes

ROWS = 100
_TABLES: tuple[Any, ...] = (IdentityClaim, ClaimEvidence, ClaimPepper)


def rows_by_key() -> Counter[str]:
    """Return how many rows of claims each key, by name, has encrypted."""
    session, found = db.session(), Counter[str]()
    for table in _TABLES:
        query = select(table.key_id, func.count()).where(table.key_id.is_not(None))
        found.update({str(key): n for key, n in session.execute(query.group_by(table.key_id))})
    session.rollback()
    return found


def reencrypt_claims() -> int:
    """Encrypt everything of claims with the present key; return how many rows changed.

    What a key encrypted that is not here is left. Raises UnreadableError for what was changed or moved since.
    """
    ring, changed = keyring(), 0
    for old in sorted(set(rows_by_key()) - {ring.current.id}):
        if ring.find(old) is None:
            continue
        for table in _TABLES:
            while some := _step(table, old):
                changed += some
    return changed


def _step(table: Any, old: str) -> int:
    with writing() as session:
        chosen = select(table).where(table.key_id == old).order_by(table.id).limit(ROWS)
        rows = list(session.scalars(locked(session, chosen)))
        for row in rows:
            fresh = _anew(row)
            row.sealed, row.key_id = fresh.data, fresh.key_id
        return len(rows)


def _anew(row: Any) -> Sealed:
    if isinstance(row, ClaimEvidence):
        return seal_evidence(open_evidence(row), row.id)
    if isinstance(row, ClaimPepper):
        return seal_bytes(open_bytes(Sealed(row.sealed, row.key_id), PEPPER_PLACE), PEPPER_PLACE)
    secret = open_secret(row)
    assert secret is not None  # noqa: S101 - rows with a key have something sealed
    return seal_secret(secret, row.id)
