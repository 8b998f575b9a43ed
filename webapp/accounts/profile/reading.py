"""What is shown of a person, read in two queries: the profile, and the addresses they speak with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from webapp.accounts.errors import UserNotFoundError
from webapp.accounts.handles import PATTERN
from webapp.accounts.models import Account, AccountCounts
from webapp.accounts.relations.conditions import left_out
from webapp.accounts.relations.reading import flags, flags_of, known_to
from webapp.badges import badges_of
from webapp.extensions import table_of
from webapp.log.models import Author

_A, _N = table_of(Account).c, table_of(AccountCounts).c
COUNTS = ("followers", "following", "posts")
ACTIVE, SUSPENDED, DELETED = "active", "suspended", "deleted"


@dataclass(frozen=True)
class ProfileView:
    """A person as somebody sees them; ``state`` is active, suspended or deleted.

    Of a suspended person others see no more than who it was, of a deleted one nobody more than the id:
    name, bio, picture and counts are None, links, badges and authors empty.
    """

    id: UUID
    handle: str | None
    name: str | None
    bio: str | None
    links: list[str]
    avatar_id: UUID | None
    state: str
    created_at: datetime
    authors: list[Author]
    badges: list[dict[str, Any]]
    counts: dict[str, int] | None
    viewer: dict[str, bool] | None


@dataclass(frozen=True)
class OwnProfile:
    """One's own profile, with what only oneself sees of it."""

    profile: ProfileView
    role: str
    has_password: bool
    revision: int


def check_known(session: Session, person_id: UUID, viewer: UUID | None) -> None:
    """Refuse a person whom the viewer may not know of; raises UserNotFoundError."""
    if session.scalar(select(_A.id).where(_A.id == person_id, known_to(viewer))) is None:
        raise UserNotFoundError(str(person_id))


def person_by_id(session: Session, person_id: UUID, viewer: UUID | None) -> ProfileView:
    """Return a person as the viewer sees them; raises UserNotFoundError."""
    return _shown(session, _find(session, _A.id == person_id, str(person_id), viewer), viewer)


def person_by_handle(session: Session, handle: str, viewer: UUID | None) -> ProfileView:
    """Return the person with a handle, in any case of letters; raises UserNotFoundError."""
    name = handle.lower()
    if not PATTERN.match(name):
        raise UserNotFoundError(handle[:40])
    return _shown(session, _find(session, _A.handle == name, name, viewer), viewer)


def own_profile(session: Session, account_id: UUID) -> OwnProfile:
    """Return one's own profile; raises UserNotFoundError for an account deleted meanwhile."""
    row = _find(session, _A.id == account_id, str(account_id), account_id)
    shown = _shown(session, row, account_id)
    return OwnProfile(shown, row.role, row.password_hash is not None, row.revision)


def _find(session: Session, which: ColumnElement[bool], who: str, viewer: UUID | None) -> Row[Any]:
    joined = table_of(Account).outerjoin(table_of(AccountCounts), _N.account_id == _A.id)
    columns = (*_A, *(_counted(name, viewer).label(f"count_{name}") for name in COUNTS))
    shown = columns if viewer is None else (*columns, *flags(viewer))
    query = select(*shown).select_from(joined).where(which, known_to(viewer))
    row = session.execute(query).one_or_none()
    if row is None:
        raise UserNotFoundError(who)
    return row


def _counted(name: str, viewer: UUID | None) -> ColumnElement[int]:
    """Return a count as the viewer sees it: of people without whom a block keeps out of their lists."""
    kept = func.coalesce(_N[name], 0)
    if viewer is None or name == "posts":
        return kept
    return kept - left_out(viewer, _A.id, name)


def _shown(session: Session, row: Row[Any], viewer: UUID | None) -> ProfileView:
    deleted = row.deleted_at is not None
    hidden = deleted or (row.suspended_at is not None and row.id != viewer)
    authors = [] if deleted else _authors(session, row.id)
    addresses = [] if hidden else [one.address for one in authors]
    badges = badges_of(session, addresses)
    state = DELETED if deleted else SUSPENDED if row.suspended_at is not None else ACTIVE
    return ProfileView(
        id=row.id,
        handle=row.handle,
        name=None if hidden else row.name,
        bio=None if hidden else row.bio,
        links=[] if hidden else row.links,
        avatar_id=None if hidden else row.avatar_id,
        state=state,
        created_at=row.created_at,
        authors=authors,
        badges=[badge for address in addresses for badge in badges.get(address, [])],
        counts=None if hidden else {name: getattr(row, f"count_{name}") for name in COUNTS},
        viewer=None if viewer is None else flags_of(row),
    )


def _authors(session: Session, account_id: UUID) -> list[Author]:
    mine = select(Author).filter_by(account_id=account_id, released_at=None)
    return list(session.scalars(mine.order_by(Author.created_at, Author.address)))
