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
from webapp.moderation.errors import (
    ModeratorsOnlyError,
    OneselfError,
    OperatorProtectedError,
    SubjectNotFoundError,
)
from webapp.posts.models import Post

POST, ACCOUNT, APPEAL = "post", "account", "appeal"
SUBJECTS = (POST, ACCOUNT)
MODERATOR, OPERATOR = "moderator", "operator"
_A, _P = table_of(Account).c, table_of(Post).c


@dataclass(frozen=True)
class Subject:
    """A post or an account, as it stands under its lock; ``account_id`` and ``role`` are whose it is.

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

    Needs an open write transaction.
    """
    if kind == ACCOUNT:
        account = select(_A.role, _A.suspended_at, _A.deleted_at).where(_A.id == subject_id)
        row = session.execute(locked(session, account)).one_or_none()
        if row is None:
            raise SubjectNotFoundError(kind, str(subject_id))
        gone = row.deleted_at is not None
        return Subject(kind, subject_id, subject_id, row.role, row.suspended_at, gone)
    account_id = session.scalar(select(_P.account_id).where(_P.id == subject_id))
    if account_id is None:
        raise SubjectNotFoundError(kind, str(subject_id))
    role = session.execute(locked(session, select(_A.role).where(_A.id == account_id))).one().role
    post = select(_P.hidden_at, _P.deleted_at).where(_P.id == subject_id)
    hidden_at, deleted_at = session.execute(locked(session, post)).one()
    return Subject(POST, subject_id, account_id, role, hidden_at, deleted_at is not None)
