"""What people are told of tokens: made, received, sent; from events, and the rows that they name."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from webapp.assets.models import AssetTransfer
from webapp.assets.outcomes import creator_of
from webapp.assets.parties import accounts_of
from webapp.events.models import EventType
from webapp.events.service import Consumer, OwedEvent
from webapp.extensions import table_of
from webapp.notifications.models import Kind
from webapp.notifications.telling import News, notify_all

_T = table_of(AssetTransfer).c
_TOLD = (EventType.ASSET_MINTED, EventType.ASSET_MOVED)
_PLACE = (_T.chain_ref, _T.block_number, _T.log_index)
# A day's are told together; those of people here apart from those of strangers, who have no face.
_BY_PEOPLE, _BY_STRANGERS = "people", "strangers"


def apply(session: Session, events: Sequence[OwedEvent]) -> None:
    """Tell whoever gave or got a token that is named by events, in the open transaction."""
    told = [event for event in events if event.type in _TOLD]
    if not told:
        return
    rows = _rows(session, told)
    people = {one for row in rows.values() for one in (_giver(row), row.receiver)}
    accounts = accounts_of(session, people)
    news = [
        one
        for event in told
        if (row := rows.get(_place(event))) is not None
        for one in _news(event, row, accounts)
    ]
    notify_all(session, news)


def _rows(session: Session, events: Sequence[OwedEvent]) -> dict[tuple[int, int, int], Any]:
    places = [_place(event) for event in events]
    found = session.execute(
        select(*_PLACE, _T.token, _T.sender, _T.receiver).where(tuple_(*_PLACE).in_(places))
    )
    return {(row.chain_ref, row.block_number, row.log_index): row for row in found}


def _place(event: OwedEvent) -> tuple[int, int, int]:
    return event.data["chain"], event.data["block"], event.data["index"]


def _giver(row: Any) -> str:
    return row.sender or creator_of(row.token)


def _news(event: OwedEvent, row: Any, accounts: dict[str, UUID]) -> Iterator[News]:
    """Give what each side is told; from one wallet of somebody to another of theirs nothing."""
    giver, getter = accounts.get(_giver(row)), accounts.get(row.receiver)
    source, subject = str(event.id), str(int.from_bytes(row.token))
    minted = row.sender is None
    if giver is not None and (minted or giver != getter):
        kind = Kind.ASSET_MINTED if minted else Kind.ASSET_SENT
        yield News(giver, kind, source, subject=subject, topic="")
    if getter is not None and giver != getter:
        topic = _BY_STRANGERS if giver is None else _BY_PEOPLE
        yield News(getter, Kind.ASSET_RECEIVED, source, giver, subject=subject, topic=topic)


ASSETS = Consumer("assets", apply)
