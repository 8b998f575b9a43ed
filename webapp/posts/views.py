"""What is shown of a post, read in one query for however many."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, func, literal, null, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.relations import conditions
from webapp.extensions import table_of
from webapp.log.models import Entry
from webapp.log.new_entry import NewEntry
from webapp.log.states import STANDING, saved, standing_of, with_standing
from webapp.posts.models import Like, Post, PostCounts, Repost

_P, _E, _N = table_of(Post), table_of(Entry), table_of(PostCounts)
_A, _LIKES, _REPOSTS = table_of(Account), table_of(Like), table_of(Repost)
COUNTS = ("likes", "comments", "reposts", "quotes")


@dataclass(frozen=True)
class PostView:
    """A post's current version, as the API shows it; ``anchoring`` is that of its newest entry.

    ``viewer`` says what the post and its author are to who asks: liked, reposted, following, muted; None
    for the signed-out.
    """

    id: UUID
    account_id: UUID
    author: str
    audience: str
    text: str | None
    media: list[dict[str, Any]]
    content: bytes
    reply_to: bytes | None
    quotes: bytes | None
    parent_id: UUID | None
    root_id: UUID | None
    quoted_id: UUID | None
    version: int
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    hidden_at: datetime | None
    anchoring: dict[str, str | None]
    profile: ProfileCard | None = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    viewer: dict[str, bool] | None = None


@dataclass(frozen=True)
class Placed:
    """A post in a list, and the moment that gives it its place; reposted: that is when it was passed on."""

    view: PostView
    placed_at: datetime
    reposted: bool = False


_SOURCE = with_standing(
    _P.join(_E, _E.c.id == _P.c.entry_id)
    .join(_A, _A.c.id == _P.c.account_id)
    .outerjoin(_N, _N.c.post_id == _P.c.id)
)
_SHOWN = tuple(column for column in _P.c if column.name != "entry_id")
_CARD = tuple(
    column.label(f"card_{column.name}") for column in (_A.c.handle, _A.c.name, _A.c.avatar_id)
)
_COUNTS = tuple(func.coalesce(_N.c[name], 0).label(f"count_{name}") for name in COUNTS)
VIEWER = bindparam("viewer", type_=_P.c.account_id.type)
_FLAGS = (
    select(literal(1))
    .where(_LIKES.c.post_id == _P.c.id, _LIKES.c.account_id == VIEWER)
    .exists()
    .label("is_liked"),
    select(literal(1))
    .where(_REPOSTS.c.post_id == _P.c.id, _REPOSTS.c.account_id == VIEWER)
    .exists()
    .label("is_reposted"),
    conditions.follows(VIEWER, _P.c.account_id).label("is_following"),
    conditions.muted(VIEWER, _P.c.account_id).label("is_muted"),
)
FLAGS = tuple(flag.name.removeprefix("is_") for flag in _FLAGS)
_COLUMNS = (*_SHOWN, _E.c.content.label("content"), *_CARD, *_COUNTS, *STANDING)
_FOR_ALL = select(*_COLUMNS, null().label("is_liked")).select_from(_SOURCE)
_FOR_ONE = select(*_COLUMNS, *_FLAGS).select_from(_SOURCE)


def select_posts(viewer: UUID | None) -> Select[Any]:
    """Return the query of all that ``view_of`` needs, to be narrowed down by conditions on posts.

    Give it ``{"viewer": viewer}`` when it runs.
    """
    return _FOR_ALL if viewer is None else _FOR_ONE


def views(
    session: Session, query: Select[Any], viewer: UUID | None, **values: object
) -> list[PostView]:
    """Run a query that ``select_posts`` began and return what is shown of each post, in its order.

    ``values`` are those of the query's own parameters.
    """
    if viewer is not None:
        values["viewer"] = viewer
    return [view_of(row) for row in session.execute(query, values)]


def placed(session: Session, query: Select[Any], viewer: UUID | None) -> list[Placed]:
    """Do what ``views`` does for a query that also gives ``placed_at``, and perhaps ``reposted``."""
    values = {} if viewer is None else {"viewer": viewer}
    return [
        Placed(view_of(row), row.placed_at, bool(getattr(row, "reposted", False)))
        for row in session.execute(query, values)
    ]


def view_of(row: Row[Any]) -> PostView:
    """Return what is shown of a post by its row."""
    flags = row.is_liked is not None
    return PostView(
        **{column.name: getattr(row, column.name) for column in _SHOWN},
        content=row.content,
        anchoring=standing_of(row).anchoring(),
        profile=card_of(row.account_id, row.card_handle, row.card_name, row.card_avatar_id),
        counts={name: getattr(row, f"count_{name}") for name in COUNTS},
        viewer={name: bool(getattr(row, f"is_{name}")) for name in FLAGS} if flags else None,
    )


def shown_post(session: Session, post_id: UUID, viewer: UUID | None) -> PostView:
    """Return what is shown of a post that the viewer is known to be allowed to see."""
    return views(session, select_posts(viewer).where(_P.c.id == post_id), viewer)[0]


def new_view(row: dict[str, Any], entry: NewEntry) -> PostView:
    """Return what is shown of a post whose row and first entry were inserted a moment ago.

    Whoever answers with it adds their own profile, which was not read.
    """
    shown = {name: value for name, value in row.items() if name != "entry_id"}
    return PostView(
        **shown,
        content=entry.content,
        edited_at=None,
        deleted_at=None,
        hidden_at=None,
        anchoring=saved(entry.accepted_at),
        viewer=dict.fromkeys(FLAGS, False),
    )
