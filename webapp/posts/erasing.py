"""What deleting an account erases of posts: texts, media, salts and tags of every version, and reactions."""

from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from chain.proofs.records import Kind
from webapp.accounts.deletion.erasers import Eraser
from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.log.models import Author, Entry
from webapp.posts.media import erase_media_of
from webapp.posts.models import Like, Post, PostMention, PostTag, Repost
from webapp.posts.tallies import count_reactions

SALTED = (int(Kind.POST), int(Kind.STAMP))
_UNSYNCED = {"synchronize_session": False}


def erase_posts(session: Session, account_id: UUID) -> None:
    """Erase all that an account published; hashes and signatures stay, and no Deletion is logged.

    What it liked, passed on, answered and quoted counts it no more.
    """
    suspended_at = session.scalar(select(Account.suspended_at).where(Account.id == account_id))
    if suspended_at is None:  # who is suspended counts for nobody already
        count_reactions(session, account_id, -1)
    _erase_records(session, account_id)
    for table in (Like, Repost):
        session.execute(delete(table).where(table.account_id == account_id))


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


def _erase_media(session: Session, account_id: UUID) -> None:
    erase_media_of(session, account_id)


ERASERS = (Eraser("posts", erase_posts), Eraser("media", _erase_media))
