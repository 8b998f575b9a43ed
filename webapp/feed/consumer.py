"""What events mean for feeds. Rows decide, events only say where to look: so an event may come twice, or late."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.relations.models import Follow
from webapp.database import insert_many
from webapp.events.models import EventType
from webapp.events.service import Consumer, OwedEvent
from webapp.extensions import table_of
from webapp.feed.cache import forget_feeds
from webapp.feed.keeping import add_person, drop, remove_person
from webapp.feed.models import FanOut
from webapp.posts.models import Post, Repost

_P, _R = table_of(Post).c, table_of(Repost).c


def apply(session: Session, events: Sequence[OwedEvent]) -> None:
    """Put posts and reposts on their way into feeds, and let feeds follow who follows whom."""
    posts = [UUID(one.subject) for one in events if one.type == EventType.POST_CREATED]
    passed_on = {
        (one.account_id, UUID(one.subject))
        for one in events
        if one.type == EventType.POST_REPOSTED and one.account_id is not None
    }
    _send_posts(session, posts)
    _send_reposts(session, sorted(passed_on))
    # Once more: what was being written while the account was erased is committed by now.
    drop(session, [UUID(one.subject) for one in events if one.type == EventType.ACCOUNT_DELETED])
    for one in events:
        if one.type in (EventType.FOLLOWED, EventType.UNFOLLOWED) and one.account_id is not None:
            _follow(session, one.account_id, UUID(one.subject))


def _send_posts(session: Session, ids: Sequence[UUID]) -> None:
    if not ids:
        return
    query = select(_P.account_id.label("actor_id"), _P.id.label("post_id"), _P.created_at)
    found = session.execute(query.where(_P.id.in_(ids), _P.deleted_at.is_(None))).mappings()
    insert_many(session, FanOut, [dict(row) for row in found])


def _send_reposts(session: Session, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    if not pairs:
        return
    same = (and_(_R.account_id == actor, _R.post_id == post) for actor, post in pairs)
    query = select(_R.account_id.label("actor_id"), _R.post_id, _R.created_at).where(or_(*same))
    insert_many(session, FanOut, [dict(row) for row in session.execute(query).mappings()])


def _follow(session: Session, follower: UUID, followee: UUID) -> None:
    """Make a feed follow what is so now, whatever the event said: somebody may have thought better of it."""
    if session.get(Follow, (follower, followee)) is None:
        remove_person(session, follower, followee)
    else:
        add_person(session, follower, followee)


def after(events: Sequence[OwedEvent]) -> None:
    """Forget what is cached of the feeds of those who acted; their followers' as the feeds are written."""
    changed = {one.account_id for one in events if one.type in _CHANGING}
    forget_feeds(account_id for account_id in changed if account_id is not None)


_CHANGING = frozenset(
    {
        EventType.POST_CREATED,
        EventType.POST_REPOSTED,
        EventType.FOLLOWED,
        EventType.UNFOLLOWED,
        EventType.BLOCKED,
        EventType.UNBLOCKED,
    }
)
FEED = Consumer("feed", apply, after)
