"""Reading the audit trail."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.tokens import Caller
from webapp.moderation.models import Action, AuditRow
from webapp.moderation.stamping import parse_about
from webapp.moderation.subjects import check_moderator
from webapp.stamps.reading import OPERATOR_LOG, stamps_of_account


@dataclass(frozen=True)
class ShownRow:
    """A row of the trail as somebody may see it: without its document where it is about them."""

    position: int
    document: str | None
    previous: bytes
    hash: bytes


def audit_rows(session: Session, caller: Caller, first: int, limit: int) -> list[ShownRow]:
    """Return rows of the trail from a position on, one more than the limit; raises ModeratorsOnlyError.

    What is about the caller is withheld but for its hashes, which still join the rows round it: moderators are told
    as little as everybody else who reported them, which of their messages was read, and who acted.
    """
    check_moderator(caller)
    names = (AuditRow.position, AuditRow.document, AuditRow.previous, AuditRow.hash)
    query = select(*names, Action.account_id).outerjoin(Action, Action.id == AuditRow.action_id)
    query = query.where(AuditRow.position >= first).order_by(AuditRow.position)
    return [
        ShownRow(
            row.position,
            None if row.account_id == caller.account_id else row.document,
            row.previous,
            row.hash,
        )
        for row in session.execute(query.limit(limit + 1))
    ]


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
