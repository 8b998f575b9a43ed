"""What the IPFS node is to pin and unpin, as rows: it may be away for as long as it likes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, select, update
from sqlalchemy.orm import Session

from webapp.assets.content.models import MOST_PROBLEM, Content, ContentPin, PinState
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.extensions import table_of
from webapp.upserts import upsert

_C, _P = table_of(Content).c, table_of(ContentPin).c
LONGEST_AWAY = timedelta(minutes=1)
LONGEST_REFUSED = timedelta(hours=1)
# No more than so many are counted: the number is for people.
MOST_COUNTED = 1_000_000


@dataclass(frozen=True)
class DuePin:
    """A content that the node is to be asked of; ``asked_at`` tells one asking from a later one."""

    cid: str
    wanted: bool
    attempts: int
    asked_at: datetime


@dataclass(frozen=True)
class PinStatus:
    """How many contents the node is still to be asked of and since when, and how many it failed on, and why."""

    waiting: int
    oldest: datetime | None
    failed: int
    problem: str | None


def want(session: Session, *cids: str) -> None:
    """Ask that the node pin some contents; without a node there is nothing to ask."""
    if settings().ipfs_url:
        _ask(session, cids, wanted=True)


def unwant(session: Session, cids: Collection[str]) -> None:
    """Ask that the node forget contents that it pinned, or was to."""
    pinned = select(_P.cid).where(_P.cid.in_(cids)).order_by(_P.cid)
    _ask(session, session.scalars(pinned).all(), wanted=False)


def want_missing(session: Session, most: int) -> int:
    """Ask that the node pin what was kept before there was a node; return how many."""
    unknown = select(_C.cid).where(~exists().where(_P.cid == _C.cid)).order_by(_C.cid)
    cids = session.scalars(unknown.limit(most)).all()
    _ask(session, cids, wanted=True)
    return len(cids)


def _ask(session: Session, cids: Collection[str], *, wanted: bool) -> None:
    if not cids:
        return
    now: datetime = utc_now()
    values: dict[str, Any] = {
        "wanted": wanted,
        "state": PinState.WAITING,
        "attempts": 0,
        "next_attempt_at": now,
        "problem": None,
        "changed_at": now,
    }
    session.execute(upsert(session, ContentPin, [{"cid": one, **values} for one in cids], values))


def due_pins(session: Session, most: int) -> Sequence[DuePin]:
    """Return what the node is to be asked of now, the longest overdue first."""
    due = select(_P.cid, _P.wanted, _P.attempts, _P.changed_at).where(
        _P.next_attempt_at <= utc_now()
    )
    rows = session.execute(due.order_by(_P.next_attempt_at, _P.cid).limit(most))
    return [DuePin(*row) for row in rows]


def settle(session: Session, pin: DuePin) -> None:
    """Note that the node did what it was asked, unless something else is wanted of it by now."""
    mine = (_P.cid == pin.cid, _P.changed_at == pin.asked_at)
    if not pin.wanted:
        session.execute(delete(table_of(ContentPin)).where(*mine))
        return
    done = {"state": PinState.PINNED, "attempts": 0, "next_attempt_at": None, "problem": None}
    session.execute(update(table_of(ContentPin)).where(*mine).values(done))


def put_off(session: Session, pin: DuePin, problem: str, *, refused: bool) -> None:
    """Note what the node did not do, to be asked again later and later.

    Where it ``refused``, it is that content's failure; else it was away, and content only waits its turn.
    """
    most = LONGEST_REFUSED if refused else LONGEST_AWAY
    wait = min(timedelta(seconds=2 ** min(pin.attempts + 1, 20)), most)
    mine = (_P.cid == pin.cid, _P.changed_at == pin.asked_at)
    values = {
        "state": PinState.FAILED if refused else PinState.WAITING,
        "attempts": pin.attempts + 1,
        "next_attempt_at": utc_now() + wait,
        "problem": problem[:MOST_PROBLEM],
    }
    session.execute(update(table_of(ContentPin)).where(*mine).values(values))


def pin_status(connection: Connection) -> PinStatus:
    """Return how pinning stands; its cost grows with what waits only."""
    open_ = select(_P.state, _P.changed_at).where(_P.next_attempt_at.is_not(None))
    counted = open_.limit(MOST_COUNTED).subquery()
    failed = counted.c.state == PinState.FAILED
    waiting, oldest, refused = connection.execute(
        select(
            func.count().filter(~failed),
            func.min(counted.c.changed_at),
            func.count().filter(failed),
        ).select_from(counted)
    ).one()
    told = and_(_P.next_attempt_at.is_not(None), _P.problem.is_not(None))
    # A refusal is worth more than that the node was away.
    first = select(_P.cid, _P.problem).where(told).order_by(_P.state, _P.changed_at).limit(1)
    row = connection.execute(first).one_or_none()
    problem = None if row is None else f"{row.cid}: {row.problem}"
    return PinStatus(waiting, oldest, refused, problem)
