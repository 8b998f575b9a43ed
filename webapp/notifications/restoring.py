"""Finding again in the events what people were told and the table has lost.

What is found waits below zero, as minus the id of its event, where no reader looks; ``rebuilding`` then gives it
its place among the others.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.columns import utc_now
from webapp.database import insert_many, writing
from webapp.deadlocks import untangled
from webapp.events.models import EventType
from webapp.events.service import OwedEvent, delivered_events
from webapp.extensions import db
from webapp.notifications import batches
from webapp.notifications.consumer import TOLD, facts_of, news_of
from webapp.notifications.models import Notification
from webapp.notifications.service import KEPT
from webapp.notifications.telling import MOST_AT_ONCE, News, allowed, lock_people, row_of

EVENTS_AT_ONCE = 500
_Found = tuple[OwedEvent, News]


def restore_missing() -> Counter[UUID]:
    """Add what events of the last ``KEPT`` would tell people now and did not; return how much that is for whom.

    What is not delivered yet is left to delivery.
    """
    since, after = utc_now() - KEPT, 0
    added = Counter[UUID]()
    while events := _events(after, since):
        added.update(untangled(partial(_restore, events)))
        after = events[-1].id
    return added


def _events(after: int, since: datetime) -> list[OwedEvent]:
    session = db.session()
    found = delivered_events(session, TOLD, after, since, EVENTS_AT_ONCE)
    session.rollback()
    return found


def _restore(events: Sequence[OwedEvent]) -> list[UUID]:
    """Add what is missing of some events; return whose it is."""
    with writing() as session:
        return [row["account_id"] for row in _missing(session, events)]


def _missing(session: Session, events: Sequence[OwedEvent]) -> list[dict[str, Any]]:
    facts = facts_of(session, events)
    found: dict[tuple[object, ...], _Found] = {}
    for event in events:
        for news in news_of(event, facts):
            if news.actor_id != news.account_id:
                found.setdefault(news.sameness, (event, news))
    every, rows = list(found.values()), list[dict[str, Any]]()
    for start in range(0, len(every), MOST_AT_ONCE):
        rows += _add(session, every[start : start + MOST_AT_ONCE])
    for event in events:
        if event.type == EventType.BATCH_FINAL:
            rows += _add_batch(session, event)
    return rows


def _add(session: Session, found: Sequence[_Found]) -> list[dict[str, Any]]:
    # Whoever tells people at the same time waits, or has told them.
    lock_people(session, {news.account_id for _, news in found})
    missing = [found[place] for place in allowed(session, [news for _, news in found])]
    rows = [row_of(news, -event.id, event.created_at) for event, news in missing]
    return _insert(session, rows)


def _add_batch(session: Session, event: OwedEvent) -> list[dict[str, Any]]:
    batch_id = int(event.subject)
    people = batches.untold(session, batch_id)
    if not people:
        return []
    lock_people(session, {one.account_id for one in people})
    people = batches.untold(session, batch_id)
    return _insert(
        session, [batches.row_of(one, -event.id, batch_id, event.created_at) for one in people]
    )


def _insert(session: Session, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    insert_many(session, Notification, [{**row, "is_head": False} for row in rows])
    return rows
