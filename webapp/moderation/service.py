"""Use-cases of moderators: dismiss, hide and show posts, suspend and restore accounts, read reported messages.

The effect, its event, the action and its row in the trail are one commit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from webapp.accounts.models import Account
from webapp.accounts.relations.counting import count_person
from webapp.accounts.tokens import Caller
from webapp.assets.moderating import set_hidden
from webapp.columns import iso, utc_now
from webapp.database import locked, writing
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.extensions import table_of
from webapp.moderation import trail
from webapp.moderation.errors import (
    ActionNotFoundError,
    NothingToDoError,
    SubjectNotFoundError,
    UntilRefusedError,
)
from webapp.moderation.models import Action, Report
from webapp.moderation.subjects import (
    ACCOUNT,
    ASSET,
    MESSAGE,
    POST,
    READ,
    SUBJECTS,
    Subject,
    check_concerns_another,
    check_moderator,
    lock_subject,
)
from webapp.posts.models import Post
from webapp.posts.tallies import count_reactions, count_shown

DISMISS, HIDE, SHOW, SUSPEND, RESTORE = "dismiss", "hide", "show", "suspend", "restore"
ACTS = {
    DISMISS: SUBJECTS,
    HIDE: (POST, ASSET),
    SHOW: (POST, ASSET),
    SUSPEND: (ACCOUNT,),
    RESTORE: (ACCOUNT,),
    READ: (MESSAGE,),
}
UNDOES = {SHOW: HIDE, RESTORE: SUSPEND}
EVENTS = {
    (HIDE, POST): EventType.POST_HIDDEN,
    (SHOW, POST): EventType.POST_SHOWN,
    (HIDE, ASSET): EventType.ASSET_HIDDEN,
    (SHOW, ASSET): EventType.ASSET_SHOWN,
    (SUSPEND, ACCOUNT): EventType.ACCOUNT_SUSPENDED,
    (RESTORE, ACCOUNT): EventType.ACCOUNT_RESTORED,
}
STATES = {
    DISMISS: "No report about it is open",
    HIDE: "It is hidden already",
    SHOW: "It is not hidden",
    SUSPEND: "The account is suspended already; restore it first to change the end",
    RESTORE: "The account is not suspended",
}
LONGEST = timedelta(days=3_653)
# What people do that are no moderators, and time; their rows in the trail name nobody.
REPORTED, APPEALED = "report", "appeal"
TIME, REPORTER, APPELLANT = "time", "reporter", "appellant"
# Of these nobody is told whom they concern: that somebody reported them is nobody's to know.
UNTOLD = (DISMISS, READ, REPORTED, APPEALED)
_X, _P, _A, _R = (table_of(model) for model in (Action, Post, Account, Report))


@dataclass(frozen=True)
class Actor:
    """Who acts: a moderator or an operator; without account time, or somebody of whom the trail says no more."""

    account_id: UUID | None
    role: str


@dataclass(frozen=True)
class Order:
    """What a moderator wants done; ``until`` ends a suspension by itself."""

    act: str
    kind: str
    subject_id: UUID
    reason: str
    until: datetime | None = None


def moderate(caller: Caller, order: Order) -> Action:
    """Do what a moderator asks for.

    Raises ModeratorsOnlyError, OneselfError, OperatorProtectedError, SubjectNotFoundError,
    NothingToDoError and UntilRefusedError.
    """
    check_moderator(caller)
    with writing() as session:
        subject = lock_subject(session, order.kind, order.subject_id)
        if subject.kind == MESSAGE and subject.account_id == caller.account_id:
            # As of one that nobody reported: whether somebody did is not theirs to know.
            raise SubjectNotFoundError(order.kind, str(order.subject_id))
        check_concerns_another(caller, subject.account_id, subject.role)
        if order.until is not None and not _is_end(order.until):
            raise UntilRefusedError(str(iso(order.until)))
        if subject.deleted and order.act != DISMISS:
            raise SubjectNotFoundError(order.kind, str(order.subject_id))
        return apply(session, Actor(caller.account_id, caller.role), subject, order)


def _is_end(until: datetime) -> bool:
    return utc_now() < until < utc_now() + LONGEST


def apply(session: Session, actor: Actor, subject: Subject, order: Order) -> Action:
    """Do an act on a locked subject, and write it down; raises NothingToDoError."""
    holds = subject.since is not None
    if (order.act in (HIDE, SUSPEND) and holds) or (order.act in UNDOES and not holds):
        raise NothingToDoError(STATES[order.act])
    whose = (subject.kind, subject.id, subject.account_id)
    action = add_action(session, actor, order.act, whose, order.reason or None, order.until)
    if order.act in (DISMISS, HIDE, SUSPEND):
        closed = _close_reports(session, action)
        if order.act == DISMISS and not closed:
            raise NothingToDoError(STATES[DISMISS])
    if (order.act, order.kind) in EVENTS:
        _take_effect(session, action)
    trail.append(session, action)
    return action


def add_action(
    session: Session,
    actor: Actor,
    act: str,
    whose: tuple[str, UUID, UUID],
    reason: str | None,
    until: datetime | None = None,
) -> Action:
    """Insert an action on (type, subject, account); whoever calls adds it to the trail in the end."""
    kind, subject_id, account_id = whose
    action = Action(
        id=uuid7(),
        act=act,
        moderator_id=actor.account_id,
        role=actor.role,
        subject_type=kind,
        subject_id=subject_id,
        account_id=account_id,
        reason=reason,
        reason_salt=None if reason is None else trail.new_salt(),
        until=until,
        created_at=utc_now(),
    )
    session.add(action)
    session.flush()
    return action


def _close_reports(session: Session, action: Action) -> int:
    """Close what is open about the subject; a suspension closes what is about the account's messages, too."""
    about = and_(_R.c.subject_type == action.subject_type, _R.c.subject_id == action.subject_id)
    if action.act == SUSPEND:
        about = or_(about, and_(_R.c.subject_type == MESSAGE, _R.c.account_id == action.account_id))
    closing = update(_R).where(about, _R.c.closed_at.is_(None))
    values = {"closed_at": action.created_at, "action_id": action.id}
    return int(session.execute(closing.values(values)).rowcount)  # type: ignore[attr-defined]


