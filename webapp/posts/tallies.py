"""The counts that a post changes: its author's, and those of the posts that it answers and quotes.

Whoever changes several rows of counts locks accounts before posts and each kind by ascending id, so that two
never wait for each other in a circle.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from webapp.accounts.models import AccountCounts
from webapp.database import connection_of
from webapp.extensions import table_of
from webapp.posts.models import PostCounts
from webapp.upserts import add_to_rows

_C = table_of(AccountCounts)
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
