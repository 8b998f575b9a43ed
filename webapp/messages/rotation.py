"""Another key for what was encrypted with an older one, some rows at a time."""

from collections import Counter

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.database import locked, writing
from webapp.extensions import db
from webapp.messages.encryption import (
    Sealed,
    keyring,
    open_text,
    open_title,
    seal_text,
    seal_title,
)
from webapp.messages.models import Conversation, Message

ROWS = 500
log = structlog.get_logger(__name__)


def reencrypt_all() -> int:
    """Encrypt everything with the present key, in short transactions; return how many rows changed.

    What a key encrypted that is not here is left and logged. Raises UnreadableError for what was changed or
    moved since.
    """
    changed, ring = 0, keyring()
    for old in sorted(set(rows_by_key()) - {ring.current.id}):
        if ring.find(old) is None:
            log.error("messages.key_missing", key=old)
            continue
        for step in (_messages, _titles):
            while some := step(old):
                changed += some
    return changed


def rows_by_key() -> Counter[str]:
    """Return how many rows each key, by name, has encrypted."""
    session, found = db.session(), Counter[str]()
    for column in (Message.key_id, Conversation.title_key_id):
        query = select(column, func.count()).where(column.is_not(None)).group_by(column)
        found.update({str(key_id): count for key_id, count in session.execute(query)})
    session.rollback()
    return found


def _messages(old: str) -> int:
    with writing() as session:
        chosen = select(Message).where(Message.key_id == old).order_by(Message.id).limit(ROWS)
        rows = list(session.scalars(locked(session, chosen)))
        for row in rows:
            if row.text is not None:
                text = open_text(Sealed(row.text, old), row.conversation_id, row.id)
                sealed = seal_text(text, row.conversation_id, row.id)
                _change(session, row, {"text": sealed.data, "key_id": sealed.key_id})
        return len(rows)


def _titles(old: str) -> int:
    with writing() as session:
        chosen = select(Conversation).where(Conversation.title_key_id == old)
        rows = list(session.scalars(locked(session, chosen.order_by(Conversation.id).limit(ROWS))))
        for row in rows:
            if row.title is not None:
                sealed = seal_title(open_title(Sealed(row.title, old), row.id), row.id)
                _change(session, row, {"title": sealed.data, "title_key_id": sealed.key_id})
        return len(rows)


def _change(session: Session, row: Message | Conversation, values: dict[str, bytes | str]) -> None:
    kind = type(row)
    session.execute(update(kind).where(kind.id == row.id).values(values))
