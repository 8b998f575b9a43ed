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
# So many versions may a post have; its whole history is one answer.
MAX_VERSIONS = 200


def may_read(post: Post, reader: UUID | None) -> bool:
    """Tell whether somebody may read a post: public ones all, others their author alone."""
    return post.audience == PUBLIC or post.account_id == reader


def readable_post(session: Session, post_id: UUID, reader: UUID | None) -> Post:
    """Return a post; raises PostNotFoundError, also where the reader may not know of it."""
    post = session.get(Post, post_id)
    if post is None or not may_read(post, reader):
        raise PostNotFoundError(str(post_id))
    return post


def may_answer(session: Session, content: bytes, reader: UUID) -> bool:
    """Tell whether a content is a version of a living post that somebody may read."""
    query = select(Entry).where(Entry.content == content, Entry.kind == int(Kind.POST))
    entry = session.scalars(query).first()
    if entry is None:
        return False
    post = session.get(Post, UUID(bytes=entry.record))
    return (
        post is not None
        and post.deleted_at is None
        and may_read(post, reader)
        and may_read_version(post, entry, reader)
    )


def may_read_version(post: Post, entry: Entry, reader: UUID | None) -> bool:
    """Tell whether somebody may read one version: each is judged by the label it was signed with."""
    return entry.audience in (None, PUBLIC) or post.account_id == reader


def posts_of_account(
    session: Session, account_id: UUID, reader: UUID | None, page: dict[str, Any]
) -> list[Post]:
    """Return a person's readable posts, newest first, one more than the page's limit."""
    query = select(Post).where(Post.account_id == account_id, Post.deleted_at.is_(None))
    query = query.where(or_(Post.audience == PUBLIC, Post.account_id == reader))
    return list(session.scalars(newest_first(Post.created_at, Post.id, query, page)).unique())


def entry_of(session: Session, post: Post, reader: UUID | None, content: str | None) -> Entry:
    """Return a post's newest entry, or the one of a content; raises ContentUnknownError."""
    if content is None:
        return post.entry
    wanted = bytes.fromhex(content[2:])
    query = select(Entry).filter_by(author=post.author, record=post.id.bytes, content=wanted)
    entry = session.scalars(query).one_or_none()
    if entry is None or not may_read_version(post, entry, reader):
        raise ContentUnknownError(content)
    return entry


def versions(session: Session, post: Post, reader: UUID | None) -> list[Entry]:
    """Return the entries of a post that somebody may read, oldest first, its Deletion last."""
    query = select(Entry).filter_by(author=post.author, record=post.id.bytes).order_by(Entry.id)
    found = session.scalars(query.limit(MAX_VERSIONS + 1))
    return [entry for entry in found if may_read_version(post, entry, reader)]
