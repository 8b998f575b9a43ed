"""Reading posts: who may read which, by id, by content, by person."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from chain.proofs.records import Kind
from webapp.accounts.models import Account
from webapp.accounts.relations import conditions
from webapp.accounts.relations.models import Follow
from webapp.extensions import table_of
from webapp.log.models import Entry
from webapp.posts.errors import ContentUnknownError, PostNotFoundError
from webapp.posts.models import Post
from webapp.posts.visibility import PUBLIC, listed, visible

_P, _E, _A = table_of(Post).c, table_of(Entry).c, table_of(Account)
# So many versions may a post have; its whole history is one answer.
MAX_VERSIONS = 200


def may_read(session: Session, post: Post, reader: UUID | None) -> bool:
    """Tell whether somebody may see a post or its tombstone, as ``visibility`` says."""
    if post.account_id == reader:
        return True
    return session.scalar(_seen(reader).where(_P.id == post.id)) is not None


def readable_post(session: Session, post_id: UUID, reader: UUID | None) -> Post:
    """Return a post; raises PostNotFoundError, also where the reader may not know of it."""
    post = session.get(Post, post_id)
    if post is None or not may_read(session, post, reader):
        raise PostNotFoundError(str(post_id))
    return post


def answerable_post(session: Session, content: bytes, reader: UUID) -> Post | None:
    """Return the living post whose version has this content, if somebody may read that version and answer."""
    version = select(_E.record, _E.audience).where(_E.content == content, _E.kind == int(Kind.POST))
    entry = session.execute(version.limit(1)).one_or_none()
    if entry is None:
        return None
    query = (
        select(Post)
        .join(_A, _A.c.id == _P.account_id)
        .where(_P.id == UUID(bytes=entry.record), listed(reader))
    )
    if not _is_open(entry):
        allowed = or_(_P.account_id == reader, conditions.follows(reader, _P.account_id))
        query = query.where(allowed)
    return session.scalars(query).one_or_none()


def may_read_version(session: Session, post: Post, entry: Entry, reader: UUID | None) -> bool:
    """Tell whether somebody may read one version: each is judged by the label it was signed with."""
    return _is_open(entry) or _may_read_all(session, post, reader)


def _is_open(entry: Any) -> bool:
    return entry.audience in (None, PUBLIC)


def _may_read_all(session: Session, post: Post, reader: UUID | None) -> bool:
    if reader is None or post.account_id == reader:
        return reader is not None
    return session.get(Follow, (reader, post.account_id)) is not None


def _seen(reader: UUID | None) -> Select[Any]:
    joined = table_of(Post).join(table_of(Account), table_of(Account).c.id == _P.account_id)
    return select(_P.id).select_from(joined).where(visible(reader))


def entry_of(session: Session, post: Post, reader: UUID | None, content: str | None) -> Entry:
    """Return a post's newest entry, or the one of a content; raises ContentUnknownError."""
    if content is None:
        return post.entry
    wanted = bytes.fromhex(content[2:])
    query = select(Entry).filter_by(author=post.author, record=post.id.bytes, content=wanted)
    entry = session.scalars(query).one_or_none()
    if entry is None or not may_read_version(session, post, entry, reader):
        raise ContentUnknownError(content)
    return entry


def versions(session: Session, post: Post, reader: UUID | None) -> list[Entry]:
    """Return the entries of a post that somebody may read, oldest first, its Deletion last."""
    query = select(Entry).filter_by(author=post.author, record=post.id.bytes).order_by(Entry.id)
    found = list(session.scalars(query.limit(MAX_VERSIONS + 1)))
    opened = [entry for entry in found if _is_open(entry)]
    if len(opened) == len(found) or _may_read_all(session, post, reader):
        return found
    return opened
