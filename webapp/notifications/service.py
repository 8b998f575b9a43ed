"""Use-cases of notifications: read marks and preferences."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, delete, select, tuple_, update
from sqlalchemy.orm import Session

from webapp.accounts.living import keep_active
from webapp.columns import utc_now
from webapp.database import insert_many, insert_or_ignore, wake_after_commit, writing
from webapp.extensions import db, table_of
from webapp.notifications.errors import PreferencesStaleError
from webapp.notifications.models import (
    Kind,
    Notification,
    NotificationPreference,
    NotificationState,
    Whom,
)

KEPT = timedelta(days=90)
MOST_DELETED = 5_000
_N, _STATES = table_of(Notification).c, table_of(NotificationState).c
_WANTED = table_of(NotificationPreference).c


def mark_read(account_id: UUID, up_to: int) -> None:
    """Mark everything up to a number as read; what was read stays read."""
    with writing() as session:
        # Nothing that is still to come may be read by a number that was made up.
        read = case((_STATES.newest < up_to, _STATES.newest), else_=up_to)
        moved = session.execute(
            update(NotificationState)
            .where(_STATES.account_id == account_id, _STATES.read_up_to < read)
            .values(read_up_to=read)
            .execution_options(synchronize_session=False)
        )
        if moved.rowcount:  # type: ignore[attr-defined]
            wake_after_commit(session, [account_id])


def preferences(session: Session, account_id: UUID) -> tuple[dict[Kind, Whom], str]:
    """Return whose doings somebody wants to be told of, by kind, and the ETag of that."""
    revision = session.scalar(select(_STATES.revision).where(_STATES.account_id == account_id))
    chosen = select(_WANTED.kind, _WANTED.whom).where(_WANTED.account_id == account_id)
    found = {Kind(kind): Whom(whom) for kind, whom in session.execute(chosen)}
    return {kind: found.get(kind, Whom.ALL) for kind in Kind}, _etag(revision or 1)


def change_preferences(
    account_id: UUID, changes: Mapping[Kind, Whom], matches: Callable[[str], bool]
) -> tuple[dict[Kind, Whom], str]:
    """Change some kinds' preferences and return all; raises PreferencesStaleError.

    ``matches`` tells whether the change was meant for the revision of that number, as text.
    """
    with writing() as session:
        keep_active(session, account_id)
        insert_or_ignore(session, NotificationState, account_id=account_id)
        mine = update(NotificationState).where(_STATES.account_id == account_id)
        revision = session.execute(
            mine.values(revision=_STATES.revision + 1)
            .returning(_STATES.revision)
            .execution_options(synchronize_session=False)
        ).scalar_one()
        if not matches(str(revision - 1)):
            raise PreferencesStaleError(_etag(revision - 1))
        session.execute(
            delete(NotificationPreference)
            .where(_WANTED.account_id == account_id, _WANTED.kind.in_([str(k) for k in changes]))
            .execution_options(synchronize_session=False)
        )
        rows: list[dict[str, object]] = [
            {"account_id": account_id, "kind": str(kind), "whom": str(whom)}
            for kind, whom in changes.items()
            if whom != Whom.ALL
        ]
        insert_many(session, NotificationPreference, rows)
        return preferences(session, account_id)


def forget_old() -> int:
    """Delete what was told long ago, some at a time; return how many went."""
    old = (
        select(_N.account_id, _N.number)
        .where(_N.created_at < utc_now() - KEPT)
        .order_by(_N.created_at)
        .limit(MOST_DELETED)
    )
    with writing() as session:
        gone = session.execute(
            delete(Notification)
            .where(tuple_(_N.account_id, _N.number).in_(old))
            .execution_options(synchronize_session=False)
        )
        return int(gone.rowcount)  # type: ignore[attr-defined]


def own_preferences(account_id: UUID) -> tuple[dict[Kind, Whom], str]:
    """Return somebody's preferences and their ETag, for a reader."""
    return preferences(db.session(), account_id)


def _etag(revision: int) -> str:
    return f'"{revision}"'
