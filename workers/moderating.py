"""What moderation owes to time: suspensions that end by themselves, and the daily stamp of the trail."""

import structlog

from webapp.errors import ProblemError
from webapp.extensions import db
from webapp.moderation.service import due_suspensions, end_suspension
from webapp.moderation.stamping import owed_head, stamp_head
from workers.claims import claimed

MOST_ENDED = 100
JOB = "moderation"
log = structlog.get_logger(__name__)


def tend_moderation() -> None:
    """End suspensions that are over, and stamp the trail's head once a day; needs an open log."""
    session = db.session()
    due, owed = due_suspensions(session, MOST_ENDED), owed_head(session)
    session.rollback()
    if not due and owed is None:
        return
    with claimed(JOB) as mine:
        if not mine:
            return
        ended = sum(end_suspension(account_id) for account_id in due)
        try:
            stamped = stamp_head()
        except ProblemError as error:  # the log may be closed just now; the next sweep tries again
            log.warning("moderation.not_stamped", problem=str(error))
            return
    log.info("moderation.tended", suspensions_ended=ended, stamped=stamped)
