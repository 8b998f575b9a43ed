"""Use-cases of conversations as such: make a group, add, remove, leave, rename."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from webapp.accounts.idempotency import forget_answers
from webapp.accounts.living import keep_active
from webapp.columns import utc_now
from webapp.database import insert_many, writing
from webapp.messages import recent
from webapp.messages.encryption import seal_title
from webapp.messages.errors import (
    ChangedMeanwhileError,
    GroupFullError,
    NotAGroupError,
    NotGroupOwnerError,
    RecipientUnavailableError,
)
from webapp.messages.membership import (
    Circle,
    check_reachable,
    locked_circle,
    locked_group,
)
from webapp.messages.models import Conversation, Kind, Member, Message
from webapp.messages.service import STAMP_BYTES, touch
from webapp.messages.views import tag_of

MOST_MEMBERS = 50
# Also counting those who left: every reader reads all of their names.
MOST_EVER = 200


def make_group(account_id: UUID, members: Sequence[UUID], title: str | None) -> UUID:
    """Make a group that the account owns; return its id.

    Raises GroupFullError, UserNotFoundError and RecipientUnavailableError.
    """
    others = sorted(set(members) - {account_id})
    if len(others) >= MOST_MEMBERS:
        raise GroupFullError(MOST_MEMBERS, MOST_EVER)
    group, now = uuid7(), utc_now()
    sealed = None if title is None else seal_title(title, group)
    with writing() as session:
        keep_active(session, account_id)
        check_reachable(session, account_id, others)
        session.add(
            Conversation(
                id=group,
                kind=Kind.GROUP,
                owner_id=account_id,
                title=sealed.data if sealed else None,
                title_key_id=sealed.key_id if sealed else None,
                stamp=secrets.token_bytes(STAMP_BYTES),
                created_at=now,
                active_at=now,
            )
        )
        session.flush()
        times = {"since": now, "read_at": now}
        rows: list[dict[str, object]] = [
            {"conversation_id": group, "account_id": person, **times}
            for person in sorted((account_id, *others))
        ]
        insert_many(session, Member, rows)
    return group


def add_member(account_id: UUID, conversation: UUID, person: UUID) -> None:
    """Add somebody to one's group, who sees what is written from now on; in it already changes nothing.

    Raises ConversationNotFoundError, NotAGroupError, NotGroupOwnerError, GroupFullError, UserNotFoundError
    and RecipientUnavailableError.
    """
    with writing() as session:
        keep_active(session, account_id)
        circle = _own_group(session, account_id, conversation)
        known = circle.people.get(person)
        if known is not None and not known.left:
            return
        check_reachable(session, account_id, [person])
        full = len(circle.present) >= MOST_MEMBERS
        if full or (known is None and len(circle.people) >= MOST_EVER):
            raise GroupFullError(MOST_MEMBERS, MOST_EVER)
        moment = circle.next_moment()
        row = {"since": moment, "read_at": moment, "left_at": None}
        session.merge(Member(conversation_id=conversation, account_id=person, **row))
        touch(session, conversation, moment)


def remove_member(account_id: UUID, conversation: UUID, person: UUID) -> None:
    """Take somebody out of one's group, or oneself out of any conversation; not in it is as good.

    An owner who leaves is followed by who is in it longest; what nobody is in any more is erased. Raises
    ConversationNotFoundError, NotAGroupError and NotGroupOwnerError.
    """
    with writing() as session:
        circle = locked_circle(session, conversation, account_id)
        if person != account_id:
            if circle.kind != Kind.GROUP:
                raise NotAGroupError(str(conversation))
            _check_owner(circle)
        take_out(session, circle, person)
    recent.forget(conversation)


def take_out(session: Session, circle: Circle, person: UUID) -> None:
    """Take somebody out of a locked conversation."""
    staying = [one for one in circle.present if one.account_id != person]
    if not staying:
        erase(session, circle.id)
        return
    session.execute(
        update(Member)
        .where(Member.conversation_id == circle.id, Member.account_id == person)
        .where(Member.left_at.is_(None))
        .values(left_at=utc_now())
    )
    if circle.owner_id == person:
        _pass_on(session, circle.id, staying[0].account_id)


def erase(session: Session, conversation: UUID) -> None:
    """Erase a conversation with all that was ever written in it."""
    session.execute(delete(Message).where(Message.conversation_id == conversation))
    session.execute(delete(Member).where(Member.conversation_id == conversation))
    session.execute(delete(Conversation).where(Conversation.id == conversation))


def change(
    account_id: UUID,
    conversation: UUID,
    changes: Mapping[str, Any],
    matches: Callable[[str], bool],
) -> None:
    """Give one's group another ``title`` (or none), or another member as ``owner``.

    ``matches`` tells whether the change was meant for the state of that tag. Raises
    ConversationNotFoundError, NotAGroupError, NotGroupOwnerError, ChangedMeanwhileError and
    RecipientUnavailableError.
    """
    with writing() as session:
        keep_active(session, account_id)
        circle = _own_group(session, account_id, conversation)
        sealed_title = select(Conversation.title).where(Conversation.id == conversation)
        tag = tag_of(session.scalar(sealed_title), circle.owner_id)
        if not matches(tag):
            raise ChangedMeanwhileError(tag)
        if "title" in changes:
            title = changes["title"]
            sealed = None if title is None else seal_title(title, conversation)
            session.execute(
                update(Conversation)
                .where(Conversation.id == conversation)
                .values(
                    title=sealed.data if sealed else None,
                    title_key_id=sealed.key_id if sealed else None,
                )
            )
            forget_answers(session, account_id, str(conversation))
        if "owner" in changes:
            owner = changes["owner"]
            if owner not in {one.account_id for one in circle.present if one.card is not None}:
                raise RecipientUnavailableError(str(owner))
            _pass_on(session, conversation, owner)


def _own_group(session: Session, account_id: UUID, conversation: UUID) -> Circle:
    circle = locked_group(session, conversation, account_id)
    _check_owner(circle)
    return circle


def _check_owner(circle: Circle) -> None:
    if circle.owner_id != circle.me.account_id:
        raise NotGroupOwnerError(str(circle.id))


def _pass_on(session: Session, conversation: UUID, owner: UUID) -> None:
    session.execute(
        update(Conversation).where(Conversation.id == conversation).values(owner_id=owner)
    )
