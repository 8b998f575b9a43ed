"""Reading a feed: candidates in their order, and of these what the reader may and wants to see now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select, union_all
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.profile.reading import check_known
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.relations import conditions
from webapp.accounts.relations.models import Follow
from webapp.accounts.relations.reading import flags, flags_of
from webapp.extensions import db, table_of
from webapp.feed.cache import MOST_CACHED, feed_cache, new_part
from webapp.feed.candidates import Candidate, Window, merged_by
from webapp.feed.errors import NotYourFeedError
from webapp.feed.reading import read_candidates
from webapp.pagination import Cursor, newest_of
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
    """Items, newest first, where the next page begins (None at the end), and where the newest stands."""

    items: list[FeedItem]
    next: Cursor | None
    newest: Cursor


@dataclass(frozen=True)
class Look:
    """Some candidates of a window; ``own_since``: the viewer's own newer posts may not be among them."""

    window: Window
    candidates: list[Candidate]
    own_since: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether there are no more."""
        return len(self.candidates) < self.window.limit


def feed_page(viewer: UUID, account_id: UUID, page: dict[str, Any]) -> FeedPage:
    """Return a page of somebody's feed; ``page`` as of FeedQuerySchema.

    Raises AccountNotFoundError, NotYourFeedError.
    """
    if account_id != viewer:
        check_known(db.session(), account_id, viewer)
        raise NotYourFeedError(str(account_id))
    wanted = page["limit"]
    window = Window(page.get("cursor"), page.get("since"), wanted + 1 + SPARE)
    items: list[tuple[Candidate, FeedItem]] = []
    last: Candidate | None = None
    looks = _looks(db.session(), viewer, window)
    for number, look in enumerate(looks, start=1):
        items += _shown(db.session(), viewer, look, answers=page["answers"])
        last = look.candidates[-1] if look.candidates else last
        if len(items) > wanted:
            return _page(items[:wanted], items[wanted - 1][0].place, page)
        if not look.ended and number == MOST_LOOKS and last is not None:
            return _page(items, last.place, page)
    return _page(items, None, page)


def _page(
    items: Sequence[tuple[Candidate, FeedItem]], following: Cursor | None, asked: dict[str, Any]
) -> FeedPage:
    newest = newest_of((candidate.place for candidate, _ in items), asked)
    return FeedPage([item for _, item in items], following, newest)


def _looks(session: Session, viewer: UUID, window: Window) -> Iterator[Look]:
    """Give candidates in their order, some at a time."""
    while True:
        look = _look(session, viewer, window)
        yield look
        if look.ended:
            return
        window = Window(look.candidates[-1].place, window.after, window.limit)


def _look(session: Session, viewer: UUID, window: Window) -> Look:
    cache = feed_cache()
    if cache is None:
        return Look(window, read_candidates(session, viewer, window))
    held = cache.load(viewer, window.before)
    part = None if held.part is None else held.part.part(window)
    if held.part is not None and part is not None:
        return Look(window, part, held.part.cached_at if window.before is None else None)
    if held.name is None or window.after is not None:
        return Look(window, read_candidates(session, viewer, window))
    marks = cache.marks(merged_by(session, viewer))
    wide = Window(before=window.before, limit=max(window.limit, MOST_CACHED))
    found = read_candidates(session, viewer, wide)
    read = new_part(len(found) < wide.limit, marks, found)
    cache.store(viewer, held.name, window.before, read)
    return Look(window, found[: window.limit])


def _shown(
    session: Session, viewer: UUID, look: Look, *, answers: bool
) -> list[tuple[Candidate, FeedItem]]:
    """Return what the viewer may and wants to see of candidates, each post once, as everything is now.

    A post is there for its author where the viewer follows the author; else for who of those whom the
    viewer follows passed it on first, so that another repost moves nothing.
    """
    posts = _posts(session, viewer, look)
    if not posts:
        return []
    candidates = _with_own(look, viewer, posts)
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


def _posts(session: Session, viewer: UUID, look: Look) -> dict[UUID, PostView]:
    """Return what the viewer may see of the candidates' posts, and of the own ones that came since."""
    ids = list({one.post_id for one in look.candidates})
    if look.own_since is not None:
        found = views(session, _POSTS_AND_OWN, viewer, ids=ids, own_since=look.own_since)
    else:
        found = views(session, _POSTS, viewer, ids=ids) if ids else []
    return {view.id: view for view in found}


def _with_own(look: Look, viewer: UUID, posts: dict[UUID, PostView]) -> Sequence[Candidate]:
    """Return the candidates with those of the viewer's own posts that the cache does not have yet."""
    known = {one.post_id for one in look.candidates}
    own = [
        Candidate(one.created_at, one.id, viewer) for one in posts.values() if one.id not in known
    ]
    if not own:
        return look.candidates
    inside = [one for one in own if look.window.holds(one)]
    return sorted([*look.candidates, *inside], reverse=True)


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
        card = card_of(row.account_id, row.handle, row.name, row.avatar_id, flags_of(row))
        candidate = Candidate(row.created_at, row.post_id, row.account_id)
        found.setdefault(row.post_id, (candidate, card))
    return found


_IDS = bindparam("ids", expanding=True, type_=_P.c.id.type)
_POSTS = select_posts(UUID(int=0)).where(_P.c.id.in_(_IDS), of_interest(VIEWER))
_POSTS_AND_OWN = select_posts(UUID(int=0)).where(
    or_(
        _P.c.id.in_(_IDS),
        and_(
            _P.c.account_id == VIEWER,
            _P.c.created_at > bindparam("own_since", type_=_P.c.created_at.type),
        ),
    ),
    of_interest(VIEWER),
)
_PEOPLE = union_all(
    select(_F.c.followee_id.label("id")).where(
        _F.c.follower_id == VIEWER,
        ~conditions.muted(VIEWER, _F.c.followee_id),
        ~conditions.blocked(VIEWER, _F.c.followee_id),
    ),
    select(VIEWER.label("id")),
).subquery("people")
_REPOSTS = (
    select(
        _R.c.post_id,
        _R.c.account_id,
        _R.c.created_at,
        _A.c.handle,
        _A.c.name,
        _A.c.avatar_id,
        *flags(VIEWER),
    )
    .select_from(
        _PEOPLE.join(_R, _R.c.account_id == _PEOPLE.c.id).join(_A, _A.c.id == _R.c.account_id)
    )
    .where(_R.c.post_id.in_(_IDS), conditions.active())
    .order_by(_R.c.created_at, _R.c.account_id)
)
