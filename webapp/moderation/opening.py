"""Reading a reported message: on purpose, for a reason that is in the audit trail, and no message beside it."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from webapp.accounts.tokens import Caller
from webapp.messages.reporting import OpenedMessage, opened_message
from webapp.moderation.errors import ReadingNotRecordedError
from webapp.moderation.models import Action
from webapp.moderation.subjects import MESSAGE, READ, check_moderator


def read_message(session: Session, caller: Caller, message_id: UUID) -> OpenedMessage:
    """Return a message that the caller said they would read, by an action ``read`` on it.

    Raises ModeratorsOnlyError, ReadingNotRecordedError, and MessageNotFoundError where it is gone.
    """
    check_moderator(caller)
    said = exists().where(
        Action.act == READ,
        Action.subject_type == MESSAGE,
        Action.subject_id == message_id,
        Action.moderator_id == caller.account_id,
    )
    if not session.scalar(select(said)):
        raise ReadingNotRecordedError(str(message_id))
    return opened_message(session, message_id)
