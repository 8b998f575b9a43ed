"""What moderation gives to an export: one's reports and appeals, and what was done about oneself."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import File, Part, in_order, json_file
from webapp.columns import iso
from webapp.extensions import table_of
from webapp.moderation.models import Action, Appeal, Report
from webapp.moderation.service import UNTOLD
from webapp.moderation.subjects import SUBJECTS

_R, _A, _P = (table_of(model).c for model in (Report, Action, Appeal))


def _reports(session: Session, account_id: UUID) -> Iterator[File]:
    query = select(_R.subject_type, _R.subject_id, _R.reason, _R.text, _R.closed_at)
    mine = in_order(session, query.where(_R.reporter_id == account_id), _R.created_at, _R.id)
    items = (
        {
            "id": str(row.key_of_row),
            "type": row.subject_type,
            "subject": str(row.subject_id),
            "reason": row.reason,
            "text": row.text,
            "created_at": iso(row.moment_of_row),
            "closed_at": iso(row.closed_at),
        }
        for row in mine
    )
    yield json_file("reports.json", items)


def _actions(session: Session, account_id: UUID) -> Iterator[File]:
    # As ``GET /me/moderation`` shows them: not who acted, and not that somebody reported in vain, or made a message read.
    query = select(_A.act, _A.subject_type, _A.subject_id, _A.reason, _A.until, _A.over_at)
    query = query.where(
        _A.account_id == account_id, _A.act.not_in(UNTOLD), _A.subject_type.in_(SUBJECTS)
    )
    items = (
        {
            "id": str(row.key_of_row),
            "act": row.act,
            "type": row.subject_type,
            "subject": str(row.subject_id),
            "reason": row.reason,
            "created_at": iso(row.moment_of_row),
            "until": iso(row.until),
            "over_at": iso(row.over_at),
        }
        for row in in_order(session, query, _A.created_at, _A.id)
    )
    yield json_file("moderation.json", items)


def _appeals(session: Session, account_id: UUID) -> Iterator[File]:
    query = select(_P.action_id, _P.text, _P.decided_at, _P.granted)
    mine = in_order(session, query.where(_P.account_id == account_id), _P.created_at, _P.id)
    items = (
        {
            "id": str(row.key_of_row),
            "action": str(row.action_id),
            "text": row.text,
            "created_at": iso(row.moment_of_row),
            "decided_at": iso(row.decided_at),
            "granted": row.granted,
        }
        for row in mine
    )
    yield json_file("appeals.json", items)


PARTS = (Part("reports", _reports), Part("actions", _actions), Part("appeals", _appeals))
