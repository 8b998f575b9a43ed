"""The counts that a post changes: its author's, and those of the posts that it answers and quotes.

Counted is what people may come upon: nothing that is deleted or hidden, and nothing that somebody suspended did
to others' posts. Whoever changes several rows of counts locks accounts before posts and each kind by ascending
id, so that two never wait for each other in a circle.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, bindparam, func, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, AccountCounts
from webapp.database import connection_of, locked
from webapp.extensions import table_of
from webapp.posts.models import Like, Post, PostCounts, Repost
from webapp.upserts import add_to_rows

ROWS = 500
_C, _N, _P = table_of(AccountCounts), table_of(PostCounts), table_of(Post)
_LIKES, _REPOSTS = table_of(Like), table_of(Repost)
# Built once: also goes beside the rows of a new post.
ADD_POSTS = (
    update(_C)
    .where(_C.c.account_id == bindparam("counted"))
    .values(posts=_C.c.posts + bindparam("by_posts", type_=_C.c.posts.type))
)
Answered = tuple[UUID | None, UUID | None]
Changes = dict[UUID, dict[str, int]]


def more_posts(account_id: UUID, by: int = 1) -> dict[str, object]:
    """Return the values with which ADD_POSTS counts an account's posts."""
    return {"counted": account_id, "by_posts": by}


def count_posts(session: Session, changes: Mapping[UUID, int]) -> None:
    """Change how many posts accounts have; needs an open write transaction."""
    values = [more_posts(account_id, changes[account_id]) for account_id in sorted(changes)]
    if values:
        connection_of(session).execute(ADD_POSTS, values)


def add_answers(changes: Changes, answered: Answered, by: int = 1) -> Changes:
    """Add to ``changes`` what one more or less answer to a parent and a quoted post changes."""
    for post_id, name in zip(answered, ("comments", "quotes"), strict=True):
        if post_id is not None:
            changes.setdefault(post_id, {"comments": 0, "quotes": 0})[name] += by
    return changes


def count_answers(session: Session, changes: Changes) -> None:
    """Change how many comments and quotes posts have; needs an open write transaction."""
    rows = [
        {"post_id": one, **changes[one]} for one in sorted(changes) if any(changes[one].values())
    ]
    add_to_rows(session, PostCounts, "post_id", rows)


def answered_by(post: Post) -> Answered:
    """Return the posts for which a post counts as comment and as quote."""
    if post.deleted_at is not None or post.hidden_at is not None:
        return None, None
    return post.parent_id, post.quoted_id


def count_reactions(session: Session, account_id: UUID, by: int) -> None:
    """Let all that an account did to posts count, or no more: likes, reposts, comments and quotes.

    Needs the locks of ``lock_person`` and of the account, so that nothing of it comes or goes meanwhile.
    """
    for some in _touched(session, account_id):
        mine = select(_N.c.post_id).where(_N.c.post_id.in_(some))
        session.execute(locked(session, mine.order_by(_N.c.post_id))).all()
        changes = {name: _N.c[name] + by * its for name, its in _its_own(account_id).items()}
        changed = update(_N).where(_N.c.post_id.in_(some)).values(changes)
        session.execute(changed, execution_options={"synchronize_session": False})


def _touched(session: Session, account_id: UUID) -> list[Sequence[UUID]]:
    """Return the posts whose counts an account may be part of, ascending, some at a time."""
    found: set[UUID] = set()
    for table in (_LIKES, _REPOSTS):
        theirs = select(table.c.post_id).where(table.c.account_id == account_id)
        found |= set(session.scalars(theirs))
    for column in (_P.c.parent_id, _P.c.quoted_id):
        theirs = select(column).where(_P.c.account_id == account_id, column.is_not(None))
        found |= set(session.scalars(theirs))
    ordered = sorted(found)
    return [ordered[start : start + ROWS] for start in range(0, len(ordered), ROWS)]


def _its_own(account_id: UUID) -> dict[str, ScalarSelect[Any]]:
    """Return how many of a row's likes, reposts, comments and quotes are of one account."""

    def of(table: Any, column: Any, *more: Any) -> ScalarSelect[Any]:
        mine = (column == _N.c.post_id, table.c.account_id == account_id, *more)
        return select(func.count()).select_from(table).where(*mine).scalar_subquery()

    living = (_P.c.deleted_at.is_(None), _P.c.hidden_at.is_(None))
    return {
        "likes": of(_LIKES, _LIKES.c.post_id),
        "reposts": of(_REPOSTS, _REPOSTS.c.post_id),
        "comments": of(_P, _P.c.parent_id, *living),
        "quotes": of(_P, _P.c.quoted_id, *living),
    }


def count_shown(session: Session, post_id: UUID, by: int) -> None:
    """Let a post count, or no more, as it is shown again or hidden; needs its author's lock."""
    author = table_of(Account).c
    query = (
        select(_P.c.account_id, _P.c.parent_id, _P.c.quoted_id, author.suspended_at)
        .join(table_of(Account), author.id == _P.c.account_id)
        .where(_P.c.id == post_id, _P.c.deleted_at.is_(None))
    )
    post = session.execute(query).one_or_none()
    if post is None:
        return
    count_posts(session, {post.account_id: by})
    if post.suspended_at is None:
        count_answers(session, add_answers({}, (post.parent_id, post.quoted_id), by))
