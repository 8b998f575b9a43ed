"""Candidates of a feed from the database: from what is kept as far as that goes, beyond it by looking up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.feed.candidates import Candidate, KeptFeed, Window, kept, looked_up
from webapp.feed.keeping import keep, note_read
from webapp.pagination import EPOCH, Cursor


def read_candidates(session: Session, viewer: UUID, window: Window) -> list[Candidate]:
    """Return a window's candidates; a feed that is not kept is from now on."""
    feed = kept(session, viewer, window)
    if feed is None:
        session.rollback()
        keep(viewer)
        feed = kept(session, viewer, window)
    if feed is None or feed.from_at is None:  # another request is filling it
        return looked_up(session, viewer, window)
    found = _complete(feed)
    if len(found) < window.limit and _goes_on(feed, window):
        beyond = Window(_lower(window.before, feed.from_at), window.after, window.limit)
        found += looked_up(session, viewer, beyond)[: window.limit - len(found)]
    session.rollback()
    note_read(viewer, feed.read_at)
    return found


def _complete(feed: KeptFeed) -> list[Candidate]:
    since = feed.from_at
    return [one for one in feed.found if since is not None and one.created_at >= since]


def _goes_on(feed: KeptFeed, window: Window) -> bool:
    """Tell whether what is asked for reaches below what is kept."""
    return feed.from_at is not None and feed.from_at > (
        window.after.moment if window.after else EPOCH
    )


def _lower(before: Cursor | None, from_at: datetime) -> Cursor:
    """Return where looking up begins: where the page does, or where the kept feed ends."""
    end = Cursor(from_at, UUID(int=0))
    return end if before is None or before.moment >= from_at else before
