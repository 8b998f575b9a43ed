"""Lists of posts: answers, quotes, threads, hashtags, likes, and what a person wrote and passed on.

Each is one query for its posts, however long the page.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, literal, select, union_all
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.relations import conditions
from webapp.extensions import table_of
from webapp.pagination import newest_first, oldest_first
from webapp.posts import threads
from webapp.posts.errors import NotYourLikesError
from webapp.posts.models import Like, Post, PostTag, Repost
from webapp.posts.reading import readable_post
from webapp.posts.views import Placed, PostView, placed, select_posts, shown_post, views
from webapp.posts.visibility import PUBLIC, listed, of_interest, visible

_P, _A = table_of(Post), table_of(Account)
# By another name: what is shown of a post asks the same table whether the viewer likes it.
_LIKED = table_of(Like).alias("liked")
_REPOSTS, _TAGS = table_of(Repost), table_of(PostTag)
Page = dict[str, Any]


@dataclass(frozen=True)
class Thread:
    """A post, its nearest ancestors with the first one first, and a page of what stands below it."""

    post: PostView
    ancestors: list[PostView]
    below: list[Placed]


def comments_of(session: Session, post_id: UUID, viewer: UUID | None, page: Page) -> list[Placed]:
    """Return the posts that answer a post, oldest first, one more than the page's limit.

    Raises PostNotFoundError; the answers to a deleted post stay.
    """
    opened = readable_post(session, post_id, viewer)
    wanted = of_interest(viewer, opened.account_id)
    query = _by_time(viewer).where(_P.c.parent_id == post_id, wanted)
    return placed(session, oldest_first(_P.c.created_at, _P.c.id, query, page), viewer)


def quotes_of(session: Session, post_id: UUID, viewer: UUID | None, page: Page) -> list[Placed]:
    """Return the posts that quote a post, newest first, one more than the limit; raises PostNotFoundError."""
    opened = readable_post(session, post_id, viewer)
    wanted = of_interest(viewer, opened.account_id)
    query = _by_time(viewer).where(_P.c.quoted_id == post_id, wanted)
    return placed(session, newest_first(_P.c.created_at, _P.c.id, query, page), viewer)


def thread_of(session: Session, post_id: UUID, viewer: UUID | None, page: Page) -> Thread:
    """Return a post with what it answers and a page of what answers it, at any depth, oldest first.

    Of ancestors also tombstones are shown. Raises PostNotFoundError.
    """
    opened = readable_post(session, post_id, viewer)
    above = threads.above(post_id)
    ancestors = (
        select_posts(viewer)
        .join(above, above.c.id == _P.c.id)
        .where(_P.c.id != post_id, visible(viewer))
        .order_by(above.c.distance.desc())
    )
    found = threads.below(post_id)
    wanted = of_interest(viewer, opened.account_id)
    below = _by_time(viewer).where(_P.c.id.in_(select(found.c.id)), wanted)
    return Thread(
        shown_post(session, post_id, viewer),
        views(session, ancestors, viewer),
        placed(session, oldest_first(_P.c.created_at, _P.c.id, below, page), viewer),
    )


def posts_with_tag(session: Session, tag: str, viewer: UUID | None, page: Page) -> list[Placed]:
    """Return the posts with a folded hashtag, newest first, one more than the page's limit."""
    query = _placed_by(viewer, _TAGS.c.created_at).join(_TAGS, _TAGS.c.post_id == _P.c.id)
    query = query.where(_TAGS.c.tag == tag, of_interest(viewer))
    return placed(session, newest_first(_TAGS.c.created_at, _TAGS.c.post_id, query, page), viewer)


def liked_by(session: Session, account_id: UUID, viewer: UUID, page: Page) -> list[Placed]:
    """Return what somebody likes, newest like first, one more than the limit; raises NotYourLikesError."""
    if account_id != viewer:
        raise NotYourLikesError(str(account_id))
    query = _placed_by(viewer, _LIKED.c.created_at).join(_LIKED, _LIKED.c.post_id == _P.c.id)
    query = query.where(_LIKED.c.account_id == account_id, listed(viewer))
    return placed(session, newest_first(_LIKED.c.created_at, _LIKED.c.post_id, query, page), viewer)


def posts_of_account(
    session: Session, account_id: UUID, viewer: UUID | None, page: Page
) -> list[Placed]:
    """Return a person's readable posts, newest first, one more than the page's limit.

    Without answers if ``page["replies"]`` is false; with what they passed on if ``page["reposts"]`` is true.
    """
    own = [_P.c.account_id == account_id, listed(viewer)]
    if not page.get("replies", True):
        own.append(_P.c.parent_id.is_(None))
    if not page.get("reposts"):
        query = _by_time(viewer).where(*own)
        return placed(session, newest_first(_P.c.created_at, _P.c.id, query, page), viewer)
    places = _own_and_reposted(account_id, viewer, page, own)
    query = select_posts(viewer).join(places, places.c.post_id == _P.c.id)
    query = query.add_columns(places.c.placed_at, places.c.reposted)
    return placed(session, newest_first(places.c.placed_at, _P.c.id, query, page), viewer)


def _own_and_reposted(
    account_id: UUID, viewer: UUID | None, page: Page, own: list[Any]
) -> Subquery:
    """Return time and id of the newest of both kinds; each is cut by its index before they are mixed."""
    with_author = _P.join(_A, _A.c.id == _P.c.account_id)
    wrote = _entry(_P.c.created_at, literal(0)).select_from(with_author).where(*own)
    passed_on = (
        _entry(_REPOSTS.c.created_at, literal(1))
        .select_from(with_author.join(_REPOSTS, _REPOSTS.c.post_id == _P.c.id))
        .where(_REPOSTS.c.account_id == account_id, _P.c.audience == PUBLIC)
        .where(of_interest(viewer, account_id), _shows_reposts(account_id, viewer))
    )
    kinds = (
        newest_first(_P.c.created_at, _P.c.id, wrote, page),
        newest_first(_REPOSTS.c.created_at, _REPOSTS.c.post_id, passed_on, page),
    )
    return union_all(*(select(kind.subquery()) for kind in kinds)).subquery("places")


def _entry(moment: Any, reposted: Any) -> Select[Any]:
    return select(moment.label("placed_at"), _P.c.id.label("post_id"), reposted.label("reposted"))


def _shows_reposts(account_id: UUID, viewer: UUID | None) -> Any:
    """Tell whether the viewer may see what somebody passed on: the posts have other authors."""
    person = _A.alias("reposter")
    shown = select(literal(1)).where(
        person.c.id == account_id, person.c.suspended_at.is_(None), person.c.deleted_at.is_(None)
    )
    if viewer is not None and viewer != account_id:
        shown = shown.where(~conditions.blocked(viewer, person.c.id))
    return shown.exists()


def _by_time(viewer: UUID | None) -> Select[Any]:
    return _placed_by(viewer, _P.c.created_at)


def _placed_by(viewer: UUID | None, moment: Any) -> Select[Any]:
    return select_posts(viewer).add_columns(moment.label("placed_at"))
