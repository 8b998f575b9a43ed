"""What deleting an account erases of notifications: what it was told, and what others were told of it."""

from uuid import UUID

from sqlalchemy import delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from webapp.accounts.deletion.erasers import Eraser
from webapp.database import locked
from webapp.extensions import table_of
from webapp.notifications.models import Notification, NotificationPreference, NotificationState
from webapp.notifications.webhooks.models import Webhook, WebhookDelivery

_N, _STATES = table_of(Notification).c, table_of(NotificationState).c
ROWS = 500
_UNSYNCED = {"synchronize_session": False}


def erase_notifications(session: Session, account_id: UUID) -> None:
    """Delete what an account was told, what others were told of it, and what it wanted to be told."""
    of_it = select(_N.account_id).where(_N.actor_id == account_id)
    told = select(_STATES.account_id).where(_STATES.account_id.in_(of_it))
    session.execute(locked(session, told.order_by(_STATES.account_id))).all()
    headless = session.execute(
        delete(Notification)
        .where(or_(_N.account_id == account_id, _N.actor_id == account_id))
        .returning(_N.account_id, _N.group_number, _N.is_head),
        execution_options=_UNSYNCED,
    ).all()
    groups = [(row[0], row[1]) for row in headless if row[2] and row[0] != account_id]
    for start in range(0, len(groups), ROWS):
        _give_heads(session, groups[start : start + ROWS])
    for table in (NotificationPreference, NotificationState):
        session.execute(delete(table).where(table.account_id == account_id))


def _give_heads(session: Session, groups: list[tuple[UUID, int]]) -> None:
    """Let the newest that is left of each group stand for it."""
    newest = (
        select(_N.account_id, func.max(_N.number))
        .where(tuple_(_N.account_id, _N.group_number).in_(groups))
        .group_by(_N.account_id, _N.group_number)
    )
    heads = [(row[0], row[1]) for row in session.execute(newest)]
    if heads:
        chosen = update(Notification).where(tuple_(_N.account_id, _N.number).in_(heads))
        session.execute(chosen.values(is_head=True), execution_options=_UNSYNCED)


def erase_webhooks(session: Session, account_id: UUID) -> None:
    """Delete an account's webhooks, and all messages to anybody's that name the account."""
    own = select(Webhook.id).where(Webhook.account_id == account_id)
    session.execute(own.order_by(Webhook.id).with_for_update()).all()
    names_it = WebhookDelivery.actor_id == account_id
    session.execute(
        delete(WebhookDelivery).where(or_(WebhookDelivery.webhook_id.in_(own), names_it)),
        execution_options=_UNSYNCED,
    )
    session.execute(delete(Webhook).where(Webhook.account_id == account_id))


ERASERS = (
    Eraser("webhooks", erase_webhooks),
    Eraser("notifications", erase_notifications),
)
