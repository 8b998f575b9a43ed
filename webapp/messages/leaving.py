"""What an account takes with it, and what is left of it: export and erasure of private messages."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.accounts.deletion.erasers import Eraser
from webapp.columns import iso, utc_now
from webapp.messages.errors import ConversationNotFoundError
from webapp.messages.groups import take_out
from webapp.messages.membership import locked_circle
from webapp.messages.models import Member, Message, MessagePreference
from webapp.messages.reading import conversation_of, messages_of
from webapp.messages.service import touch
from webapp.messages.views import MessageView
from webapp.pagination import MAX_LIMIT, Cursor


def exported(session: Session, account_id: UUID) -> Iterator[dict[str, Any]]:
    """Give an account's conversations, one at a time, with every message that it may read, newest first."""
    joined = Member.account_id == account_id, Member.left_at.is_(None)
    query = select(Member.conversation_id).where(*joined).order_by(Member.conversation_id)
    for conversation in session.scalars(query).all():
        try:
            found = _exported_conversation(session, account_id, conversation)
        except ConversationNotFoundError:
            continue  # they left it, or were taken out, since the list was made
        yield found


def _exported_conversation(
    session: Session, account_id: UUID, conversation: UUID
) -> dict[str, Any]:
    shown = conversation_of(session, account_id, conversation)
    return {
        "id": str(conversation),
        "kind": shown.kind,
        "title": shown.title,
        "members": [str(card.id) for card in shown.members or []],
        "created_at": iso(shown.created_at),
        "messages": [
            {
                "id": str(one.id),
                "account": str(one.account),
                "text": one.text,
                "created_at": iso(one.created_at),
                "deleted_at": iso(one.deleted_at),
            }
            for one in _every_message(session, account_id, conversation)
        ],
    }


def erase_account(session: Session, account_id: UUID) -> None:
    """Erase every text that an account wrote, and take it out of its groups; needs an open write transaction.

    Conversations stay for the others, without the account's name; those that nobody is left in are erased.
    """
    wrote = select(Message.conversation_id).where(Message.sender_id == account_id).distinct()
    here = select(Member.conversation_id).where(
        Member.account_id == account_id, Member.left_at.is_(None)
    )
    members = set(session.scalars(here))
    # One after another and in one order: each is locked before it is changed.
    for conversation in sorted(members | set(session.scalars(wrote))):
        touch(session, conversation)
        session.execute(
            update(Message)
            .where(Message.conversation_id == conversation, Message.sender_id == account_id)
            .where(Message.deleted_at.is_(None))
            .values(text=None, key_id=None, deleted_at=utc_now(), told=True)
        )
        if conversation in members:
            take_out(session, locked_circle(session, conversation, account_id), account_id)
    session.execute(delete(MessagePreference).where(MessagePreference.account_id == account_id))


def _every_message(session: Session, account_id: UUID, conversation: UUID) -> Iterator[MessageView]:
    page: dict[str, Any] = {"limit": MAX_LIMIT}
    while True:
        found = messages_of(session, account_id, conversation, page)
        yield from found[:MAX_LIMIT]
        if len(found) <= MAX_LIMIT:
            return
        page["cursor"] = Cursor(found[MAX_LIMIT - 1].created_at, found[MAX_LIMIT - 1].id)


ERASERS = (Eraser("messages", erase_account),)
