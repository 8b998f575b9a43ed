"""What moderation needs of messages: who wrote one that somebody received, and its text for who has to judge it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.extensions import table_of
from webapp.messages.errors import MessageNotFoundError
from webapp.messages.models import Member, Message
from webapp.messages.views import text_of

_M, _T = table_of(Member).c, table_of(Message).c


@dataclass(frozen=True)
class MessageFacts:
    """That there is a message, by whom and since when; never where, and never its text."""

    id: UUID
    sender: UUID
    created_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True)
class OpenedMessage:
    """One message decrypted, and nothing of what was written round it; ``text`` is null once deleted."""

    id: UUID
    account_id: UUID
    text: str | None = field(repr=False)
    created_at: datetime
    deleted_at: datetime | None


_FACTS = select(_T.id, _T.sender_id, _T.created_at, _T.deleted_at)


def received_message(session: Session, account_id: UUID, message_id: UUID) -> MessageFacts:
    """Return a message that came while an account was in the conversation; raises MessageNotFoundError.

    Also where it has left since, or blocks the sender by now: that is when people report.
    """
    there = (
        _M.account_id == account_id,
        _M.since <= _T.created_at,
        or_(_M.left_at.is_(None), _M.left_at >= _T.created_at),
    )
    joined = table_of(Message).join(table_of(Member), _M.conversation_id == _T.conversation_id)
    query = _FACTS.select_from(joined).where(_T.id == message_id, *there)
    row = session.execute(query).one_or_none()
    if row is None:
        raise MessageNotFoundError(str(message_id))
    return MessageFacts(*row)


def message_facts(session: Session, ids: list[UUID]) -> dict[UUID, MessageFacts]:
    """Return what is known of messages; those whose conversation is erased are left out."""
    rows = session.execute(_FACTS.where(_T.id.in_(ids)))
    return {row.id: MessageFacts(*row) for row in rows}


def opened_message(session: Session, message_id: UUID) -> OpenedMessage:
    """Decrypt one message, whoever asks: the caller has checked that. Raises MessageNotFoundError."""
    message = session.get(Message, message_id)
    if message is None:
        raise MessageNotFoundError(str(message_id))
    text = text_of(message.text, message.key_id, message.conversation_id, message.id)
    times = (message.created_at, message.deleted_at)
    return OpenedMessage(message.id, message.sender_id, text, *times)
