"""Tables of feeds. All of it can be made anew from posts, reposts and follows: ``troth rebuild feeds``."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import ROW_ID, UtcDateTime
from webapp.extensions import Base


class Feed(Base):
    """A feed that is kept, since its reader came by not long ago.

    All that belongs into it from ``from_at`` on is there; what is older is looked up when it is read. Null
    while the feed is being filled: then nothing may be missing yet.
    """

    __tablename__ = "feeds"
    __table_args__ = (Index("ix_feeds_read_at", "read_at"),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    from_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FeedItem(Base):
    """What may be shown in a feed: a post, by its author (the actor), or passed on by the actor.

    Whether it is shown is decided when it is read. No foreign keys: tens of thousands of rows are written
    for one post, and each would be looked up.
    """

    __tablename__ = "feed_items"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    post_id: Mapped[UUID] = mapped_column(primary_key=True)
    actor_id: Mapped[UUID] = mapped_column(primary_key=True)


class FanOut(Base):
    """A post or repost on its way into the feeds of the actor's followers, by the followers' ids.

    ``after`` is the last follower who has it.
    """

    __tablename__ = "feed_fan_outs"

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    actor_id: Mapped[UUID]
    post_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    after: Mapped[UUID | None]


class MergedAccount(Base):
    """An account with so many followers that what it posts is looked up when a feed is read.

    ``since`` is when something it did was last left to be looked up.
    """

    __tablename__ = "merged_accounts"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
