"""Who is to be told of new messages: without events, as nothing of messages is in them.

A message is untold until whoever tells says so in the commit of the telling; so none is missed, in whatever
order their commits came, and telling twice is up to whoever tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.relations import conditions
from webapp.database import writing
from webapp.extensions import table_of
from webapp.messages.models import Conversation, Kind, Member, Message

_C, _M, _T = (table_of(model).c for model in (Conversation, Member, Message))
_UNSYNCED = {"synchronize_session": False}


@dataclass(frozen=True)
class NewMessage:
    """That there is a message, and whom it concerns: everybody in the conversation who gets to see it."""

    id: UUID
    conversation: UUID
    sender: UUID
    recipients: tuple[UUID, ...]


def untold(session: Session, limit: int = 500) -> list[NewMessage]:
    """Return messages that nobody was told of yet, oldest first; muted senders are left out for the muter."""
    unheard = select(_T.id, _T.conversation_id, _T.sender_id, _T.deleted_at, _T.created_at)
    rows = session.execute(unheard.where(~_T.told).order_by(_T.id).limit(limit)).all()
    wants = and_(
        _unread(),
        ~conditions.muted(_M.account_id, _T.sender_id),
        or_(_C.kind == Kind.DIRECT, ~conditions.blocks(_M.account_id, _T.sender_id)),
    )
    query = (
        select(_T.id, _M.account_id)
        .join(table_of(Conversation), _C.id == _T.conversation_id)
        .join(table_of(Member), _M.conversation_id == _C.id)
        .where(_T.id.in_([row.id for row in rows]), _T.deleted_at.is_(None), wants)
        .order_by(_T.id, _M.account_id)
    )
    recipients: dict[UUID, list[UUID]] = {row.id: [] for row in rows}
    for message, account in session.execute(query):
        recipients[message].append(account)
    return [
        NewMessage(row.id, row.conversation_id, row.sender_id, tuple(recipients[row.id]))
        for row in rows
    ]


def tell_again(since: datetime) -> int:
    """Let people be told once more of what is new to them since a moment; return how many messages it is."""
    unread = exists().where(_M.conversation_id == _T.conversation_id, _unread())
    again = update(Message).where(_T.told, _T.deleted_at.is_(None), _T.created_at >= since, unread)
    with writing() as session:
        found = session.execute(again.values(told=False), execution_options=_UNSYNCED)
        return int(found.rowcount)  # type: ignore[attr-defined]


def _unread() -> ColumnElement[bool]:
    return and_(
        _M.account_id != _T.sender_id,
        _M.left_at.is_(None),
        _M.since <= _T.created_at,
        _M.read_at < _T.created_at,
    )


def mark_told(session: Session, messages: Sequence[UUID]) -> None:
    """Note that whom it concerns were told; needs an open write transaction."""
    session.execute(update(Message).where(Message.id.in_(messages)).values(told=True))
