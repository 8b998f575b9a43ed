"""Reading stamps: their owner's own, and those of the operator's log, which are everybody's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.extensions import table_of
from webapp.log.models import Entry
from webapp.log.states import STANDING, standing_of, with_standing
from webapp.pagination import newest_first
from webapp.stamps.errors import StampContentUnknownError, StampNotFoundError
from webapp.stamps.models import Stamp

# The account that speaks for the operator: the same here as everywhere, so that its author's address can be
# known by heart. Nobody can sign in with it.
OPERATOR_LOG = UUID("74726f74-6820-8f70-8572-61746f720001")
_S, _E = table_of(Stamp), table_of(Entry)


@dataclass(frozen=True)
class StampView:
    """A stamp as the API shows it; ``anchoring`` is that of its newest entry."""

    id: UUID
    account_id: UUID
    author: str
    about: str | None
    digest: bytes | None
    content: bytes
    created_at: datetime
    deleted_at: datetime | None
    anchoring: dict[str, str | None]


_SHOWN = tuple(column for column in _S.c if column.name != "entry_id")
_STAMPS = select(*_SHOWN, _E.c.content.label("content"), *STANDING).select_from(
    with_standing(_S.join(_E, _E.c.id == _S.c.entry_id))
)


def readable_stamp(session: Session, stamp_id: UUID, reader: UUID | None) -> Stamp:
    """Return a stamp; raises StampNotFoundError, also for somebody else's."""
    stamp = session.get(Stamp, stamp_id)
    if stamp is None or stamp.account_id not in (reader, OPERATOR_LOG):
        raise StampNotFoundError(str(stamp_id))
    return stamp


def shown_stamp(session: Session, stamp_id: UUID) -> StampView:
    """Return what is shown of a stamp that the reader is known to be allowed to see."""
    return _views(session, _STAMPS.where(_S.c.id == stamp_id))[0]


def stamps_of_account(
    session: Session, account_id: UUID, page: dict[str, Any], digest: str | None
) -> list[StampView]:
    """Return an account's stamps that are not deleted, newest first, one more than the page's limit."""
    query = _STAMPS.where(_S.c.account_id == account_id, _S.c.deleted_at.is_(None))
    if digest is not None:
        query = query.where(_S.c.digest == bytes.fromhex(digest[2:]))
    return _views(session, newest_first(_S.c.created_at, _S.c.id, query, page))


def entry_of(session: Session, stamp: Stamp, content: str | None) -> Entry:
    """Return a stamp's newest entry, or the one of a content; raises StampContentUnknownError."""
    if content is None:
        return stamp.entry
    wanted = bytes.fromhex(content[2:])
    query = select(Entry).filter_by(author=stamp.author, record=stamp.id.bytes, content=wanted)
    entry = session.scalars(query).one_or_none()
    if entry is None:
        raise StampContentUnknownError(content)
    return entry


def _views(session: Session, query: Select[Any]) -> list[StampView]:
    return [
        StampView(
            **{column.name: getattr(row, column.name) for column in _SHOWN},
            content=row.content,
            anchoring=standing_of(row).anchoring(),
        )
        for row in session.execute(query)
    ]
