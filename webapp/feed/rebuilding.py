"""Making anew everything that is kept of feeds."""

from functools import partial
from uuid import UUID

from sqlalchemy import delete, select, update

from webapp.accounts.models import AccountCounts
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import writing
from webapp.deadlocks import untangled
from webapp.extensions import db, table_of
from webapp.feed.cache import forget_feeds
from webapp.feed.keeping import fill
from webapp.feed.models import Feed, FeedItem, MergedAccount
from webapp.feed.replaying import said

_I, _FEEDS, _N, _M = (table_of(one).c for one in (FeedItem, Feed, AccountCounts, MergedAccount))


def rebuild_feeds() -> int:
    """Fill every kept feed anew from the events; return how many.

    One by one: a feed that is read before it is full again is looked up, so that nobody misses anything.
    """
    began = utc_now()
    accounts = db.session.scalars(select(_FEEDS.account_id).order_by(_FEEDS.account_id)).all()
    db.session.rollback()
    for account_id in accounts:
        untangled(partial(_rebuild, account_id))
    popular = settings().feed_merge_followers
    with writing() as session:
        # Now every feed holds their posts as anybody's, unless one came meanwhile and was left to readers;
        # who is popular still stays looked up.
        unpopular = select(_N.account_id).where(_N.followers < popular)
        still = (_M.account_id.in_(unpopular), _M.since < began)
        session.execute(delete(MergedAccount).where(*still))
    return len(accounts)


def _rebuild(account_id: UUID) -> None:
    with writing() as session:
        emptied = update(Feed).where(_FEEDS.account_id == account_id)
        session.execute(emptied.values(from_at=None))
        session.execute(delete(FeedItem).where(_I.account_id == account_id))
    fill(account_id, said)
    forget_feeds([account_id])
