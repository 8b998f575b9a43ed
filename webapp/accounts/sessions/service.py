"""Use-cases of sessions: see them, end them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import SignInSession
from webapp.columns import utc_now
from webapp.database import writing
from webapp.pagination import newest_first


@dataclass(frozen=True)
class SessionView:
    """A session that is good now; ``last_used_at`` is no more exact than an hour."""

    id: UUID
    client: str | None
    created_at: datetime
    last_used_at: datetime
    current: bool


def living_sessions(
    session: Session, account_id: UUID, current: UUID, page: dict[str, Any]
) -> list[SessionView]:
    """Return an account's sessions that are good now, newest first, one more than the page's limit."""
    query = select(SignInSession).where(
        SignInSession.account_id == account_id,
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > utc_now(),
    )
    rows = session.scalars(newest_first(SignInSession.created_at, SignInSession.id, query, page))
    return [
        SessionView(row.id, row.client, row.created_at, _coarse(row), row.id == current)
        for row in rows
    ]


def end_session_of(account_id: UUID, session_id: UUID) -> None:
    """End one session of an account; nothing happens where there is none."""
    with writing() as session:
        session.execute(_ending(account_id).where(SignInSession.id == session_id))


def end_others(account_id: UUID, kept: UUID) -> None:
    """End every session of an account but one."""
    with writing() as session:
        end_sessions(session, account_id, kept)


def end_sessions(session: Session, account_id: UUID, kept: UUID | None = None) -> None:
    """End every session of an account, but the one that is kept; needs an open write transaction."""
    ending = _ending(account_id)
    session.execute(ending if kept is None else ending.where(SignInSession.id != kept))


def _ending(account_id: UUID) -> Any:
    mine = (SignInSession.account_id == account_id, SignInSession.revoked_at.is_(None))
    return update(SignInSession).where(*mine).values(revoked_at=utc_now())


def _coarse(row: SignInSession) -> datetime:
    hour = row.last_used_at.replace(minute=0, second=0, microsecond=0)
    return max(hour, row.created_at)
