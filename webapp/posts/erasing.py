"""What deleting an account erases of posts: texts, media, salts and tags of every version, and reactions."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from chain.proofs.records import Kind
from webapp.accounts.deletion.erasers import Eraser
from webapp.columns import utc_now
from webapp.database import locked
from webapp.extensions import table_of
from webapp.log.models import Author, Entry
from webapp.posts.media import erase_media_of
from webapp.posts.models import Like, Post, PostCounts, PostMention, PostTag, Repost

SALTED = (int(Kind.POST), int(Kind.STAMP))
ROWS = 500
_UNSYNCED = {"synchronize_session": False}


def erase_posts(session: Session, account_id: UUID) -> None:
    """Erase all that an account published; hashes and signatures stay, and no Deletion is logged.

    Counts of what it liked, passed on, answered and quoted are counted again, under their locks.
    """
    touched = _touched(session, account_id)
    for some in touched:
        mine = select(PostCounts.post_id).where(PostCounts.post_id.in_(some))
        session.execute(locked(session, mine.order_by(PostCounts.post_id))).all()
    _erase_records(session, account_id)
    for table in (Like, Repost):
        session.execute(delete(table).where(table.account_id == account_id))
    for some in touched:
        _count_again(session, some)


def _touched(session: Session, account_id: UUID) -> list[Sequence[UUID]]:
    """Return the posts whose counts an account is part of, ascending, some at a time."""
    found: set[UUID] = set()
    for table in (Like, Repost):
        found |= set(session.scalars(select(table.post_id).where(table.account_id == account_id)))
    for column in (Post.parent_id, Post.quoted_id):
        theirs = select(column).where(Post.account_id == account_id, column.is_not(None))
        found |= {one for one in session.scalars(theirs) if one is not None}
    ordered = sorted(found)
    return [ordered[start : start + ROWS] for start in range(0, len(ordered), ROWS)]


def _erase_records(session: Session, account_id: UUID) -> None:
    now = utc_now()
    authors = select(Author.address).where(Author.account_id == account_id)
    kept = (Entry.kind.in_(SALTED), Entry.message.is_not(None))
    session.execute(
        update(Entry).where(Entry.author.in_(authors), *kept).values(message=None, erased_at=now),
        execution_options=_UNSYNCED,
    )
    mine = Post.account_id == account_id
    posts = select(Post.id).where(mine)
    for table in (PostTag, PostMention):
        session.execute(delete(table).where(table.post_id.in_(posts)), execution_options=_UNSYNCED)
    session.execute(delete(PostMention).where(PostMention.account_id == account_id))
    session.execute(
        update(Post)
        .where(mine)
        .values(text=None, media=[], deleted_at=func.coalesce(Post.deleted_at, now)),
        execution_options=_UNSYNCED,
    )


def _count_again(session: Session, posts: Sequence[UUID]) -> None:
    answers = table_of(Post).alias("answers")
    living = answers.c.deleted_at.is_(None)
    counted = {
        "likes": select(func.count()).select_from(Like).where(Like.post_id == PostCounts.post_id),
        "reposts": select(func.count())
        .select_from(Repost)
        .where(Repost.post_id == PostCounts.post_id),
        "comments": select(func.count())
        .select_from(answers)
        .where(answers.c.parent_id == PostCounts.post_id, living),
        "quotes": select(func.count())
        .select_from(answers)
        .where(answers.c.quoted_id == PostCounts.post_id, living),
    }
    session.execute(
        update(PostCounts)
        .where(PostCounts.post_id.in_(posts))
        .values({name: query.scalar_subquery() for name, query in counted.items()}),
        execution_options=_UNSYNCED,
    )


def _erase_media(session: Session, account_id: UUID) -> None:
    erase_media_of(session, account_id)


ERASERS = (Eraser("posts", erase_posts), Eraser("media", _erase_media))
