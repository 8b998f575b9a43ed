"""What is shown of a post, read in one query for however many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, func, literal, null, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.relations import conditions
from webapp.badges import Badges, badges_of
from webapp.extensions import table_of
from webapp.log.models import Entry, Log
from webapp.log.new_entry import NewEntry
from webapp.log.states import STANDING, saved, standing_of, with_standing
from webapp.posts.leaving_out import leaves_out, left_out_of
from webapp.posts.models import Like, Post, PostCounts, Repost
from webapp.posts.tokens import holds_token, with_tokens

_P, _E, _N = table_of(Post), table_of(Entry), table_of(PostCounts)
_A, _LIKES, _REPOSTS = table_of(Account), table_of(Like), table_of(Repost)
COUNTS = ("likes", "comments", "reposts", "quotes")


@dataclass(frozen=True)
class PostView:
    """A post's current version, as the API shows it; ``anchoring`` is that of its newest entry.

    ``signed`` is false where nobody signed it: then the server alone says whose it is. ``viewer`` says what
    the post and its author are to who asks: liked, reposted, following, muted; None for the signed-out.
    ``badges`` say who vouches for the author's address now; None where that is still to be read.
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
    signed: bool
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    hidden_at: datetime | None
    anchoring: dict[str, str | None]
    profile: ProfileCard | None = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    viewer: dict[str, bool] | None = None
    badges: list[dict[str, Any]] | None = None


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
_COUNTED = tuple(f"count_{name}" for name in COUNTS)
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
_LEAVES_OUT = leaves_out(VIEWER).label("leaves_out")
_CHAIN = table_of(Log).c.chain_ref.label("chain_ref")
_SIGNED = _E.c.signature.is_not(None).label("signed")
_CONTENT = _E.c.content.label("content")
_COLUMNS = (*_SHOWN, _CONTENT, _SIGNED, *_CARD, *_COUNTS, *STANDING, _CHAIN)
_FOR_ALL = select(*_COLUMNS, null().label("is_liked")).select_from(_SOURCE)
_FOR_ONE = select(*_COLUMNS, *_FLAGS, _LEAVES_OUT).select_from(_SOURCE)


def select_posts(viewer: UUID | None) -> Select[Any]:
    """Return the query of all that ``views`` needs, to be narrowed down by conditions on posts.

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
    return _views(session, session.execute(query, values).all(), viewer)


def placed(session: Session, query: Select[Any], viewer: UUID | None) -> list[Placed]:
    """Do what ``views`` does for a query that also gives ``placed_at``, and perhaps ``reposted``."""
    values = {} if viewer is None else {"viewer": viewer}
    rows = session.execute(query, values).all()
    return [
        Placed(view, row.placed_at, bool(getattr(row, "reposted", False)))
        for view, row in zip(_views(session, rows, viewer), rows, strict=True)
    ]


def _views(session: Session, rows: Sequence[Row[Any]], viewer: UUID | None) -> list[PostView]:
    """Return what is shown of posts; counts are without whom the viewer's lists leave out."""
    off: Mapping[UUID, Mapping[str, int]] = {}
    if viewer is not None and rows and rows[0].leaves_out:
        counted = [row.id for row in rows if any(getattr(row, name) for name in _COUNTED)]
        off = left_out_of(session, viewer, counted)
    badges = badges_of(session, {row.author for row in rows})
    found = [_view_of(row, off.get(row.id, {}), badges) for row in rows]
    if not any(holds_token(view.media) for view in found):
        return found
    places = [(row.chain_ref, standing_of(row).anchored_block) for row in rows]
    return with_tokens(session, found, places, viewer)


def _view_of(row: Row[Any], off: Mapping[str, int], badges: Badges) -> PostView:
    flags = row.is_liked is not None
    return PostView(
        **{column.name: getattr(row, column.name) for column in _SHOWN},
        content=row.content,
        signed=bool(row.signed),
        anchoring=standing_of(row).anchoring(),
        profile=card_of(row.account_id, row.card_handle, row.card_name, row.card_avatar_id),
        counts=_counts(row, off),
        viewer={name: bool(getattr(row, f"is_{name}")) for name in FLAGS} if flags else None,
        badges=badges.get(row.author, []),
    )


def _counts(row: Row[Any], off: Mapping[str, int]) -> dict[str, int]:
    # What is taken off is read a moment after the counts: more may have come meanwhile.
    return {name: max(0, getattr(row, f"count_{name}") - off.get(name, 0)) for name in COUNTS}


def shown_post(session: Session, post_id: UUID, viewer: UUID | None) -> PostView:
    """Return what is shown of a post that the viewer is known to be allowed to see."""
    return views(session, select_posts(viewer).where(_P.c.id == post_id), viewer)[0]


def new_view(row: dict[str, Any], entry: NewEntry, *, spoken_of: bool = True) -> PostView:
    """Return what is shown of a post whose row and first entry were inserted a moment ago.

    Whoever answers with it adds the author's profile, and badges where anybody spoke of them: those were not read.
    """
    shown = {name: value for name, value in row.items() if name != "entry_id"}
    return PostView(
        **shown,
        content=entry.content,
        signed=entry.signature is not None,
        edited_at=None,
        deleted_at=None,
        hidden_at=None,
        anchoring=saved(entry.accepted_at),
        viewer=dict.fromkeys(FLAGS, False),
        badges=None if spoken_of else [],
    )


def tag_of(post: Any) -> str:
    """Return what tells the states of a post apart that its author may change: for ETag and If-Match."""
    return f"{post.version}" if post.deleted_at is None else f"{post.version}-deleted"
