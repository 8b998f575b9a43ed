"""Use-cases of messages: write, delete, mark as read. No event, log line or error carries their text."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from webapp.accounts.idempotency import forget_answers
from webapp.accounts.living import keep_active
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, ring_after_commit, writing
from webapp.events.service import DELIVER_TASK
from webapp.messages import recent
from webapp.messages.encryption import seal_text
from webapp.messages.errors import (
    ConversationNotFoundError,
    MessageIdTakenError,
    MessageNotFoundError,
    NotYourMessageError,
    WriteToYourselfError,
)
from webapp.messages.membership import TICK, Circle, check_reachable, locked_circle
from webapp.messages.models import Conversation, Kind, Member, Message
from webapp.messages.views import MessageView, text_of

STAMP_BYTES = 16


@dataclass(frozen=True)
class Draft:
    """What somebody wants to write: to a person, or into a conversation that they are in."""

    text: str = field(repr=False)
    id: UUID | None = None
    to: UUID | None = None
    conversation: UUID | None = None


def send(account_id: UUID, draft: Draft) -> tuple[MessageView, bool]:
    """Write a message; return it and whether it is new: the same id and text again are the same message.

    Raises ConversationNotFoundError, UserNotFoundError, RecipientUnavailableError, WriteToYourselfError and
    MessageIdTakenError; SuspendedError in a race with a moderator.
    """
    if draft.to == account_id:
        raise WriteToYourselfError
    message_id = draft.id or uuid7()
    with writing() as session:
        keep_active(session, account_id)
        known = session.get(Message, message_id)
        if known is None:
            circle = _open(session, account_id, draft)
            known = session.get(Message, message_id)  # it may have come while we waited
        if known is not None:
            return _repeated(session, account_id, draft, known), False
        return _add(session, circle, message_id, draft.text), True


def delete_message(account_id: UUID, conversation: UUID, message_id: UUID) -> MessageView:
    """Erase the text of one's own message for everybody; return what is left of it.

    Raises ConversationNotFoundError, MessageNotFoundError and NotYourMessageError.
    """
    with writing() as session:
        circle = locked_circle(session, conversation, account_id)
        message = seen_message(session, circle, message_id)
        if message.sender_id != account_id:
            raise NotYourMessageError(str(message_id))
        if message.deleted_at is None:
            message.text, message.key_id, message.deleted_at = None, None, utc_now()
            forget_answers(session, account_id, str(message_id))
            touch(session, conversation)
        shown = view_of(message, circle)
    recent.forget(conversation)
    return shown


def mark_read(account_id: UUID, conversation: UUID, up_to: UUID) -> None:
    """Take all messages up to one as read; never takes back what was read before.

    Raises ConversationNotFoundError and MessageNotFoundError.
    """
    with writing() as session:
        circle = locked_circle(session, conversation, account_id)
        read_at = seen_message(session, circle, up_to).created_at
        session.execute(
            update(Member)
            .where(Member.conversation_id == conversation, Member.account_id == account_id)
            .where(Member.read_at < read_at)
            .values(read_at=read_at)
        )


def seen_message(session: Session, circle: Circle, message_id: UUID) -> Message:
    """Return a message that the viewer may see; raises MessageNotFoundError."""
    message = session.get(Message, message_id)
    if (
        message is None
        or message.conversation_id != circle.id
        or message.created_at < circle.me.since
        or message.sender_id in circle.left_out
    ):
        raise MessageNotFoundError(str(message_id))
    return message


def touch(session: Session, conversation: UUID, moment: datetime | None = None) -> None:
    """Note that messages changed; with ``moment``, that something happened then."""
    values: dict[str, object] = {"stamp": secrets.token_bytes(STAMP_BYTES)}
    if moment is not None:
        values["active_at"] = moment
    session.execute(update(Conversation).where(Conversation.id == conversation).values(values))


def view_of(message: Message, circle: Circle) -> MessageView:
    """Return what is shown of a message's row."""
    sender = circle.people.get(message.sender_id)
    return MessageView(
        id=message.id,
        conversation=circle.id,
        account=message.sender_id,
        profile=sender.card if sender else None,
        text=text_of(message.text, message.key_id, circle.id, message.id),
        created_at=message.created_at,
        deleted_at=message.deleted_at,
    )


def _add(session: Session, circle: Circle, message_id: UUID, text: str) -> MessageView:
    moment, sealed = circle.next_moment(), seal_text(text, circle.id, message_id)
    row = {"conversation_id": circle.id, "sender_id": circle.me.account_id, "created_at": moment}
    row |= {"text": sealed.data, "key_id": sealed.key_id, "told": False}
    if not insert_or_ignore(session, Message, id=message_id, **row):
        raise MessageIdTakenError(str(message_id))
    touch(session, circle.id, moment)
    ring_after_commit(session, DELIVER_TASK, 0)
    if circle.kind == Kind.DIRECT:
        _bring_back(session, circle, moment)
    me = circle.me
    return MessageView(message_id, circle.id, me.account_id, me.card, text, moment, None)


def _bring_back(session: Session, circle: Circle, moment: datetime) -> None:
    """Show a direct conversation again to who had left it, from this message on."""
    session.execute(
        update(Member)
        .where(Member.conversation_id == circle.id, Member.left_at.is_not(None))
        .values(left_at=None, since=moment, read_at=moment - TICK)
    )


def _repeated(session: Session, account_id: UUID, draft: Draft, known: Message) -> MessageView:
    """Return the message that came before under this id, if it is the same; a deleted one has no text."""
    if known.sender_id != account_id:
        raise MessageIdTakenError(str(known.id))
    circle = locked_circle(session, known.conversation_id, account_id)
    session.refresh(known)
    same_place = circle.id == draft.conversation
    if draft.to is not None:
        same_place = circle.kind == Kind.DIRECT and circle.other.account_id == draft.to
    shown = view_of(known, circle)
    if not same_place or (shown.deleted_at is None and shown.text != draft.text):
        raise MessageIdTakenError(str(known.id))
    return shown


def _open(session: Session, account_id: UUID, draft: Draft) -> Circle:
    """Return the conversation that a draft is for, locked, if it may be written there."""
    if draft.to is not None:
        return _direct(session, account_id, draft.to)
    if draft.conversation is None:
        raise ConversationNotFoundError("")
    circle = locked_circle(session, draft.conversation, account_id)
    if circle.kind == Kind.DIRECT:
        check_reachable(session, account_id, [circle.other.account_id], circle.id)
    return circle


def _direct(session: Session, account_id: UUID, other: UUID) -> Circle:
    """Return the one conversation of two people, locked; makes it where there is none."""
    pair = b"".join(sorted((account_id.bytes, other.bytes)))
    by_pair = select(Conversation.id).where(Conversation.pair == pair)
    check_reachable(session, account_id, [other], session.scalar(by_pair))
    fresh, now, stamp = uuid7(), utc_now(), secrets.token_bytes(STAMP_BYTES)
    row = {"kind": Kind.DIRECT, "pair": pair, "created_at": now, "active_at": now}
    # Who comes second waits here for the first, and then finds what the first made.
    if insert_or_ignore(session, Conversation, id=fresh, stamp=stamp, **row):
        for person in sorted((account_id, other)):
            session.add(Member(conversation_id=fresh, account_id=person, since=now, read_at=now))
        session.flush()
    return locked_circle(session, session.scalars(by_pair).one(), account_id, left_too=True)
