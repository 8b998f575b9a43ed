"""What stands beside the current version of a post: its hashtags and whom it mentions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.relations import conditions
from webapp.database import connection_of
from webapp.extensions import table_of
from webapp.posts.marks import handles_in, tags_in
from webapp.posts.models import PostMention, PostTag

_A, _TAGS, _MENTIONS = table_of(Account), table_of(PostTag), table_of(PostMention)
HANDLES_PER_QUERY = 1_000


@dataclass(frozen=True)
class Companions:
    """Folded hashtags and the ids of the people that a text mentions."""

    tags: tuple[str, ...] = ()
    mentions: tuple[UUID, ...] = ()


def companions_of(session: Session, account_id: UUID, text: str) -> Companions:
    """Return the hashtags of an account's text, and whom it mentions of those who may be mentioned."""
    handles = handles_in(text)
    people = find_mentioned(session, account_id, handles) if handles else {}
    return Companions(tags_in(text), tuple(people[one] for one in handles if one in people))


def find_mentioned(session: Session, account_id: UUID, handles: Collection[str]) -> dict[str, UUID]:
    """Return, by handle, the active people of whom none blocks the account or is blocked by it."""
    wanted, found = sorted(handles), dict[str, UUID]()
    for start in range(0, len(wanted), HANDLES_PER_QUERY):
        query = select(_A.c.handle, _A.c.id).where(
            _A.c.handle.in_(wanted[start : start + HANDLES_PER_QUERY]),
            conditions.active(),
            ~conditions.blocked(account_id, _A.c.id),
        )
        found |= {row.handle: row.id for row in connection_of(session).execute(query)}
    return found


def add_companions(session: Session, posts: Iterable[tuple[UUID, datetime, Companions]]) -> None:
    """Insert what stands beside posts, each given with its id and time; needs an open write transaction."""
    tags: list[dict[str, Any]] = []
    mentions: list[dict[str, Any]] = []
    for post_id, created_at, beside in posts:
        tags += [{"post_id": post_id, "tag": tag, "created_at": created_at} for tag in beside.tags]
        mentions += [{"post_id": post_id, "account_id": one} for one in beside.mentions]
    for table, rows in ((_TAGS, tags), (_MENTIONS, mentions)):
        if rows:
            connection_of(session).execute(insert(table).inline(), rows)


def drop_companions(session: Session, post_id: UUID) -> None:
    """Delete what stands beside a post; needs an open write transaction."""
    for table in (_TAGS, _MENTIONS):
        connection_of(session).execute(delete(table).where(table.c.post_id == post_id))
