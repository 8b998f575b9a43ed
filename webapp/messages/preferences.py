"""Whose messages somebody accepts."""

from uuid import UUID

from webapp.accounts.living import keep_living
from webapp.database import insert_or_ignore, writing
from webapp.extensions import db
from webapp.messages.models import Accept, MessagePreference


def accepted_by(account_id: UUID) -> str:
    """Return whose messages somebody accepts."""
    found = db.session.get(MessagePreference, account_id)
    return Accept.EVERYBODY if found is None else found.accept


def accept_from(account_id: UUID, accept: str) -> str:
    """Set whose messages somebody accepts; return it."""
    with writing() as session:
        keep_living(session, account_id)
        if not insert_or_ignore(session, MessagePreference, account_id=account_id, accept=accept):
            session.get_one(MessagePreference, account_id).accept = accept
    return accept
