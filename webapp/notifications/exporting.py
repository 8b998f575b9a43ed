"""What notifications give to an export: all that one was told, what one wants to be told, and webhooks."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import File, Part, in_order, json_file
from webapp.columns import iso
from webapp.extensions import table_of
from webapp.notifications import reading
from webapp.notifications.live.stream import wire
from webapp.notifications.service import preferences
from webapp.notifications.webhooks.models import Webhook

SOME = 200
_W = table_of(Webhook).c


def _notifications(session: Session, account_id: UUID) -> Iterator[File]:
    yield json_file("notifications.json", _told(session, account_id))


def _told(session: Session, account_id: UUID) -> Iterator[dict[str, Any]]:
    number = 0
    while found := reading.after(session, account_id, number, SOME):
        session.rollback()
        yield from (wire(one) for one in found)
        number = found[-1].number
    session.rollback()


def _preferences(session: Session, account_id: UUID) -> Iterator[File]:
    chosen, _ = preferences(session, account_id)
    session.rollback()
    items = ({"kind": str(kind), "whom": str(whom)} for kind, whom in chosen.items())
    yield json_file("notification_preferences.json", items)


def _webhooks(session: Session, account_id: UUID) -> Iterator[File]:
    # Without the secret, which signs: whoever has the file could pass for this server.
    query = select(_W.url, _W.kinds, _W.disabled_at, _W.consent_id)
    query = query.where(_W.account_id == account_id)
    items = (
        {
            "id": str(row.key_of_row),
            "of_an_app": row.consent_id is not None,
            "url": row.url,
            "kinds": row.kinds,
            "created_at": iso(row.moment_of_row),
            "disabled_at": iso(row.disabled_at),
        }
        for row in in_order(session, query, _W.created_at, _W.id)
    )
    yield json_file("webhooks.json", items)


PARTS = (
    Part("notifications", _notifications),
    Part("notification preferences", _preferences),
    Part("webhooks", _webhooks),
)
