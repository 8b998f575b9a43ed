"""Reading a feed: candidates in their order, and of these what the reader may and wants to see now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.relations import conditions
from webapp.accounts.relations.models import Follow
from webapp.accounts.service import find_account
from webapp.extensions import db, table_of
from webapp.feed.candidates import Candidate, KeptFeed, Window, kept, looked_up
from webapp.feed.errors import NotYourFeedError
from webapp.feed.keeping import keep, note_read
from webapp.pagination import EPOCH, Cursor
from webapp.posts.models import Post, Repost
from webapp.posts.views import VIEWER, PostView, select_posts, views
from webapp.posts.visibility import of_interest

# Of so many candidates in a row at most everything may be hidden from the reader; the page is short then.
MOST_LOOKS = 10
# A few more than are asked for, in case that some are not shown.
SPARE = 5
_P, _R, _A, _F = (table_of(model) for model in (Post, Repost, Account, Follow))


@dataclass(frozen=True)
class FeedItem:
    """A post in a feed; passed on by somebody at a moment, unless its author is why it is there."""

    post: PostView
    reposted_by: ProfileCard | None
    reposted_at: datetime | None


@dataclass(frozen=True)
class FeedPage:
    """Items, newest first, and where the next page begins; None at the end."""

    items: list[FeedItem]
    next: Cursor | None


def feed_page(viewer: UUID, account_id: UUID, page: dict[str, Any]) -> FeedPage:
    """Return a page of somebody's feed; ``page`` as of FeedQuerySchema.

    Raises AccountNotFoundError, NotYourFeedError.
    """
    if account_id != viewer:
        find_account(account_id)
        raise NotYourFeedError(str(account_id))
    wanted = page["limit"]
    window = Window(page.get("cursor"), page.get("since"), wanted + 1 + SPARE)
    items: list[tuple[Candidate, FeedItem]] = []
    last: Candidate | None = None
    looks = _looks(db.session(), viewer, window)
    for look, (candidates, ended) in enumerate(looks, start=1):
        items += _shown(db.session(), viewer, candidates, answers=page["answers"])
        last = candidates[-1] if candidates else last
        if len(items) > wanted:
            return FeedPage([item for _, item in items[:wanted]], items[wanted - 1][0].place)
        if not ended and look == MOST_LOOKS and last is not None:
            return FeedPage([item for _, item in items], last.place)
    return FeedPage([item for _, item in items], None)


def _looks(
    session: Session, viewer: UUID, window: Window
) -> Iterator[tuple[list[Candidate], bool]]:
    """Give candidates in their order, some at a time, and whether they are the last."""
    while True:
        found = _candidates(session, viewer, window)
        ended = len(found) < window.limit
        yield found, ended
        if ended:
            return
        window = Window(found[-1].place, window.after, window.limit)


def _candidates(session: Session, viewer: UUID, window: Window) -> list[Candidate]:
    """Return the next candidates: from the kept feed as far as that goes, beyond it by looking them up."""
    feed = kept(session, viewer, window)
    if feed is None:
        session.rollback()
        keep(viewer)
        feed = kept(session, viewer, window)
    if feed is None or feed.from_at is None:  # another request is filling it
        return looked_up(session, viewer, window)
    found = _complete(feed)
    if len(found) < window.limit and _goes_on(feed, window):
        beyond = Window(_lower(window.before, feed.from_at), window.after, window.limit)
        found += looked_up(session, viewer, beyond)[: window.limit - len(found)]
    session.rollback()
    note_read(viewer, feed.read_at)
    return found


def _complete(feed: KeptFeed) -> list[Candidate]:
    since = feed.from_at
    return [one for one in feed.found if since is not None and one.created_at >= since]


def _goes_on(feed: KeptFeed, window: Window) -> bool:
    """Tell whether what is asked for reaches below what is kept."""
    return feed.from_at is not None and feed.from_at > (
        window.after.moment if window.after else EPOCH
    )


def _lower(before: Cursor | None, from_at: datetime) -> Cursor:
    """Return the place from which on looking up goes: where the page begins, or where the kept feed ends."""
    end = Cursor(from_at, UUID(int=0))
    return end if before is None or before.moment >= from_at else before


def _shown(
    session: Session, viewer: UUID, candidates: Sequence[Candidate], *, answers: bool
) -> list[tuple[Candidate, FeedItem]]:
    """Return what the viewer may and wants to see of candidates, each post once, as everything is now.

    A post is there for its author where the viewer follows the author; else for who of those whom the
    viewer follows passed it on first, so that another repost moves nothing.
    """
    ids = list({one.post_id for one in candidates})
    if not ids:
        return []
    posts = {view.id: view for view in views(session, _POSTS, viewer, ids=ids)}
    direct = {
        view.id
        for view in posts.values()
        if _of_followed(view, viewer) and (answers or view.parent_id is None)
    }
    passed_on = [
        one.post_id
        for one in candidates
        if one.post_id in posts and one.post_id not in direct and not _by_author(one, posts)
    ]
    first = _first_reposts(session, viewer, passed_on) if passed_on else {}
    shown: dict[UUID, tuple[Candidate, FeedItem]] = {}
    for one in candidates:
        post = posts.get(one.post_id)
        if post is None or one.post_id in shown:
            continue
        if one.post_id in direct:
            if _by_author(one, posts):
                shown[post.id] = (one, FeedItem(post, None, None))
        elif (found := first.get(one.post_id)) is not None and found[0] == one:
            shown[post.id] = (one, FeedItem(post, found[1], one.created_at))
    return list(shown.values())


def _of_followed(view: PostView, viewer: UUID) -> bool:
    return view.account_id == viewer or bool(view.viewer and view.viewer["following"])


def _by_author(one: Candidate, posts: dict[UUID, PostView]) -> bool:
    return posts[one.post_id].account_id == one.actor_id


def _first_reposts(
    session: Session, viewer: UUID, ids: Sequence[UUID]
) -> dict[UUID, tuple[Candidate, ProfileCard]]:
    """Return the first repost of each post by the viewer or somebody whom the viewer follows and wants to see."""
    found: dict[UUID, tuple[Candidate, ProfileCard]] = {}
    for row in session.execute(_REPOSTS, {"viewer": viewer, "ids": list(ids)}):
        card = card_of(row.account_id, row.handle, row.name, row.avatar_id)
        candidate = Candidate(row.created_at, row.post_id, row.account_id)
        found.setdefault(row.post_id, (candidate, card))
    return found


_IDS = bindparam("ids", expanding=True, type_=_P.c.id.type)
_POSTS = select_posts(UUID(int=0)).where(_P.c.id.in_(_IDS), of_interest(VIEWER))
_PEOPLE = union_all(
    select(_F.c.followee_id.label("id")).where(
        _F.c.follower_id == VIEWER,
        ~conditions.muted(VIEWER, _F.c.followee_id),
        ~conditions.blocked(VIEWER, _F.c.followee_id),
    ),
    select(VIEWER.label("id")),
).subquery("people")
_REPOSTS = (
    select(_R.c.post_id, _R.c.account_id, _R.c.created_at, _A.c.handle, _A.c.name, _A.c.avatar_id)
    .select_from(
        _PEOPLE.join(_R, _R.c.account_id == _PEOPLE.c.id).join(_A, _A.c.id == _R.c.account_id)
    )
    .where(_R.c.post_id.in_(_IDS), conditions.active())
    .order_by(_R.c.created_at, _R.c.account_id)
)
