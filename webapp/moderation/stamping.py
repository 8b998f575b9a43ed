"""The trail's head in the log: once a day a Stamp says how many rows there are and what they hash to."""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from webapp.columns import utc_now
from webapp.extensions import db, table_of
from webapp.moderation.models import AuditHead
from webapp.stamps.models import Stamp
from webapp.stamps.reading import OPERATOR_LOG
from webapp.stamps.service import stamp_for_operator

# What the stamp is about says all; its digest is the SHA-256 of these very words, in ASCII.
ABOUT = "troth:moderation-audit rows={} head=0x{}"
_ABOUT = re.compile(r"troth:moderation-audit rows=(\d{1,18}) head=0x([0-9a-f]{64})")
EVERY = timedelta(days=1)
_H, _S = table_of(AuditHead).c, table_of(Stamp).c


@dataclass(frozen=True)
class StampedHead:
    """So many rows, and the hash of the last of them."""

    rows: int
    hash: bytes


def about_head(head: StampedHead) -> str:
    """Return what the Stamp of a head is about."""
    return ABOUT.format(head.rows, head.hash.hex())


def parse_about(about: str | None) -> StampedHead | None:
    """Return the head that a Stamp is about, None for any other."""
    found = _ABOUT.fullmatch(about or "")
    return StampedHead(int(found[1]), bytes.fromhex(found[2])) if found else None


def digest_of(about: str) -> bytes:
    """Return the digest that such a Stamp must have."""
    return hashlib.sha256(about.encode("ascii")).digest()


def owed_head(session: Session) -> StampedHead | None:
    """Return the head if it has grown since it was stamped last, a day ago or more; else None."""
    row = session.execute(select(_H.count, _H.hash)).one_or_none()
    if row is None:
        return None
    head = StampedHead(*row)
    newest = (
        select(_S.about, _S.created_at)
        .where(_S.account_id == OPERATOR_LOG)
        .order_by(_S.created_at.desc(), _S.id.desc())
        .limit(1)
    )
    last = session.execute(newest).one_or_none()
    if last is not None and (
        last.created_at > utc_now() - EVERY or parse_about(last.about) == head
    ):
        return None
    return head


def stamp_head() -> bool:
    """Stamp the head if that is owed; return whether it was. Raises LogNotOpenError and its like."""
    session = db.session()
    head = owed_head(session)
    session.rollback()
    if head is None:
        return False
    about = about_head(head)
    stamp_for_operator(uuid7(), "0x" + digest_of(about).hex(), about)
    return True
