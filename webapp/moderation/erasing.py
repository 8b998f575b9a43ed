"""What deleting an account erases of moderation: the texts it wrote to the moderators."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.accounts.deletion.erasers import Eraser
from webapp.moderation.models import Appeal, Report


def erase_texts(session: Session, account_id: UUID) -> None:
    """Erase the words of an account's reports and appeals; that they were made, and what came of them, stays."""
    for table, author in ((Report, Report.reporter_id), (Appeal, Appeal.account_id)):
        session.execute(
            update(table).where(author == account_id).values(text=""),
            execution_options={"synchronize_session": False},
        )


ERASERS = (Eraser("moderation", erase_texts),)
