"""Reading relations: what two people are to each other, and lists of people."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from webapp.accounts.errors import UserNotFoundError
from webapp.accounts.models import Account, AccountCounts
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.relations import conditions
from webapp.accounts.relations.conditions import Person
from webapp.accounts.relations.models import Block, Follow, Mute
from webapp.extensions import table_of
from webapp.pagination import newest_first

_A, _N = table_of(Account).c, table_of(AccountCounts).c
_ACCOUNT_ID: ColumnElement[Any] = _A.id
# By a name of their own: the conditions ask the same tables about each row.
_FOLLOWS, _BLOCKS, _MUTES = (
    table_of(model).alias(f"listed_{model.__tablename__}") for model in (Follow, Block, Mute)
)


@dataclass(frozen=True)
class Standing:
    """What a person is to the viewer, and the other way round; never says who blocks the viewer."""

    account_id: UUID
    following: bool
    followed_by: bool
    muted: bool
    blocking: bool

    @property
    def viewer(self) -> dict[str, bool]:
        """The flags, as every object that is shown carries them."""
        return {name: value for name, value in asdict(self).items() if name != "account_id"}


@dataclass(frozen=True)
class Listed:
    """One person in a list: since when they are in it, and the viewer's flags (None: signed out)."""

    account_id: UUID
    profile: ProfileCard
    created_at: datetime
    viewer: dict[str, bool] | None


def face(viewer: Person | None) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of a card, for a query over accounts: of somebody suspended others see the handle alone."""
    if viewer is None:
        open_to = conditions.unsuspended()
    else:
        open_to = or_(conditions.unsuspended(), _ACCOUNT_ID.in_([viewer]))
    hidden = (case((open_to, column)).label(column.name) for column in (_A.name, _A.avatar_id))
    return (_A.handle, *hidden)


def flags(
    viewer: Person, person: ColumnElement[Any] = _ACCOUNT_ID
) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of the viewer's flags, for a query over accounts."""
    return (
        conditions.follows(viewer, person).label("following"),
        conditions.follows(person, viewer).label("followed_by"),
        conditions.muted(viewer, person).label("muted"),
        conditions.blocks(viewer, person).label("blocking"),
    )


def flags_of(row: Row[Any]) -> dict[str, bool]:
    """Return the viewer's flags by a row of a query with ``flags``."""
    names = ("following", "followed_by", "muted", "blocking")
    return {name: bool(getattr(row, name)) for name in names}


def standing(session: Session, viewer: UUID, person_id: UUID) -> Standing:
    """Return what a person is to the viewer."""
    row = session.execute(select(*flags(viewer)).where(_A.id == person_id)).one()
    return Standing(person_id, **flags_of(row))


def known_to(viewer: UUID | None) -> ColumnElement[bool]:
    """Tell whether the viewer may know of an account: one that does not block them."""
    return true() if viewer is None else ~conditions.blocks(_A.id, viewer)


def followers(
    session: Session, person_id: UUID, viewer: UUID | None, page: dict[str, Any]
) -> tuple[list[Listed], int]:
    """Return who follows a person, newest first, one more than the page's limit, and how many they are.

    Raises UserNotFoundError.
    """
    total = _count(session, person_id, viewer, "followers")
    people = _people(_FOLLOWS, _FOLLOWS.c.followee_id == person_id, _FOLLOWS.c.follower_id, viewer)
    return _listed(session, people, _FOLLOWS, page), total


def following(
    session: Session, person_id: UUID, viewer: UUID | None, page: dict[str, Any]
) -> tuple[list[Listed], int]:
    """Return whom a person follows, newest first, one more than the page's limit, and how many they are.

    Raises UserNotFoundError.
    """
    total = _count(session, person_id, viewer, "following")
    people = _people(_FOLLOWS, _FOLLOWS.c.follower_id == person_id, _FOLLOWS.c.followee_id, viewer)
    return _listed(session, people, _FOLLOWS, page), total


def blocks(session: Session, account_id: UUID, page: dict[str, Any]) -> tuple[list[Listed], int]:
    """Return whom an account blocks, newest first, one more than the page's limit, and how many."""
    return _own(session, _BLOCKS, _BLOCKS.c.blocker_id, _BLOCKS.c.blocked_id, account_id, page)


def mutes(session: Session, account_id: UUID, page: dict[str, Any]) -> tuple[list[Listed], int]:
    """Return whom an account mutes, newest first, one more than the page's limit, and how many."""
    return _own(session, _MUTES, _MUTES.c.muter_id, _MUTES.c.muted_id, account_id, page)


def _own(
    session: Session,
    table: FromClause,
    owner: ColumnElement[Any],
    other: ColumnElement[Any],
    account_id: UUID,
    page: dict[str, Any],
) -> tuple[list[Listed], int]:
    mine = (owner == account_id, known_to(account_id))
    people = table.join(table_of(Account), _A.id == other)
    total = session.scalar(select(func.count()).select_from(people).where(*mine))
    query = _select(table, and_(*mine), other, account_id)
    return _listed(session, query, table, page), total or 0


def _count(session: Session, person_id: UUID, viewer: UUID | None, name: str) -> int:
    """Return a count of somebody who may be seen; a suspended person's lists are theirs alone.

    Whom a block keeps out of the viewer's lists is not in it.
    """
    column: ColumnElement[int] = _N[name]
    if viewer is not None:
        column = column - conditions.left_out(viewer, _A.id, name)
    seen = and_(known_to(viewer), conditions.active())
    if viewer == person_id:
        seen = _A.deleted_at.is_(None)
    joined = table_of(Account).join(table_of(AccountCounts), _N.account_id == _A.id)
    query = select(column).select_from(joined).where(_A.id == person_id, seen)
    total: int | None = session.scalar(query)
    if total is None:
        raise UserNotFoundError(str(person_id))
    return total


def _people(
    table: FromClause, mine: ColumnElement[bool], other: ColumnElement[Any], viewer: UUID | None
) -> Select[Any]:
    query = _select(table, mine, other, viewer).where(conditions.active())
    return query if viewer is None else query.where(~conditions.blocked(viewer, _A.id))


def _select(
    table: FromClause, mine: ColumnElement[bool], other: ColumnElement[Any], viewer: UUID | None
) -> Select[Any]:
    columns = (_A.id, *face(viewer), table.c.created_at)
    shown = columns if viewer is None else (*columns, *flags(viewer))
    return select(*shown).select_from(table.join(table_of(Account), _A.id == other)).where(mine)


def _listed(
    session: Session, query: Select[Any], table: FromClause, page: dict[str, Any]
) -> list[Listed]:
    rows = session.execute(newest_first(table.c.created_at, _A.id, query, page))
    return [_one(row) for row in rows]


def _one(row: Row[Any]) -> Listed:
    viewer = flags_of(row) if hasattr(row, "following") else None
    return Listed(
        row.id, card_of(row.id, row.handle, row.name, row.avatar_id), row.created_at, viewer
    )
