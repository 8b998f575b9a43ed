"""Who may see which post: the one condition that every list, count and search of posts uses."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_

from webapp.accounts.relations import conditions
from webapp.accounts.relations.conditions import Person
from webapp.extensions import table_of
from webapp.posts.models import Post

PUBLIC = "public"
FOLLOWERS = "followers"
_P = table_of(Post).c


def visible(viewer: Person | None) -> ColumnElement[bool]:
    """Tell whether somebody may see a post, for a query that joins posts with their accounts.

    Its author always; others neither what is hidden nor what a suspended or blocked person wrote,
    and what is for followers only as one of them. Says nothing of deletion: tombstones are seen like posts.
    """
    # Posts of a deleted account are tombstones, like others that were deleted.
    theirs = and_(_P.hidden_at.is_(None), conditions.unsuspended())
    if viewer is None:
        return and_(theirs, _P.audience == PUBLIC)
    meant = or_(_P.audience == PUBLIC, conditions.follows(viewer, _P.account_id))
    return or_(
        _P.account_id == viewer,
        and_(theirs, meant, ~conditions.blocked(viewer, _P.account_id)),
    )


def listed(viewer: Person | None) -> ColumnElement[bool]:
    """Tell whether a list may show a post: visible, and not deleted."""
    return and_(_P.deleted_at.is_(None), visible(viewer))


def of_interest(viewer: Person | None, asked_for: UUID | None = None) -> ColumnElement[bool]:
    """Tell whether the viewer wants a list to show a post: not that of somebody they mute.

    Of ``asked_for`` they want to see it though: whose post or list they opened.
    """
    if viewer is None:
        return listed(None)
    wanted: Any = ~conditions.muted(viewer, _P.account_id)
    if asked_for is not None:
        wanted = or_(_P.account_id == asked_for, wanted)
    return and_(listed(viewer), wanted)
