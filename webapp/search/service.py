"""Searching: what matches, and of that only what the viewer may see and wants to."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from webapp import full_text
from webapp.accounts.models import Account, AccountCounts
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.relations import conditions
from webapp.accounts.relations.reading import flags, flags_of
from webapp.extensions import table_of
from webapp.pagination import newest_first
from webapp.posts.models import Post, PostTag
from webapp.posts.views import PostView, select_posts, views
from webapp.posts.visibility import of_interest
from webapp.search.errors import SearchTooSlowError

SECONDS = 3
_A, _N = table_of(Account), table_of(AccountCounts)
_P, _TAGS = table_of(Post), table_of(PostTag)


@dataclass(frozen=True)
class Found:
    """Somebody who was found."""

    card: ProfileCard
    bio: str | None
    followers: int
    viewer: dict[str, bool] | None
    created_at: datetime


@dataclass(frozen=True)
class TagCount:
    """A hashtag and in how many posts the viewer may see it."""

    tag: str
    posts: int


def find_posts(text: str, viewer: UUID | None, page: dict[str, Any]) -> list[PostView]:
    """Return matching posts, newest first, one more than the page's limit; raises SearchTooSlowError."""
    wanted = full_text.parse(text)
    if not wanted:
        return []
    with _in_time() as session:
        matches = full_text.post_matches(session, wanted, _P.c.id, _P.c.text)
        query = select_posts(viewer).where(matches, of_interest(viewer))
        return views(session, newest_first(_P.c.created_at, _P.c.id, query, page), viewer)


def find_people(text: str, viewer: UUID | None, page: dict[str, Any]) -> list[Found]:
    """Return people by the beginnings of their names, one more than the page's limit.

    The first page begins with whose handle it is; the others follow, newest account first. Raises
    SearchTooSlowError.
    """
    handle = text.replace("\0", " ").strip().removeprefix("@").lower()
    with _in_time() as session:
        matches = full_text.name_begins(session, handle, _A.c.id)
        if matches is None:
            return []
        query = _people(viewer).where(matches)
        if page.get("since") is None:
            query = query.where(_A.c.handle.is_distinct_from(handle))
        if viewer is not None:
            query = query.where(~conditions.muted(viewer, _A.c.id))
        found = list(session.execute(newest_first(_A.c.created_at, _A.c.id, query, page)))
        if page.get("cursor") is None and page.get("since") is None:
            found = [*session.execute(_people(viewer).where(_A.c.handle == handle)), *found]
        return [_found(row) for row in found[: page["limit"] + 1]]


def find_tags(text: str, viewer: UUID | None, limit: int) -> list[TagCount]:
    """Return hashtags that begin so, those of most posts first; raises SearchTooSlowError."""
    beginning = folded(text.replace("\0", " ").strip().removeprefix("#"))
    if not beginning:
        return []
    count = func.count().label("posts")
    with _in_time() as session:
        query = (
            select(_TAGS.c.tag, count)
            .select_from(
                _TAGS.join(_P, _P.c.id == _TAGS.c.post_id).join(_A, _A.c.id == _P.c.account_id)
            )
            .where(full_text.begins(session, _TAGS.c.tag, beginning), of_interest(viewer))
            .group_by(_TAGS.c.tag)
            .order_by(count.desc(), _TAGS.c.tag)
            .limit(limit)
        )
        return [TagCount(row.tag, row.posts) for row in session.execute(query)]


def folded(tag: str) -> str:
    """Return a hashtag as it is stored: neither case nor width tells tags apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", tag).casefold())


def _people(viewer: UUID | None) -> Any:
    columns = (_A.c.id, _A.c.handle, _A.c.name, _A.c.avatar_id, _A.c.bio, _A.c.created_at)
    source = _A.outerjoin(_N, _N.c.account_id == _A.c.id)
    followers: Any = func.coalesce(_N.c.followers, 0)
    if viewer is not None:
        followers = followers - conditions.left_out(viewer, _A.c.id, "followers")
    query = select(*columns, followers.label("followers")).select_from(source)
    if viewer is None:
        return query.where(conditions.active())
    query = query.add_columns(*flags(viewer))
    theirs = and_(conditions.active(), ~conditions.blocked(viewer, _A.c.id))
    return query.where(or_(_A.c.id == viewer, theirs))


def _found(row: Row[Any]) -> Found:
    viewer = flags_of(row) if hasattr(row, "following") else None
    card = card_of(row.id, row.handle, row.name, row.avatar_id)
    return Found(card, row.bio, row.followers, viewer, row.created_at)


@contextmanager
def _in_time() -> Iterator[Session]:
    try:
        with full_text.bounded(SECONDS) as session:
            yield session
    except OperationalError as error:
        if full_text.took_too_long(error):
            raise SearchTooSlowError(SECONDS) from None
        raise
