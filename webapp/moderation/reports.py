"""Use-case of everybody: report a post, an account, a token, or a message that one received."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.accounts.living import keep_active
from webapp.accounts.models import Account
from webapp.assets.moderating import asset_facts
from webapp.database import insert_or_ignore, writing
from webapp.messages.reporting import received_message
from webapp.moderation import trail
from webapp.moderation.errors import (
    AlreadyReportedError,
    CannotReportError,
    SubjectNotFoundError,
    TooManyReportsError,
)
from webapp.moderation.models import Report
from webapp.moderation.service import REPORTED, REPORTER, Actor, add_action
from webapp.moderation.subjects import ASSET, MESSAGE, POST
from webapp.posts.reading import readable_post

REASONS = (
    "spam",
    "harassment",
    "hate",
    "violence",
    "sexual",
    "illegal",
    "impersonation",
    "self_harm",
    "misleading",
    "other",
)
MAX_OPEN = 200


def report(reporter: UUID, kind: str, subject_id: UUID, reason: str, text: str) -> Report:
    """Report something that the reporter may see; one report per person and subject is open at a time.

    Raises PostNotFoundError, MessageNotFoundError, SubjectNotFoundError, CannotReportError, AlreadyReportedError and
    TooManyReportsError. No event is written: those are kept for ever, and reporters stay unknown.
    """
    with writing() as session:
        keep_active(session, reporter)
        account_id = _whose(session, reporter, kind, subject_id)
        if account_id == reporter:
            raise CannotReportError("It is your own")
        mine = select(func.count()).select_from(Report)
        mine = mine.where(Report.reporter_id == reporter, Report.closed_at.is_(None))
        if (session.scalar(mine) or 0) >= MAX_OPEN:
            raise TooManyReportsError(MAX_OPEN)
        whose = (kind, subject_id, account_id)
        # A row of the trail of the same id, so that nobody drops a report unseen; nor does it say who made it.
        filed = add_action(session, Actor(None, REPORTER), REPORTED, whose, None)
        row = {
            "id": filed.id,
            "reporter_id": reporter,
            "subject_type": kind,
            "subject_id": subject_id,
            "account_id": account_id,
            "reason": reason,
            "text": text,
            "created_at": filed.created_at,
        }
        if not insert_or_ignore(session, Report, **row):
            raise AlreadyReportedError(str(subject_id))
        trail.append(session, filed)
        return session.get_one(Report, filed.id)


def _whose(session: Session, reporter: UUID, kind: str, subject_id: UUID) -> UUID:
    if kind == POST:
        post = readable_post(session, subject_id, reporter)
        if post.deleted_at is not None:
            raise CannotReportError("The post was deleted")
        return post.account_id
    if kind == MESSAGE:
        message = received_message(session, reporter, subject_id)
        if message.deleted_at is not None:
            raise CannotReportError("The message was deleted")
        return message.sender
    if kind == ASSET:
        facts = asset_facts(session, [subject_id]).get(subject_id)
        if facts is None or facts.account_id is None:
            raise SubjectNotFoundError(kind, str(subject_id))
        return facts.account_id
    account = session.get(Account, subject_id)
    if account is None or account.deleted_at is not None:
        raise SubjectNotFoundError(kind, str(subject_id))
    return account.id
