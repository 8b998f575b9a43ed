"""Notifications of new messages: from rows that say that nobody was told yet, each told once."""

import time

from webapp.database import writing
from webapp.extensions import db
from webapp.messages.telling import mark_told, untold
from webapp.notifications.models import Kind
from webapp.notifications.telling import News, notify_all
from workers.claims import claimed

JOB = "tell_messages"
MOST_MESSAGES = 200


def tell_of_messages(deadline: float) -> int:
    """Tell of messages until a moment of ``time.monotonic``, one worker at a time; return how many were taken.

    The telling and its mark are one commit: what a worker that died had begun is begun again.
    """
    if not _waiting():
        return 0
    taken = 0
    with claimed(JOB) as mine:
        while mine and time.monotonic() < deadline and (some := _tell_some()):
            taken += some
    return taken


def _waiting() -> bool:
    session = db.session()
    found = bool(untold(session, 1))
    session.rollback()
    return found


def _tell_some() -> int:
    with writing() as session:
        messages = untold(session, MOST_MESSAGES)
        news = [
            News(
                recipient,
                Kind.MESSAGE,
                str(message.id),
                message.sender,
                subject=str(message.conversation),
                topic=str(message.conversation),
            )
            for message in messages
            for recipient in message.recipients
        ]
        notify_all(session, news)
        mark_told(session, [message.id for message in messages])
    return len(messages)
