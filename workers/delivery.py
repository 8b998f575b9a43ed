"""Events to those who follow what happens: in batches, by id, one worker at a time, each event once.

A batch and its marks are one commit. If a consumer fails on it, its events go one by one; what a consumer
fails on then stays owed to that consumer alone, is tried again later, and is parked in the end.
"""

import time
from collections.abc import Sequence

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.assets.telling import ASSETS
from webapp.database import writing
from webapp.events.failures import due_failures, note_failure, settle_failure
from webapp.events.models import OWED, Event
from webapp.events.service import (
    Consumer,
    OwedEvent,
    events_by_id,
    mark_delivered,
    owed_events,
)
from webapp.extensions import db
from webapp.feed.consumer import FEED
from webapp.feed.fan_out import fan_out, fan_out_waits
from webapp.identities.consumer import IDENTITIES
from webapp.notifications.consumer import NOTIFICATIONS
from workers.claims import claimed
from workers.messages import tell_of_messages

# Everybody who is owed events, in the order in which they get them.
CONSUMERS: tuple[Consumer, ...] = (FEED, NOTIFICATIONS, IDENTITIES, ASSETS)
MOST_EVENTS = 500
MOST_RETRIES = 50
# A run ends well before the lease of its claim; the next one goes on.
RUN_SECONDS = 20.0
JOB, FAN_OUT_JOB = "deliver", "fan_out"
log = structlog.get_logger(__name__)


def deliver() -> int:
    """Deliver what is owed, for a while, and tell of messages; return how many events were taken.

    Writing into feeds has a claim of its own: while a post goes to tens of thousands, others are taken on.
    """
    taken = _take_events() if _waiting() else 0
    tell_of_messages(time.monotonic() + RUN_SECONDS)
    if fan_out_waits():
        with claimed(FAN_OUT_JOB) as mine:
            if mine:
                fan_out(time.monotonic() + RUN_SECONDS)
    return taken


def _take_events() -> int:
    taken = 0
    deadline = time.monotonic() + RUN_SECONDS
    with claimed(JOB) as mine:
        while mine and time.monotonic() < deadline:
            found = _owed()
            if not found:
                _retry_failed(deadline)
                break
            _deliver(found)
            taken += len(found)
    return taken


def _waiting() -> bool:
    """Tell whether there is anything to do, at the price of one look."""
    session = db.session()
    owed = session.scalar(select(Event.id).where(OWED).limit(1))
    found = owed is not None or bool(due_failures(session, 1))
    session.rollback()
    return found


def _owed() -> list[OwedEvent]:
    session = db.session()
    found = owed_events(session, MOST_EVENTS)
    session.rollback()
    return found


def _deliver(events: Sequence[OwedEvent]) -> None:
    try:
        with writing() as session:
            mine = _still_owed(session, events)
            _apply(session, CONSUMERS, mine)
    except Exception as error:  # noqa: BLE001 - one consumer's bug must not keep every event from all others
        log.warning("delivery.batch_failed", events=len(events), problem=str(error))
        for event in events:
            _deliver_one(event)
    else:
        _after(mine)


def _still_owed(session: Session, events: Sequence[OwedEvent]) -> list[OwedEvent]:
    marked = mark_delivered(session, [event.id for event in events])
    return [event for event in events if event.id in marked]


def _apply(session: Session, consumers: Sequence[Consumer], events: Sequence[OwedEvent]) -> None:
    for consumer in consumers if events else ():
        consumer.apply(session, events)


def _deliver_one(event: OwedEvent) -> None:
    """Deliver an event to those who take it; who does not is owed it from then on."""
    with writing() as session:
        for one in _still_owed(session, [event]):
            for consumer in CONSUMERS:
                try:
                    with session.begin_nested():
                        consumer.apply(session, [one])
                except Exception as error:  # noqa: BLE001 - as above
                    _note(session, one, consumer.name, error)
    _after([event])


def _after(events: Sequence[OwedEvent]) -> None:
    for consumer in CONSUMERS if events else ():
        consumer.after(events)


def _note(session: Session, event: OwedEvent, consumer: str, error: Exception) -> None:
    parked = note_failure(session, event.id, consumer, error)
    told = {"event_id": event.id, "type": event.type, "consumer": consumer, "problem": str(error)}
    if parked:
        log.error("delivery.parked", **told)
    else:
        log.warning("delivery.failed", **told)


def _retry_failed(deadline: float) -> None:
    session = db.session()
    due = due_failures(session, MOST_RETRIES)
    events = events_by_id(session, [event_id for event_id, _ in due])
    session.rollback()
    consumers = {consumer.name: consumer for consumer in CONSUMERS}
    for event_id, name in due:
        if time.monotonic() > deadline:
            return
        _retry(events[event_id], name, consumers.get(name))


def _retry(event: OwedEvent, name: str, consumer: Consumer | None) -> None:
    """Give a consumer once more what it failed on; one that is there no longer is owed nothing."""
    with writing() as session:
        try:
            with session.begin_nested():
                if settle_failure(session, event.id, name) and consumer is not None:
                    consumer.apply(session, [event])
        except Exception as error:  # noqa: BLE001 - as above
            _note(session, event, name, error)
    _after([event])
