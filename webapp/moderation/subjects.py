"""What is moderated, locked; and who may moderate it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.relations.counting import lock_authors, lock_person
from webapp.accounts.tokens import Caller
from webapp.assets.moderating import asset_facts
from webapp.database import go_first, locked
from webapp.extensions import table_of
from webapp.messages.reporting import message_facts
from webapp.moderation.errors import (
    ModeratorsOnlyError,
    OneselfError,
    OperatorProtectedError,
    SubjectNotFoundError,
)
from webapp.moderation.models import Report
from webapp.posts.models import Post

POST, ACCOUNT, MESSAGE, ASSET = "post", "account", "message", "asset"
APPEAL, CLAIM = "appeal", "claim"
SUBJECTS = (POST, ACCOUNT, MESSAGE, ASSET)
READ = "read"
MODERATOR, OPERATOR = "moderator", "operator"
_A, _P, _R = table_of(Account).c, table_of(Post).c, table_of(Report).c


@dataclass(frozen=True)
class Subject:
    """A post, an account, a reported message or a token, as it stands under its lock.

    ``account_id`` and ``role`` are whose it is.

    ``since`` says when it was hidden or suspended, None while it is not.
    """

    kind: str
    id: UUID
    account_id: UUID
    role: str
    since: datetime | None
    deleted: bool


def check_moderator(caller: Caller) -> None:
    """Let only moderators and operators pass, as the database says now; raises ModeratorsOnlyError."""
    if caller.role not in (MODERATOR, OPERATOR) or caller.suspended:
        raise ModeratorsOnlyError


def check_concerns_another(caller: Caller, account_id: UUID, role: str) -> None:
    """Refuse an act on oneself, or a moderator's on an operator.

    Raises OneselfError and OperatorProtectedError.
    """
    if account_id == caller.account_id:
        raise OneselfError
    if role == OPERATOR and caller.role != OPERATOR:
        raise OperatorProtectedError(str(account_id))


def lock_subject(session: Session, kind: str, subject_id: UUID) -> Subject:
    """Lock an account, and then the post where it is about one; raises SubjectNotFoundError.

    Before them what is published by the account and what it counts for, as whoever deletes it does: an act
    changes both. Of messages there are for moderators only those that were reported. Needs an open write
    transaction.
    """
    if kind == ACCOUNT:
        lock_person(session, subject_id)
        go_first(session, subject_id)
        account = select(_A.role, _A.suspended_at, _A.deleted_at).where(_A.id == subject_id)
        row = session.execute(locked(session, account)).one_or_none()
        if row is None:
            raise SubjectNotFoundError(kind, str(subject_id))
        gone = row.deleted_at is not None
        return Subject(kind, subject_id, subject_id, row.role, row.suspended_at, gone)
    if kind == ASSET:
        return _lock_asset(session, subject_id)
    whose = {
        POST: select(_P.account_id).where(_P.id == subject_id),
        MESSAGE: select(_R.account_id).where(
            _R.subject_type == MESSAGE, _R.subject_id == subject_id
        ),
    }
    account_id = session.scalar(whose[kind].limit(1))
    if account_id is None:
        raise SubjectNotFoundError(kind, str(subject_id))
    if kind == POST:
        lock_authors(session, account_id)
    role = lock_role(session, account_id)
    if kind == MESSAGE:
        facts = message_facts(session, [subject_id]).get(subject_id)
        gone = facts is None or facts.deleted_at is not None
        return Subject(MESSAGE, subject_id, account_id, role, None, gone)
    post = select(_P.hidden_at, _P.deleted_at).where(_P.id == subject_id)
    hidden_at, deleted_at = session.execute(locked(session, post)).one()
    return Subject(POST, subject_id, account_id, role, hidden_at, deleted_at is not None)


def lock_role(session: Session, account_id: UUID) -> str:
    """Lock an account, before whatever it writes from now on, and return its role."""
    go_first(session, account_id)
    role = select(_A.role).where(_A.id == account_id)
    return str(session.execute(locked(session, role)).one().role)


def _lock_asset(session: Session, asset_id: UUID) -> Subject:
    """Lock the account whose doing a token is; what is hidden of it is changed under that lock."""
    facts = asset_facts(session, [asset_id]).get(asset_id)
    if facts is None or facts.account_id is None:
        raise SubjectNotFoundError(ASSET, str(asset_id))
    role = lock_role(session, facts.account_id)
    hidden_at = asset_facts(session, [asset_id])[asset_id].hidden_at
    return Subject(ASSET, asset_id, facts.account_id, role, hidden_at, deleted=False)
