"""Making notifications anew: what is missing comes back from the events, and what no event says goes.

What is right keeps its number, so that read marks, streams and webhooks go on from where they are.
"""

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.database import insert_many, wake_after_commit, writing
from webapp.deadlocks import untangled
from webapp.events.service import events_by_id
from webapp.extensions import db, table_of
from webapp.messages.telling import tell_again
from webapp.notifications.batches import posts_in_batches
from webapp.notifications.consumer import facts_of, news_of
from webapp.notifications.models import Kind, Notification, NotificationState
from webapp.notifications.ordering import Row, grouped, in_order, numbered
from webapp.notifications.restoring import restore_missing
from webapp.notifications.service import KEPT
from webapp.notifications.telling import ONCE, lock_people
from webapp.notifications.webhooks.models import Webhook

ROWS, PEOPLE = 500, 200
_N, _STATES, _HOOKS = table_of(Notification), table_of(NotificationState).c, table_of(Webhook).c
_UNSYNCED = {"synchronize_session": False}


def rebuild_notifications() -> int:
    """Make notifications anew, while everything goes on; return how many were missing or wrong.

    Messages are in no event: who has not read one is told of it once more if that is lost.
    """
    wrong, after = 0, None
    while people := _people(after):
        wrong += sum(untangled(partial(_rebuild, one)) for one in people)
        after = people[-1]
    missing = restore_missing()
    for account_id in missing:
        untangled(partial(_rebuild, account_id))
    tell_again(utc_now() - KEPT)
    return wrong + missing.total()


def _people(after: UUID | None) -> Sequence[UUID]:
    query = select(_N.c.account_id).distinct().order_by(_N.c.account_id).limit(PEOPLE)
    if after is not None:
        query = query.where(_N.c.account_id > after)
    found = db.session.scalars(query).all()
    db.session.rollback()
    return found


def _rebuild(account_id: UUID) -> int:
    """Drop what one person was told and no event says, and put back in order what is; return how many went."""
    with writing() as session:
        newest = lock_people(session, {account_id})[account_id]
        rows = _rows(session, account_id)
        right = _right(session, account_id, rows)
        placed, moved = numbered(in_order(right), newest)
        _rewrite(session, account_id, rows, grouped(placed))
        if moved:
            _move(session, account_id, moved)
        wake_after_commit(session, [account_id])
    return len(rows) - len(right)


def _rows(session: Session, account_id: UUID) -> list[Row]:
    query = select(_N).where(_N.c.account_id == account_id).order_by(_N.c.number)
    return [dict(row) for row in session.execute(query).mappings()]


def _right(session: Session, account_id: UUID, rows: Sequence[Row]) -> list[Row]:
    """Return the rows that their events still say, with the counts of batches as they are now."""
    right: list[Row] = []
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        said = _said(session, account_id, [row for row in some if row["kind"] in ONCE])
        final = [int(row["subject"]) for row in some if row["kind"] == Kind.ANCHORED]
        posts = posts_in_batches(session, account_id, final) if final else {}
        gone = _gone(session, {row["actor_id"] for row in some})
        for row in some:
            if row["actor_id"] in gone:
                continue
            if row["kind"] == Kind.ANCHORED:
                if count := posts.get(int(row["subject"])):
                    right.append({**row, "count": count})
            elif row["kind"] not in ONCE or _facts(row) in said:
                right.append(row)
    return right


def _gone(session: Session, people: Collection[UUID | None]) -> set[UUID]:
    """Return who of people deleted their account, perhaps while they were told of."""
    ids = [one for one in people if one is not None]
    deleted = select(Account.id).where(Account.id.in_(ids), Account.deleted_at.is_not(None))
    return set(session.scalars(deleted)) if ids else set()


def _said(session: Session, account_id: UUID, rows: Sequence[Row]) -> set[tuple[object, ...]]:
    sources = [int(row["source"]) for row in rows if row["source"].isdecimal()]
    events = list(events_by_id(session, sources).values()) if sources else []
    facts = facts_of(session, events)
    return {
        _facts(vars(news))
        for event in events
        for news in news_of(event, facts)
        if news.account_id == account_id and news.actor_id != account_id
    }


def _facts(row: Any) -> tuple[object, ...]:
    names = ("kind", "source", "actor_id", "post_id", "about_id", "topic")
    return tuple(str(row[name]) for name in names)


def _rewrite(session: Session, account_id: UUID, before: Sequence[Row], after: list[Row]) -> None:
    """Replace the rows of somebody that are not as they should be."""
    wanted = {row["number"]: row for row in after}
    stay = {row["number"] for row in before if wanted.get(row["number"]) == row}
    gone = [row["number"] for row in before if row["number"] not in stay]
    for start in range(0, len(gone), ROWS):
        some = _N.c.number.in_(gone[start : start + ROWS])
        session.execute(
            delete(Notification).where(_N.c.account_id == account_id, some),
            execution_options=_UNSYNCED,
        )
    insert_many(session, Notification, [row for row in after if row["number"] not in stay])


def _move(session: Session, account_id: UUID, by: int) -> None:
    """Let marks move with the numbers: what was read stays so, and nobody is sent again what is put back."""
    state = update(NotificationState).where(_STATES.account_id == account_id)
    read = case((_STATES.read_up_to > 0, _STATES.read_up_to + by), else_=0)
    newest = session.execute(
        state.values(newest=_STATES.newest + by, read_up_to=read).returning(_STATES.newest),
        execution_options=_UNSYNCED,
    ).scalar_one()
    sent = _HOOKS.position + by
    session.execute(
        update(Webhook)
        .where(_HOOKS.account_id == account_id)
        .values(position=case((sent < newest, sent), else_=newest)),
        execution_options=_UNSYNCED,
    )
