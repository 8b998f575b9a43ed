"""What messages give to an export: one's conversations, with every message that one may read.

However many there are of either, they are read some at a time, with no transaction left open between.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import ROWS, File, Growing, Part, json_file
from webapp.columns import iso
from webapp.extensions import table_of
from webapp.messages.errors import ConversationNotFoundError
from webapp.messages.models import Member, Message
from webapp.messages.preferences import accepted_by
from webapp.messages.reading import conversation_of, messages_of
from webapp.messages.views import text_of
from webapp.pagination import Cursor, newest_first

_M, _T = table_of(Member).c, table_of(Message).c


def _messages(session: Session, account_id: UUID) -> Iterator[File]:
    yield json_file("messages.json", _conversations(session, account_id))
    accept = accepted_by(account_id)
    session.rollback()
    yield json_file("message_preferences.json", [{"accept": str(accept)}])


def _conversations(session: Session, account_id: UUID) -> Iterator[Growing]:
    """Give an account's conversations, one at a time, with every message that it may read, newest first.

    Of those that it is not in any more what it wrote itself, which is its own until it deletes that.
    """
    joined = select(_M.conversation_id).where(_M.account_id == account_id, _M.left_at.is_(None))
    given: set[UUID] = set()
    for conversation in _each(session, joined, _M.conversation_id):
        head = _head(session, account_id, conversation)
        if head is not None:
            given.add(conversation)
            yield Growing(head, "messages", _readable(session, account_id, conversation))
    mine = (_T.sender_id == account_id, _T.deleted_at.is_(None))
    wrote = select(_T.conversation_id).where(*mine).distinct()
    for conversation in _each(session, wrote, _T.conversation_id):
        if conversation not in given:
            head = {"id": str(conversation), "left": True}
            yield Growing(head, "messages", _own_words(session, account_id, conversation))


def _each(session: Session, query: Select[Any], column: Any) -> Iterator[UUID]:
    """Give the ids of a query's one column, in their order."""
    page = query.order_by(column).limit(ROWS)
    while found := session.scalars(page).all():
        session.rollback()
        yield from found
        page = query.where(column > found[-1]).order_by(column).limit(ROWS)
    session.rollback()


def _head(session: Session, account_id: UUID, conversation: UUID) -> dict[str, Any] | None:
    """Return what is said of a conversation; None if they left it, or were taken out, meanwhile."""
    try:
        shown = conversation_of(session, account_id, conversation)
    except ConversationNotFoundError:
        return None
    finally:
        session.rollback()
    return {
        "id": str(conversation),
        "left": False,
        "kind": shown.kind,
        "title": shown.title,
        "members": [str(card.id) for card in shown.members or []],
        "created_at": iso(shown.created_at),
    }


def _readable(session: Session, account_id: UUID, conversation: UUID) -> Iterator[dict[str, Any]]:
    """Give every message that somebody may read; from where they left meanwhile, their own words alone."""
    page: dict[str, Any] = {"limit": ROWS}
    while True:
        try:
            found = messages_of(session, account_id, conversation, page)
        except ConversationNotFoundError:
            yield from _own_words(session, account_id, conversation, page.get("cursor"))
            return
        finally:
            session.rollback()
        for one in found[:ROWS]:
            yield _exported(one, one.account, one.text)
        if len(found) <= ROWS:
            return
        page["cursor"] = Cursor(found[ROWS - 1].created_at, found[ROWS - 1].id)


def _own_words(
    session: Session, account_id: UUID, conversation: UUID, cursor: Cursor | None = None
) -> Iterator[dict[str, Any]]:
    """Give what somebody wrote in a conversation, newest first, after a place in it."""
    mine = select(_T.id, _T.text, _T.key_id, _T.created_at, _T.deleted_at).where(
        _T.conversation_id == conversation,
        _T.sender_id == account_id,
        _T.deleted_at.is_(None),
    )
    while True:
        page = {"limit": ROWS, "cursor": cursor}
        found = session.execute(newest_first(_T.created_at, _T.id, mine, page)).all()
        session.rollback()
        for row in found[:ROWS]:
            text = text_of(row.text, row.key_id, conversation, row.id)
            yield _exported(row, account_id, text)
        if len(found) <= ROWS:
            return
        cursor = Cursor(found[ROWS - 1].created_at, found[ROWS - 1].id)


def _exported(one: Any, account_id: UUID, text: str | None) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "account": str(account_id),
        "text": text,
        "created_at": iso(one.created_at),
        "deleted_at": iso(one.deleted_at),
    }


PARTS = (Part("messages", _messages),)
