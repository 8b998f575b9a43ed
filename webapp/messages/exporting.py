"""What messages give to an export: one's conversations, with every message that one may read."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import File, Part, json_file
from webapp.messages.leaving import exported
from webapp.messages.preferences import accepted_by


def _messages(session: Session, account_id: UUID) -> Iterator[File]:
    yield json_file("messages.json", _conversations(session, account_id))
    accept = accepted_by(account_id)
    session.rollback()
    yield json_file("message_preferences.json", [{"accept": str(accept)}])


def _conversations(session: Session, account_id: UUID) -> Iterator[dict[str, Any]]:
    for conversation in exported(session, account_id):
        session.rollback()
        yield conversation


PARTS = (Part("messages", _messages),)
