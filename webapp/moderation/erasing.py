"""What deleting an account erases of moderation: the words that it wrote, and those about it."""

from typing import Any
from uuid import UUID

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from webapp.accounts.deletion.erasers import Eraser
from webapp.moderation.models import Action, Appeal, Report

_EMPTY = {"text": ""}


def erase_texts(session: Session, account_id: UUID) -> None:
    """Erase the words that an account wrote to the moderators, and those that others wrote there about it.

    That it was reported, what was done and when stays, as the trail does: it holds only salted hashes of reasons,
    whose salts go with the words.
    """
    words: tuple[tuple[type[Report | Appeal | Action], Any, dict[str, Any]], ...] = (
        (Report, or_(Report.reporter_id == account_id, Report.account_id == account_id), _EMPTY),
        (Appeal, Appeal.account_id == account_id, _EMPTY),
        (Action, Action.account_id == account_id, {"reason": None, "reason_salt": None}),
    )
    for table, which, values in words:
        session.execute(
            update(table).where(which).values(values),
            execution_options={"synchronize_session": False},
        )


ERASERS = (Eraser("moderation", erase_texts),)
