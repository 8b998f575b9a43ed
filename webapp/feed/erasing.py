"""What deleting an account erases of feeds: its own, and what it did in those of others."""

from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.deletion.erasers import Eraser
from webapp.accounts.relations.models import Follow
from webapp.feed.models import FanOut, Feed, FeedItem, MergedAccount


def erase_feeds(session: Session, account_id: UUID) -> None:
    """Drop an account's feed, and what it posted and passed on from its followers' feeds."""
    # Found by their readers, as the rows are in that order: so relations must still be there.
    followers = select(Follow.follower_id).where(Follow.followee_id == account_id)
    theirs = and_(FeedItem.account_id.in_(followers), FeedItem.actor_id == account_id)
    gone = (
        delete(FanOut).where(FanOut.actor_id == account_id),
        delete(MergedAccount).where(MergedAccount.account_id == account_id),
        delete(Feed).where(Feed.account_id == account_id),
        delete(FeedItem).where(or_(FeedItem.account_id == account_id, theirs)),
    )
    for one in gone:
        session.execute(one, execution_options={"synchronize_session": False})


ERASERS = (Eraser("feeds", erase_feeds),)
