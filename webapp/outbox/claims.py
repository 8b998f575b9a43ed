"""Claims: of all workers, one at a time does a recurring job, by a row in the database.

A claim ends by itself after its lease, so that a killed worker blocks nobody for long. The jobs stay
right even if two run at once after a lease ran out under its holder: each change is conditional.

A clock that is set back must stop nothing: what was given back is over since 1970, and what was taken in
the future is free.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import or_, update

from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, writing
from webapp.outbox.models import Claim

OVER = datetime(1970, 1, 1, tzinfo=UTC)
# Clocks of several machines differ a little.
CLOCK_SKEW = timedelta(minutes=1)


@contextmanager
def claimed(
    job: str, lease_seconds: float | None = None, holder: str | None = None
) -> Iterator[bool]:
    """Give True to the one who may do ``job`` now, False to everybody else.

    The lease is TROTH_CLAIM_SECONDS unless given; ``holder`` is a name of ``new_holder``, for ``renew``.
    """
    lease = settings().claim_seconds if lease_seconds is None else lease_seconds
    holder = holder or new_holder()
    if not _take(job, holder, timedelta(seconds=lease)):
        yield False
        return
    try:
        yield True
    finally:
        with writing() as session:
            mine = update(Claim).where(Claim.job == job, Claim.holder == holder)
            session.execute(mine.values(until=OVER, seen_at=utc_now()))


def new_holder() -> str:
    """Return a name that no other holder has."""
    return f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid4().hex[:12]}"


def renew(job: str, holder: str, lease_seconds: float) -> bool:
    """Let a claim's lease begin anew; return False where somebody else has taken it meanwhile."""
    return _take(job, holder, timedelta(seconds=lease_seconds))


def _take(job: str, holder: str, lease: timedelta) -> bool:
    now = utc_now()
    with writing() as session:
        free = or_(Claim.until <= now, Claim.seen_at > now + CLOCK_SKEW, Claim.holder == holder)
        terms = {"holder": holder, "until": now + lease, "seen_at": now}
        taken = session.execute(update(Claim).where(Claim.job == job, free).values(terms))
        if taken.rowcount:  # type: ignore[attr-defined]
            return True
        return insert_or_ignore(session, Claim, job=job, **terms)
