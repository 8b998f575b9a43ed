"""What is moderated, locked; and who may moderate it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.tokens import Caller
from webapp.database import locked
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

POST, ACCOUNT, MESSAGE, APPEAL = "post", "account", "message", "appeal"
SUBJECTS = (POST, ACCOUNT, MESSAGE)
READ = "read"
MODERATOR, OPERATOR = "moderator", "operator"
_A, _P, _R = table_of(Account).c, table_of(Post).c, table_of(Report).c


@dataclass(frozen=True)
class Subject:
    """A post, an account or a reported message, as it stands under its lock; ``account_id`` and ``role`` are whose it is.

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

    Of messages there are for moderators only those that were reported. Needs an open write transaction.
    """
    if kind == ACCOUNT:
        account = select(_A.role, _A.suspended_at, _A.deleted_at).where(_A.id == subject_id)
        row = session.execute(locked(session, account)).one_or_none()
        if row is None:
            raise SubjectNotFoundError(kind, str(subject_id))
        gone = row.deleted_at is not None
        return Subject(kind, subject_id, subject_id, row.role, row.suspended_at, gone)
    whose = {
        POST: select(_P.account_id).where(_P.id == subject_id),
        MESSAGE: select(_R.account_id).where(
            _R.subject_type == MESSAGE, _R.subject_id == subject_id
        ),
    }
    account_id = session.scalar(whose[kind].limit(1))
    if account_id is None:
        raise SubjectNotFoundError(kind, str(subject_id))
    role = session.execute(locked(session, select(_A.role).where(_A.id == account_id))).one().role
    if kind == MESSAGE:
        facts = message_facts(session, [subject_id]).get(subject_id)
        gone = facts is None or facts.deleted_at is not None
        return Subject(MESSAGE, subject_id, account_id, role, None, gone)
    post = select(_P.hidden_at, _P.deleted_at).where(_P.id == subject_id)
    hidden_at, deleted_at = session.execute(locked(session, post)).one()
    return Subject(POST, subject_id, account_id, role, hidden_at, deleted_at is not None)
