"""What a recovery, or a new password that closes the account to others, closes of notifications: a thief's webhook would go on hearing of everything."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.accounts.credentials.closing import Closer
from webapp.columns import utc_now
from webapp.database import locked
from webapp.notifications.webhooks.models import Webhook

WHY = "The account was recovered, or closed to others. If this webhook is yours, a test message lets it go on; if not, delete it."


def pause_webhooks(session: Session, account_id: UUID) -> None:
    """Pause an account's webhooks: which are its person's own, only the person can tell."""
    going = (Webhook.account_id == account_id, Webhook.disabled_at.is_(None))
    # In the order in which others change several of them.
    session.execute(locked(session, select(Webhook.id).where(*going).order_by(Webhook.id))).all()
    session.execute(
        update(Webhook).where(*going).values(disabled_at=utc_now(), disabled_reason=WHY)
    )


CLOSERS = (Closer("webhooks", pause_webhooks),)