def _take_effect(session: Session, action: Action) -> None:
    """Hide, show, suspend or restore, end what is undone, and write the event."""
    since = None if action.act in UNDOES else action.created_at
    by = 1 if since is None else -1
    if action.subject_type == POST:
        session.execute(update(_P).where(_P.c.id == action.subject_id).values(hidden_at=since))
        count_shown(session, action.subject_id, by)
    elif action.subject_type == ASSET:
        set_hidden(session, action.subject_id, since)
    else:
        changed = update(_A).where(_A.c.id == action.subject_id)
        session.execute(changed.values(suspended_at=since))
        count_person(session, action.subject_id, by)
        count_reactions(session, action.subject_id, by)
    if action.act in UNDOES:
        mine = (_X.c.subject_type == action.subject_type, _X.c.subject_id == action.subject_id)
        ended = update(_X).where(*mine, _X.c.act == UNDOES[action.act], _X.c.over_at.is_(None))
        session.execute(ended.values(over_at=action.created_at))
    # Of whom it is about, not of who did it: events are told to people.
    kind = EVENTS[action.act, action.subject_type]
    record_event(session, kind, action.account_id, str(action.subject_id))


def due_suspensions(session: Session, most: int) -> list[UUID]:
    """Return the accounts, at most so many, whose suspension has ended by its own terms."""
    due = (_X.c.act == SUSPEND, _X.c.over_at.is_(None), _X.c.until <= utc_now())
    return list(session.scalars(select(_X.c.subject_id).where(*due).limit(most)))


def end_suspension(account_id: UUID) -> bool:
    """Restore an account whose suspension has ended by its own terms; return whether it had."""
    with writing() as session:
        subject = lock_subject(session, ACCOUNT, account_id)
        due = (_X.c.act == SUSPEND, _X.c.over_at.is_(None), _X.c.until <= utc_now())
        mine = (_X.c.subject_id == account_id, *due)
        if session.execute(locked(session, select(_X.c.id).where(*mine))).first() is None:
            return False
        if subject.since is None:  # it was lifted by other means; there is nothing to wait for
            session.execute(update(_X).where(*mine).values(over_at=utc_now()))
            return False
        apply(session, Actor(None, TIME), subject, Order(RESTORE, ACCOUNT, account_id, ""))
        return True


def erase_reason(action_id: UUID) -> None:
    """Erase the words of an action's reason for good; raises ActionNotFoundError.

    The trail holds only their salted hash, and goes on to hold without them.
    """
    with writing() as session:
        erased = update(_X).where(_X.c.id == action_id).values(reason=None, reason_salt=None)
        if not session.execute(erased).rowcount:  # type: ignore[attr-defined]
            raise ActionNotFoundError(str(action_id))
