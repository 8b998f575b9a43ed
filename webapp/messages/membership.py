"""Who is in a conversation, and what they may do in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from webapp.accounts.errors import UserNotFoundError
from webapp.accounts.models import Account
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.relations import conditions
from webapp.accounts.relations.reading import face, flags, flags_of
from webapp.columns import utc_now
from webapp.database import locked
from webapp.extensions import table_of
from webapp.messages.errors import (
    ConversationNotFoundError,
    NotAGroupError,
    RecipientUnavailableError,
)
from webapp.messages.models import Accept, Conversation, Kind, Member, Message, MessagePreference

_A, _C, _M = table_of(Account).c, table_of(Conversation).c, table_of(Member).c
_TEXTS, _PREFERENCES = table_of(Message).c, table_of(MessagePreference).c
VIEWER = bindparam("viewer", type_=_A.id.type)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Participant:
    """Somebody who is or was in a conversation; ``card`` is None once their account is deleted."""

    account_id: UUID
    card: ProfileCard | None
    since: datetime
    read_at: datetime
    left: bool
    blocked: bool  # by the viewer


@dataclass(frozen=True)
class Circle:
    """A conversation with everybody who is or was in it, as one of its members sees it."""

    id: UUID
    kind: str
    owner_id: UUID | None
    stamp: bytes
    active_at: datetime
    me: Participant
    people: dict[UUID, Participant]

    @property
    def present(self) -> list[Participant]:
        """Who is in it now."""
        return [one for one in self.people.values() if not one.left]

    @property
    def left_out(self) -> list[UUID]:
        """Whose messages the viewer does not get to see: in a group, whom they block."""
        if self.kind == Kind.DIRECT:
            return []
        return [one.account_id for one in self.people.values() if one.blocked]

    @property
    def other(self) -> Participant:
        """Whom a direct conversation is with."""
        return next(one for one in self.people.values() if one.account_id != self.me.account_id)

    def next_moment(self) -> datetime:
        """Return the time of what happens now: after all that happened, whatever the clock says."""
        return max(utc_now(), self.active_at + TICK)


_CIRCLE: Select[Any] = (
    select(
        _C.id,
        _C.kind,
        _C.owner_id,
        _C.stamp,
        _C.active_at,
        _M.account_id,
        _M.since,
        _M.read_at,
        _M.left_at,
        *face(VIEWER),
        _A.deleted_at,
        *flags(VIEWER),
    )
    .join(table_of(Member), _M.conversation_id == _C.id)
    .join(table_of(Account), _A.id == _M.account_id)
    .order_by(_M.since, _M.account_id)
)


def circle_of(
    session: Session, conversation: UUID, viewer: UUID, *, left_too: bool = False
) -> Circle:
    """Return a conversation that somebody is in, or with ``left_too`` was; raises ConversationNotFoundError."""
    rows = session.execute(_CIRCLE.where(_C.id == conversation), {"viewer": viewer}).all()
    people = {row.account_id: _participant(row) for row in rows}
    me = people.get(viewer)
    if me is None or (me.left and not left_too):
        raise ConversationNotFoundError(str(conversation))
    first = rows[0]
    return Circle(first.id, first.kind, first.owner_id, first.stamp, first.active_at, me, people)


def locked_circle(
    session: Session, conversation: UUID, viewer: UUID, *, left_too: bool = False
) -> Circle:
    """Do the same and keep everybody else from changing it; needs an open write transaction."""
    session.execute(locked(session, select(_C.id).where(_C.id == conversation)))
    return circle_of(session, conversation, viewer, left_too=left_too)


def locked_group(session: Session, conversation: UUID, viewer: UUID) -> Circle:
    """Do the same for a group; raises NotAGroupError too."""
    circle = locked_circle(session, conversation, viewer)
    if circle.kind != Kind.GROUP:
        raise NotAGroupError(str(conversation))
    return circle


def check_reachable(
    session: Session, sender: UUID, recipients: Sequence[UUID], conversation: UUID | None = None
) -> None:
    """Refuse whom somebody may not write to, or add to a group.

    Somebody who wrote in ``conversation`` themself is no stranger there. Raises UserNotFoundError where there
    is no such account, and for every other reason RecipientUnavailableError.
    """
    spoke = exists().where(_TEXTS.conversation_id == conversation, _TEXTS.sender_id == _A.id)
    accept = func.coalesce(_PREFERENCES.accept, Accept.EVERYBODY)
    query = (
        select(
            _A.id,
            _A.deleted_at,
            conditions.active().label("is_active"),
            conditions.blocked(sender, _A.id).label("is_blocked"),
            (accept == Accept.EVERYBODY).label("is_open"),
            conditions.follows(_A.id, sender).label("is_follower"),
            spoke.label("spoke"),
        )
        .outerjoin(table_of(MessagePreference), _PREFERENCES.account_id == _A.id)
        .where(_A.id.in_(recipients))
    )
    found = {row.id: row for row in session.execute(query)}
    for recipient in recipients:
        row = found.get(recipient)
        if row is None or (row.deleted_at is not None and conversation is None):
            raise UserNotFoundError(str(recipient))
        welcome = row.is_open or row.is_follower or row.spoke
        if not row.is_active or row.is_blocked or not welcome:
            raise RecipientUnavailableError(str(recipient))


def _participant(row: Row[Any]) -> Participant:
    gone = row.deleted_at is not None
    viewer = flags_of(row)
    card = None if gone else card_of(row.account_id, row.handle, row.name, row.avatar_id, viewer)
    left = row.left_at is not None
    return Participant(row.account_id, card, row.since, row.read_at, left, viewer["blocking"])
