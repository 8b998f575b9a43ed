"""Which feeds are kept, and from when on: filling, adding a person's posts, trimming, dropping."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, locked, writing
from webapp.extensions import db, table_of
from webapp.feed.candidates import Candidate, Window, insert_items, looked_up, of_person
from webapp.feed.models import Feed, FeedItem
from webapp.pagination import EPOCH, Cursor

MOST_FILLED = 2_000
# Of a person who is followed from now on.
MOST_OF_ONE = 500
MOST_KEPT = 4_000
DROPPED_TOGETHER = 20
NOTED_EVERY = timedelta(hours=1)
Find = Callable[[Session, UUID, Window], list[Candidate]]
_I, _FEEDS = table_of(FeedItem).c, table_of(Feed).c


def keep(account_id: UUID) -> None:
    """Begin to keep a feed and fill it with the newest that belongs into it.

    In two commits: once the first is there every new post is written into the feed, so that the second
    finds all that came before.
    """
    with writing() as session:
        insert_or_ignore(session, Feed, account_id=account_id, read_at=utc_now(), from_at=None)
    fill(account_id)


def fill(account_id: UUID, find: Find | None = None) -> None:
    """Fill a kept feed that is being filled; nothing where it is full or dropped meanwhile.

    ``find`` gives what belongs into it, newest first; posts, reposts and follows do where there is none.
    """
    found = (find or looked_up)(db.session(), account_id, Window(limit=MOST_FILLED + 1))
    db.session.rollback()
    from_at = _complete_from(found, MOST_FILLED)
    with writing() as session:
        row = update(Feed).where(_FEEDS.account_id == account_id, _FEEDS.from_at.is_(None))
        if session.execute(row.values(from_at=from_at)).rowcount:  # type: ignore[attr-defined]
            _insert(session, account_id, [one for one in found if one.created_at >= from_at])


def add_person(session: Session, account_id: UUID, person: UUID) -> None:
    """Write a person's newest into a kept feed, in the open transaction."""
    query = locked(session, select(Feed).where(_FEEDS.account_id == account_id))
    feed = session.scalars(query).one_or_none()
    if feed is None:
        return
    since = Cursor(feed.from_at or EPOCH, UUID(int=0))
    found = of_person(session, person, Window(after=since, limit=MOST_OF_ONE + 1))
    from_at = max(feed.from_at or EPOCH, _complete_from(found, MOST_OF_ONE))
    if feed.from_at is None and from_at > EPOCH:
        # Who is filling it does not know of the person, nor that this is not all: the next reader begins anew.
        drop(session, [account_id])
        return
    _insert(session, account_id, [one for one in found if one.created_at >= from_at])
    if feed.from_at is not None:
        feed.from_at = from_at
        session.flush()


def remove_person(session: Session, account_id: UUID, person: UUID) -> None:
    """Drop what a person did from a kept feed, in the open transaction."""
    session.execute(delete(FeedItem).where(_I.account_id == account_id, _I.actor_id == person))


def note_read(account_id: UUID, read_at: datetime) -> None:
    """Note now and then that somebody reads their feed, and forget what is far down."""
    if utc_now() - read_at < NOTED_EVERY:
        return
    with writing() as session:
        query = locked(session, select(Feed).where(_FEEDS.account_id == account_id))
        feed = session.scalars(query).one_or_none()
        if feed is None:
            return
        feed.read_at = utc_now()
        mine = select(_I.created_at).where(_I.account_id == account_id)
        last = session.scalar(mine.order_by(_I.created_at.desc()).offset(MOST_KEPT).limit(1))
        if last is not None and feed.from_at is not None:
            feed.from_at = max(feed.from_at, last + timedelta(microseconds=1))
            old = (_I.account_id == account_id, _I.created_at < feed.from_at)
            session.execute(delete(FeedItem).where(*old))
        session.flush()


def drop_dormant() -> int:
    """Drop the feeds that nobody has read for long; return how many."""
    dropped = 0
    before = utc_now() - timedelta(days=settings().feed_dormant_days)
    while True:
        with writing() as session:
            old = select(_FEEDS.account_id).where(_FEEDS.read_at < before)
            some = session.scalars(old.order_by(_FEEDS.read_at).limit(DROPPED_TOGETHER)).all()
            drop(session, some)
        if not some:
            return dropped
        dropped += len(some)


def drop(session: Session, accounts: Sequence[UUID]) -> None:
    """Drop the feeds of accounts, in the open transaction."""
    if not accounts:
        return
    session.execute(delete(Feed).where(_FEEDS.account_id.in_(accounts)))
    session.execute(delete(FeedItem).where(_I.account_id.in_(accounts)))


def _insert(session: Session, account_id: UUID, found: Sequence[Candidate]) -> None:
    if found:
        # Two writers who meet must lock in the same order.
        rows = [{"account_id": account_id, **vars(one)} for one in sorted(found)]
        session.execute(insert_items(session), rows)


def _complete_from(found: Sequence[Candidate], most: int) -> datetime:
    """Return since when nothing is missing in what was found newest first, if more than ``most`` was cut."""
    return EPOCH if len(found) <= most else found[most].created_at + timedelta(microseconds=1)
