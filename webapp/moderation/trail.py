"""The audit trail: a hash chain over what was done, so that no row can be changed or dropped unseen.

A row's document is JSON with sorted keys, no blanks and ASCII only; its hash is keccak256 of the hash before
(zeros at first) and the document's bytes. Of a reason it holds keccak256(salt ‖ UTF-8), never the words.
"""

import json
import secrets

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from chain.proofs.keccak import keccak256
from webapp.columns import iso
from webapp.database import insert_or_ignore, locked
from webapp.extensions import table_of
from webapp.moderation.models import Action, AuditHead, AuditRow

VERSION = 1
ZERO = bytes(32)
SALT_BYTES = 32
ONLY = 1
_H = table_of(AuditHead)


def new_salt() -> bytes:
    """Return a fresh salt for a reason."""
    return secrets.token_bytes(SALT_BYTES)


def reason_hash(reason: str, salt: bytes) -> bytes:
    """Return what the trail keeps of a reason."""
    return keccak256(salt + reason.encode())


def document_of(action: Action, position: int, kept_reason: str | None) -> str:
    """Return the canonical document of an action; ``kept_reason`` is the hash of its reason in hex."""
    facts: dict[str, str | int | None] = {
        "version": VERSION,
        "position": position,
        "action": str(action.id),
        "act": action.act,
        "moderator": None if action.moderator_id is None else str(action.moderator_id),
        "role": action.role,
        "type": action.subject_type,
        "subject": str(action.subject_id),
        "account": str(action.account_id),
        "reason": kept_reason,
        "until": iso(action.until),
        "at": iso(action.created_at),
    }
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def row_hash(previous: bytes, document: str) -> bytes:
    """Return a row's hash."""
    return keccak256(previous + document.encode("ascii"))


def append(session: Session, action: Action) -> AuditRow:
    """Add an action that was flushed to the trail; needs an open write transaction.

    Take every other lock before: this one is everybody's, and is held until the commit.
    """
    insert_or_ignore(session, AuditHead, id=ONLY, count=0, hash=ZERO)
    query = select(_H.c.count, _H.c.hash).where(_H.c.id == ONLY)
    count, previous = session.execute(locked(session, query)).one()
    kept = None
    if action.reason is not None and action.reason_salt is not None:
        kept = "0x" + reason_hash(action.reason, action.reason_salt).hex()
    document = document_of(action, count, kept)
    row = AuditRow(
        position=count,
        action_id=action.id,
        document=document,
        previous=previous,
        hash=row_hash(previous, document),
    )
    session.add(row)
    session.execute(update(_H).where(_H.c.id == ONLY).values(count=count + 1, hash=row.hash))
    session.flush()
    return row
