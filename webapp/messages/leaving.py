"""What is left of an account in private messages: nothing that it wrote."""

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.accounts.deletion.erasers import Eraser
from webapp.columns import utc_now
from webapp.messages.groups import take_out
from webapp.messages.membership import locked_circle
from webapp.messages.models import Member, Message, MessagePreference
from webapp.messages.service import touch


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


ERASERS = (Eraser("messages", erase_account),)
