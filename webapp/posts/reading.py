"""Reading posts: who may read which, by id, by content, by person."""

from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from chain.proofs.records import Kind
from webapp.log.models import Entry
from webapp.pagination import newest_first
from webapp.posts.errors import ContentUnknownError, PostNotFoundError
from webapp.posts.models import Post

PUBLIC = "public"
MAX_VERSIONS_READ = 1_000


def may_read(post: Post, reader: UUID | None) -> bool:
    """Tell whether somebody may read a post: public ones all, others their author alone."""
    return post.audience == PUBLIC or post.account_id == reader


def readable_post(session: Session, post_id: UUID, reader: UUID | None) -> Post:
    """Return a post; raises PostNotFoundError, also where the reader may not know of it."""
    post = session.get(Post, post_id)
    if post is None or not may_read(post, reader):
        raise PostNotFoundError(str(post_id))
    return post


def post_of_content(session: Session, content: bytes) -> Post | None:
    """Return the post of which ``content`` is a version."""
    query = select(Entry.record).where(Entry.content == content, Entry.kind == int(Kind.POST))
    record = session.scalar(query)
    return None if record is None else session.get(Post, UUID(bytes=record))


def posts_of_account(
    session: Session, account_id: UUID, reader: UUID | None, page: dict[str, Any]
) -> list[Post]:
    """Return a person's readable posts, newest first, one more than the page's limit."""
    query = select(Post).where(Post.account_id == account_id, Post.deleted_at.is_(None))
    query = query.where(or_(Post.audience == PUBLIC, Post.account_id == reader))
    return list(session.scalars(newest_first(Post.created_at, Post.id, query, page)).unique())


def entry_of(session: Session, post: Post, content: str | None) -> Entry:
    """Return a post's newest entry, or the one of a content; raises ContentUnknownError."""
    if content is None:
        return post.entry
    for entry in versions(session, post):
        if content == "0x" + entry.content.hex():
            return entry
    raise ContentUnknownError(content)


def versions(session: Session, post: Post) -> list[Entry]:
    """Return the entries of a post, oldest first, its Deletion last."""
    query = select(Entry).filter_by(author=post.author, record=post.id.bytes).order_by(Entry.id)
    return list(session.scalars(query.limit(MAX_VERSIONS_READ)))
