"""Reading the audit trail."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.tokens import Caller
from webapp.moderation.models import AuditRow
from webapp.moderation.stamping import parse_about
from webapp.moderation.subjects import check_moderator
from webapp.stamps.reading import OPERATOR_LOG, stamps_of_account


def audit_rows(session: Session, caller: Caller, first: int, limit: int) -> list[AuditRow]:
    """Return rows of the trail from a position on, one more than the limit; raises ModeratorsOnlyError."""
    check_moderator(caller)
    query = select(AuditRow).where(AuditRow.position >= first).order_by(AuditRow.position)
    return list(session.scalars(query.limit(limit + 1)))


def newest_stamp(session: Session) -> dict[str, Any] | None:
    """Return the newest stamp of the trail's head: its id, the rows it covers, and how far it is."""
    found = stamps_of_account(session, OPERATOR_LOG, {"limit": 1}, None)
    head = parse_about(found[0].about) if found else None
    if head is None:
        return None
    anchoring = found[0].anchoring
    return {
        "id": str(found[0].id),
        "rows": head.rows,
        "hash": "0x" + head.hash.hex(),
        "anchoring": anchoring,
    }
