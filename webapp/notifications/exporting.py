"""What notifications give to an export: all that one was told, oldest first."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import File, Part, json_file
from webapp.notifications import reading
from webapp.notifications.live.stream import wire

SOME = 200


def _notifications(session: Session, account_id: UUID) -> Iterator[File]:
    yield json_file("notifications.json", _told(session, account_id))


def _told(session: Session, account_id: UUID) -> Iterator[dict[str, Any]]:
    number = 0
    while found := reading.after(session, account_id, number, SOME):
        session.rollback()
        yield from (wire(one) for one in found)
        number = found[-1].number
    session.rollback()


PARTS = (Part("notifications", _notifications),)
