"""Whose messages somebody accepts."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.living import keep_active
from webapp.database import insert_or_ignore, locked, writing
from webapp.extensions import db
from webapp.messages.errors import ChangedMeanwhileError
from webapp.messages.models import Accept, MessagePreference


def accepted_by(account_id: UUID) -> str:
    """Return whose messages somebody accepts."""
    found = db.session.get(MessagePreference, account_id)
    return Accept.EVERYBODY if found is None else found.accept


def accept_from(account_id: UUID, accept: str, matches: Callable[[str], bool]) -> str:
    """Set whose messages somebody accepts; return it.

    ``matches`` tells whether the change was meant for what is accepted until now. Raises
    ChangedMeanwhileError.
    """
    with writing() as session:
        keep_active(session, account_id)
        before: str = Accept.EVERYBODY
        if not insert_or_ignore(session, MessagePreference, account_id=account_id, accept=accept):
            mine = select(MessagePreference).filter_by(account_id=account_id)
            row = session.scalars(locked(session, mine)).one()
            before, row.accept = row.accept, accept
        if not matches(before):
            raise ChangedMeanwhileError(before)
    return accept
