"""Who likes a post, and who passed it on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.relations import conditions
from webapp.accounts.relations.models import Follow
from webapp.extensions import table_of
from webapp.pagination import newest_first
from webapp.posts.models import Post
from webapp.posts.reactions.service import Reaction
from webapp.posts.reading import readable_post

_P, _A, _F = table_of(Post), table_of(Account), table_of(Follow)


@dataclass(frozen=True)
class Reacting:
    """Somebody who reacted, when, and what they are to who asks (None for the signed-out)."""

    account_id: UUID
    profile: ProfileCard
    created_at: datetime
    viewer: dict[str, bool] | None


def people_of(
    session: Session, reaction: Reaction, post_id: UUID, viewer: UUID | None, page: dict[str, Any]
) -> list[Reacting]:
    """Return who reacted to a post, newest first, one more than the page's limit.

    Leaves out who is suspended or deleted, who blocks the viewer or is blocked, and whom they mute; a
    deleted post has nobody. Raises PostNotFoundError.
    """
    readable_post(session, post_id, viewer)
    table = table_of(reaction.table)
    query = (
        select(_A.c.id, _A.c.handle, _A.c.name, _A.c.avatar_id, table.c.created_at)
        .select_from(table)
        .join(_A, _A.c.id == table.c.account_id)
        .join(_P, _P.c.id == table.c.post_id)
        .where(table.c.post_id == post_id, _P.c.deleted_at.is_(None), conditions.active())
    )
    if viewer is not None:
        followed_by = select(literal(1)).where(
            _F.c.follower_id == _A.c.id, _F.c.followee_id == viewer
        )
        query = query.add_columns(
            conditions.follows(viewer, _A.c.id).label("following"),
            followed_by.exists().label("followed_by"),
        ).where(~conditions.blocked(viewer, _A.c.id), ~conditions.muted(viewer, _A.c.id))
    rows = session.execute(newest_first(table.c.created_at, table.c.account_id, query, page))
    return [
        Reacting(
            row.id,
            card_of(row.id, row.handle, row.name, row.avatar_id),
            row.created_at,
            None if viewer is None else _flags(row),
        )
        for row in rows
    ]


def _flags(row: Any) -> dict[str, bool]:
    flags = {name: bool(getattr(row, name)) for name in ("following", "followed_by")}
    # Whom one mutes or blocks is left out.
    return flags | {"muted": False, "blocking": False}
