"""Who answers whom: what stands above and below a post, found by parents alone.

Two edits at once may make two posts answer each other, so nothing here trusts that a thread ends.
"""

from uuid import UUID

from sqlalchemy import Subquery, func, literal, select
from sqlalchemy.orm import Session

from webapp.extensions import table_of
from webapp.posts.models import Post

_P = table_of(Post)
# So many ancestors are shown, the nearest ones.
MOST_ANCESTORS = 100
# So many posts below one are found, level by level; what is deeper is found below one of them.
MOST_BELOW = 1_000


def is_within(session: Session, post_id: UUID, thread_id: UUID) -> bool:
    """Tell whether a post is in the thread below another, or is that one itself."""
    above = select(_P.c.id, _P.c.parent_id).where(_P.c.id == post_id).cte("above", recursive=True)
    # UNION, not UNION ALL: a circle ends where it closes.
    above = above.union(select(_P.c.id, _P.c.parent_id).join(above, _P.c.id == above.c.parent_id))
    found = select(literal(1)).where(above.c.id == thread_id).limit(1)
    return session.execute(found).first() is not None


def above(post_id: UUID) -> Subquery:
    """Return the ids of a post's nearest ancestors with their ``distance`` from it, 1 for its parent."""
    start = select(_P.c.parent_id.label("id"), literal(1).label("distance"))
    found = start.where(_P.c.id == post_id).cte("ancestors", recursive=True)
    step = select(_P.c.parent_id, found.c.distance + 1).join(found, _P.c.id == found.c.id)
    found = found.union_all(step.where(found.c.distance < MOST_ANCESTORS))
    nearest = select(found.c.id, func.min(found.c.distance).label("distance"))
    return nearest.where(found.c.id.is_not(None)).group_by(found.c.id).subquery("nearest")


def below(post_id: UUID) -> Subquery:
    """Return the ids of the posts that answer a post, and those that answer them, the nearest first."""
    found = select(_P.c.id).where(_P.c.parent_id == post_id).cte("answers", recursive=True)
    found = found.union(select(_P.c.id).join(found, _P.c.parent_id == found.c.id))
    # Found level by level, and no further than asked for: the recursion ends with the limit.
    return select(found.c.id).where(found.c.id != post_id).limit(MOST_BELOW).subquery("below")
