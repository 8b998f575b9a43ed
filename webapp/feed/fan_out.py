"""Writing posts and reposts into the feeds of those who follow: some thousand rows at a time.

Each step is one commit that also says how far it got, so that a killed worker loses nothing, and nobody's
post holds up another's for long.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, func, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import AccountCounts
from webapp.accounts.relations.models import Follow
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db, table_of
from webapp.feed.cache import feed_cache, forget_feeds
from webapp.feed.candidates import insert_items
from webapp.feed.models import FanOut, Feed, FeedItem, MergedAccount
from webapp.upserts import upsert
from webapp.wakeups import wake_all

FOLLOWERS_PER_COMMIT = 1_000
MOST_TOGETHER = 200
_O, _F, _FEEDS, _N, _M = (
    table_of(model).c for model in (FanOut, Follow, Feed, AccountCounts, MergedAccount)
)


def fan_out_waits() -> bool:
    """Tell whether something is on its way into feeds."""
    found = db.session.scalar(select(_O.id).limit(1)) is not None
    db.session.rollback()
    return found


def newest_item(session: Session, account_id: UUID) -> datetime | None:
    """Return the time of the newest item written into somebody's feed; None where none was."""
    items = table_of(FeedItem).c
    newest = select(items.created_at).where(items.account_id == account_id)
    return session.scalar(newest.order_by(items.created_at.desc()).limit(1))


def fan_out(deadline: float) -> int:
    """Write into feeds what is on its way, until nothing is or time.monotonic() is past the deadline.

    Returns the number of commits.
    """
    commits = 0
    while time.monotonic() < deadline and _step():
        commits += 1
    return commits


def _step() -> bool:
    changed: Sequence[UUID] = ()
    merged: UUID | None = None
    with writing() as session:
        waiting = _first(session)
        if not waiting:
            return False
        popular = settings().feed_merge_followers
        first, few, followers = waiting[0], [], 0
        for one in waiting:
            followers += one.followers
            if followers > FOLLOWERS_PER_COMMIT or one.followers >= popular:
                break
            few.append(one.id)
        if few:
            changed = _give_to_all(session, few)
        elif first.followers >= popular and first.merged:
            merged = _leave_to_readers(session, first)
        else:
            if first.followers >= popular:
                _merge_from_now_on(session, first.actor_id)
            changed = _give_to_some(session, first)
    forget_feeds(changed)
    wake_all(changed)  # who reads a live stream is told that there is something new
    cache = feed_cache()
    if merged is not None and cache is not None:
        cache.mark(merged)
    return True


def _first(session: Session) -> Sequence[Any]:
    followers = func.coalesce(_N.followers, 0).label("followers")
    merged = and_(_M.since.is_not(None), _O.after.is_(None)).label("merged")
    query = select(_O.id, _O.actor_id, _O.after, followers, merged).select_from(
        table_of(FanOut)
        .outerjoin(table_of(AccountCounts), _N.account_id == _O.actor_id)
        .outerjoin(table_of(MergedAccount), _M.account_id == _O.actor_id)
    )
    return session.execute(query.order_by(_O.id).limit(MOST_TOGETHER)).all()


def _rows(*terms: Any) -> Select[Any]:
    """Return the query of the feed items of followers whose feeds are kept, in the order of their keys."""
    joined = (
        table_of(FanOut)
        .join(table_of(Follow), _F.followee_id == _O.actor_id)
        .join(table_of(Feed), _FEEDS.account_id == _F.follower_id)
    )
    query = select(_FEEDS.account_id, _O.created_at, _O.post_id, _O.actor_id).select_from(joined)
    # Two writers who meet must lock in the same order.
    return query.where(*terms).order_by(_FEEDS.account_id, _O.created_at, _O.post_id)


def _give_to_all(session: Session, ids: list[int]) -> Sequence[UUID]:
    changed = _insert(session, _rows(_O.id.in_(ids)))
    session.execute(delete(FanOut).where(_O.id.in_(ids)))
    return changed


def _insert(session: Session, rows: Select[Any]) -> Sequence[UUID]:
    """Insert feed items and return whose feeds they are in."""
    inserted = insert_items(session, rows).returning(table_of(FeedItem).c.account_id)
    return list(set(session.scalars(inserted)))


def _give_to_some(session: Session, one: Any) -> Sequence[UUID]:
    """Give a post to the next followers, note the last of them, and return whose feeds have it now."""
    followers = select(_F.follower_id).where(_F.followee_id == one.actor_id)
    if one.after is not None:
        followers = followers.where(_F.follower_id > one.after)
    chunk = followers.order_by(_F.follower_id).limit(FOLLOWERS_PER_COMMIT).subquery()
    # Not max(): PostgreSQL has none of UUIDs.
    newest = select(chunk.c.follower_id).order_by(chunk.c.follower_id.desc()).limit(1)
    last: UUID | None = session.scalar(newest)
    if last is None:
        session.execute(delete(FanOut).where(_O.id == one.id))
        return ()
    within = [_O.id == one.id, _F.follower_id <= last]
    if one.after is not None:
        within.append(_F.follower_id > one.after)
    changed = _insert(session, _rows(*within))
    session.execute(update(FanOut).where(_O.id == one.id).values(after=last))
    return changed


def _merge_from_now_on(session: Session, actor: UUID) -> None:
    """Let what a very popular person does from now on be looked up by whoever reads.

    What is on its way still goes to everybody: who has a feed cached that knows nothing of this is told so.
    """
    since = utc_now()
    row = {"account_id": actor, "since": since}
    session.execute(upsert(session, MergedAccount, [row], {"since": since}))


def _leave_to_readers(session: Session, one: Any) -> UUID:
    """Do no more for what a very popular person did than note that they did something; return the person."""
    _merge_from_now_on(session, one.actor_id)
    session.execute(delete(FanOut).where(_O.id == one.id))
    actor: UUID = one.actor_id
    return actor
