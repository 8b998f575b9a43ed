"""Use-cases of appeals: somebody objects, somebody else decides, with effect at once."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from webapp.accounts.living import keep_living
from webapp.accounts.models import Account
from webapp.accounts.tokens import Caller
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, locked, writing
from webapp.moderation import trail
from webapp.moderation.errors import (
    ActionNotFoundError,
    AlreadyAppealedError,
    AppealDecidedError,
    AppealNotFoundError,
    CannotAppealError,
    OwnDecisionError,
)
from webapp.moderation.models import Action, Appeal
from webapp.moderation.service import (
    APPEALED,
    APPELLANT,
    HIDE,
    RESTORE,
    SHOW,
    SUSPEND,
    Actor,
    Order,
    add_action,
    apply,
)
from webapp.moderation.subjects import (
    APPEAL,
    MODERATOR,
    OPERATOR,
    check_concerns_another,
    check_moderator,
    lock_subject,
)
from webapp.stamps.reading import OPERATOR_LOG

GRANT, REFUSE = "grant", "refuse"
REVERSE = {HIDE: SHOW, SUSPEND: RESTORE}


def appeal(account_id: UUID, action_id: UUID, text: str) -> Appeal:
    """Appeal against a hiding or a suspension that still holds; one appeal per action is open at a time.

    Raises ActionNotFoundError, CannotAppealError and AlreadyAppealedError.
    """
    with writing() as session:
        keep_living(session, account_id)
        action = session.get(Action, action_id)
        if action is None or action.account_id != account_id:
            raise ActionNotFoundError(str(action_id))
        if action.act not in REVERSE or action.over_at is not None:
            raise CannotAppealError(str(action_id))
        row: dict[str, Any] = {
            "id": uuid7(),
            "action_id": action_id,
            "account_id": account_id,
            "text": text,
            "created_at": utc_now(),
        }
        if not insert_or_ignore(session, Appeal, **row):
            raise AlreadyAppealedError(str(action_id))
        whose = (APPEAL, row["id"], account_id)
        trail.append(session, add_action(session, Actor(None, APPELLANT), APPEALED, whose, None))
        return session.get_one(Appeal, row["id"])


def decide(caller: Caller, appeal_id: UUID, *, granted: bool, reason: str) -> Appeal:
    """Grant an appeal, which undoes what it is against, or refuse it.

    Raises ModeratorsOnlyError, AppealNotFoundError, OneselfError, OperatorProtectedError,
    OwnDecisionError and AppealDecidedError.
    """
    check_moderator(caller)
    with writing() as session:
        found = session.get(Appeal, appeal_id)
        if found is None:
            raise AppealNotFoundError(str(appeal_id))
        action = session.get_one(Action, found.action_id)
        subject = lock_subject(session, action.subject_type, action.subject_id)
        check_concerns_another(caller, subject.account_id, subject.role)
        if action.moderator_id == caller.account_id and not _alone(session, caller, found):
            raise OwnDecisionError
        fresh = select(Appeal).where(Appeal.id == appeal_id)
        found = session.scalars(
            locked(session, fresh).execution_options(populate_existing=True)
        ).one()
        if found.decided_at is not None:
            raise AppealDecidedError(str(appeal_id))
        session.refresh(action)
        actor = Actor(caller.account_id, caller.role)
        act = GRANT if granted else REFUSE
        decision = add_action(session, actor, act, (APPEAL, found.id, found.account_id), reason)
        found.decided_at, found.granted = decision.created_at, granted
        found.decision_id = decision.id
        session.flush()
        trail.append(session, decision)
        if granted and action.over_at is None and subject.since is not None:
            undo = Order(REVERSE[action.act], subject.kind, subject.id, "")
            apply(session, actor, subject, undo)
        return found


def _alone(session: Session, caller: Caller, found: Appeal) -> bool:
    """Tell whether an operator has nobody to leave an appeal to (docs/decisions/moderation.md)."""
    if caller.role != OPERATOR:
        return False
    others = (
        select(func.count())
        .select_from(Account)
        .where(Account.role.in_((MODERATOR, OPERATOR)))
        .where(Account.id.not_in((caller.account_id, found.account_id, OPERATOR_LOG)))
        .where(Account.suspended_at.is_(None), Account.deleted_at.is_(None))
    )
    return session.scalar(others) == 0
