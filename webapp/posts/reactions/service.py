"""Liking and passing on: the row, its count and its event are one commit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, literal, select
from sqlalchemy.orm import Session

from webapp.accounts.living import keep_active
from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, kept, send_ahead, writing
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.extensions import db, table_of
from webapp.posts.errors import NotPublicError, PostDeletedError, PostNotFoundError
from webapp.posts.models import Like, Post, PostCounts, Repost
from webapp.posts.views import PostView, shown_post
from webapp.posts.visibility import PUBLIC, visible
from webapp.upserts import add_to_rows

_P, _A = table_of(Post), table_of(Account)


@dataclass(frozen=True)
class Reaction:
    """What one can make of a post: its table, its count, its events, and whether the post must be public."""

    table: type[Like | Repost]
    count: str
    done: EventType
    undone: EventType
    public_only: bool


LIKE = Reaction(Like, "likes", EventType.POST_LIKED, EventType.POST_UNLIKED, public_only=False)
REPOST = Reaction(
    Repost, "reposts", EventType.POST_REPOSTED, EventType.POST_UNREPOSTED, public_only=True
)


def react(reaction: Reaction, account_id: UUID, post_id: UUID) -> tuple[PostView, bool]:
    """Like a post, or pass it on; return the post and whether that is new.

    Raises PostNotFoundError, PostDeletedError, NotPublicError, and SuspendedError in a race with a moderator.
    """
    with writing() as session:
        keep_active(session, account_id)
        _keep(session, reaction, account_id, post_id)
        key, now = {"account_id": account_id, "post_id": post_id}, utc_now()
        new = insert_or_ignore(session, reaction.table, **key, created_at=now)
        if new:
            _count(session, reaction, account_id, post_id, 1, now)
    return shown_post(db.session(), post_id, account_id), new


def take_back(reaction: Reaction, account_id: UUID, post_id: UUID) -> None:
    """Take back what ``react`` did, also where the post cannot be seen any more; nothing if it was not done."""
    table = table_of(reaction.table)
    mine = (table.c.account_id == account_id, table.c.post_id == post_id)
    with writing() as session:
        keep_active(session, account_id)
        gone = session.execute(delete(table).where(*mine).returning(literal(1))).first()
        if gone is not None:
            _count(session, reaction, account_id, post_id, -1, utc_now())


def _count(
    session: Session, reaction: Reaction, account_id: UUID, post_id: UUID, step: int, at: datetime
) -> None:
    # Last, and with the COMMIT: everybody who likes a popular post waits for this one row.
    send_ahead(session)
    event = reaction.done if step > 0 else reaction.undone
    record_event(session, event, account_id, str(post_id), at=at)
    add_to_rows(session, PostCounts, "post_id", [{"post_id": post_id, reaction.count: step}])


def _keep(session: Session, reaction: Reaction, account_id: UUID, post_id: UUID) -> None:
    """Check that somebody may react to a post, and keep it from being changed until the commit."""
    query = (
        select(_P.c.deleted_at, _P.c.audience)
        .join(_A, _A.c.id == _P.c.account_id)
        .where(_P.c.id == post_id, visible(account_id))
    )
    post: Any = session.execute(kept(session, query, Post)).one_or_none()
    if post is None:
        raise PostNotFoundError(str(post_id))
    if post.deleted_at is not None:
        raise PostDeletedError(str(post_id))
    if reaction.public_only and post.audience != PUBLIC:
        raise NotPublicError(str(post_id))
