"""The posts as they stand now; their signed versions are entries of the log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.columns import ADDRESS, DOCUMENT, HASH, UtcDateTime, given_index
from webapp.extensions import Base
from webapp.log.models import Entry


class Post(Base):
    """A post's current version; text and media are null once it is deleted."""

    __tablename__ = "posts"
    __table_args__ = (
        Index("ix_posts_account_time", "account_id", "created_at", "id"),
        # Most posts answer and quote nothing: these have no row in such an index.
        given_index("ix_posts_parent_time", "parent_id", "created_at", "id"),
        given_index("ix_posts_root_time", "root_id", "created_at", "id"),
        given_index("ix_posts_quoted_time", "quoted_id", "created_at", "id"),
        given_index("ix_posts_reply_to", "reply_to"),
        given_index("ix_posts_quotes", "quotes"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    author: Mapped[str] = mapped_column(ADDRESS)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    audience: Mapped[str] = mapped_column(String(10))
    text: Mapped[str | None] = mapped_column(Text)
    # As signed, each with the id and size of its file.
    media: Mapped[list[dict[str, Any]]] = mapped_column(DOCUMENT)
    reply_to: Mapped[bytes | None] = mapped_column(HASH)
    quotes: Mapped[bytes | None] = mapped_column(HASH)
    # The posts whose contents ``reply_to`` and ``quotes`` are; the first post of the thread.
    parent_id: Mapped[UUID | None]
    root_id: Mapped[UUID | None]
    quoted_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # By a moderator: to everybody but its author as if it were not there.
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    entry: Mapped[Entry] = relationship(lazy="joined", innerjoin=True)


class PostCounts(Base):
    """What others made of a post; no row means nothing yet. Changed in the commit of what is counted."""

    __tablename__ = "post_counts"

    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    likes: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    comments: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    reposts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    quotes: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class Like(Base):
    """Somebody likes a post."""

    __tablename__ = "likes"
    __table_args__ = (
        Index("ix_likes_post_time", "post_id", "created_at", "account_id"),
        Index("ix_likes_account_time", "account_id", "created_at", "post_id"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Repost(Base):
    """Somebody passes a public post on to their followers."""

    __tablename__ = "reposts"
    __table_args__ = (
        Index("ix_reposts_post_time", "post_id", "created_at", "account_id"),
        Index("ix_reposts_account_time", "account_id", "created_at", "post_id"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PostMedia(Base):
    """A file that a version of a post shows; ``shown`` if the current one does."""

    __tablename__ = "post_media"
    __table_args__ = (Index("ix_post_media_media", "media_id", "post_id"),)

    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"), primary_key=True)
    shown: Mapped[bool]


class PostTag(Base):
    """A hashtag in the current version of a post, folded: case and width do not tell tags apart."""

    __tablename__ = "post_tags"
    __table_args__ = (Index("ix_post_tags_tag_time", "tag", "created_at", "post_id"),)

    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(100), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PostMention(Base):
    """Somebody who is mentioned in the current version of a post."""

    __tablename__ = "post_mentions"
    __table_args__ = (Index("ix_post_mentions_account", "account_id", "post_id"),)

    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)


class Recount(Base):
    """How far the counts of one kind were compared with their rows; the next look begins behind ``after``."""

    __tablename__ = "recounts"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    after: Mapped[UUID | None]
    corrected: Mapped[int] = mapped_column(BigInteger, server_default="0")
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
