"""Content that nobody uses, files that nobody keeps, and what the IPFS node is to do: from rows, some at a time."""

import time
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update

from chain.nodes.breaker import ReadBreaker
from webapp.assets.content.cids import parse_cid
from webapp.assets.content.errors import ContentDamagedError, ContentNotFoundError
from webapp.assets.content.models import Content, ContentLeftover, ContentOwner, ContentPin
from webapp.assets.content.node import NodeAwayError, NodeError, Pinning, pinning
from webapp.assets.content.pins import DuePin, due_pins, put_off, settle, want_missing
from webapp.assets.content.reading import read_range
from webapp.assets.content.service import StoredContent, give_up
from webapp.assets.content.storage import erase, path_of
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db, table_of
from workers.claims import claimed

JOB, PINS = "content", "pins"
ROUND_SECONDS = 10.0
SOME = 100
_C, _O, _L, _P = (table_of(one).c for one in (Content, ContentOwner, ContentLeftover, ContentPin))
log = structlog.get_logger(__name__)
# One for each node; the process keeps it from one round to the next.
_breakers: dict[str, ReadBreaker] = {}


def work() -> None:
    """Do what waits, for ROUND_SECONDS at most each; asks for a claim only if there is something."""
    if _something(exists().where(_unused()), exists().where(_L.due_at <= utc_now())):
        with claimed(JOB) as mine:
            if mine:
                remove_unused()
                erase_leftovers(time.monotonic() + ROUND_SECONDS)
    node = pinning(settings()) if settings().ipfs_url else None
    if node is not None and _something(_unknown(), exists().where(_P.next_attempt_at <= utc_now())):
        with claimed(PINS) as mine:
            if mine:
                pin_some(node, time.monotonic() + ROUND_SECONDS)


def _something(*conditions: ColumnElement[bool]) -> bool:
    found = bool(db.session.scalar(select(or_(*conditions))))
    db.session.rollback()
    return found


def _unused() -> ColumnElement[bool]:
    oldest = utc_now() - timedelta(seconds=settings().content_unused_seconds)
    return and_(_O.uses == 0, _O.touched_at < oldest)


def _unknown() -> ColumnElement[bool]:
    return exists(select(_C.cid).where(~exists().where(_P.cid == _C.cid)))


def remove_unused() -> int:
    """Let go of content that no asset used for long; return of how much."""
    with writing() as session:
        old = select(_O.cid).where(_unused()).order_by(_O.touched_at).limit(SOME)
        gone = give_up(session, set(session.scalars(old)), _unused())
    if gone:
        log.info("content.unused_removed", contents=gone)
    return gone


def erase_leftovers(deadline: float) -> int:
    """Erase files that nobody keeps, then what said so; return how many."""
    due = select(_L.cid).where(_L.due_at <= utc_now()).order_by(_L.due_at).limit(SOME)
    cids = db.session.scalars(due).all()
    db.session.rollback()
    erased = 0
    for cid in cids:
        if time.monotonic() > deadline:
            break
        try:
            erased += erase_one(cid)
        except OSError as error:  # the row stays, and the next round tries again
            log.exception("content.not_erased", cid=cid, kind=type(error).__name__)
    if erased:
        log.info("content.erased", files=erased)
    return erased


def erase_one(cid: str) -> bool:
    """Erase a file unless it is kept, or about to be; return whether it was erased."""
    with writing() as session:
        # First the row, uncommitted: whoever comes to keep this content waits, and then finds no file.
        mine = delete(table_of(ContentLeftover)).where(_L.cid == cid, _L.due_at <= utc_now())
        if not session.execute(mine).rowcount:  # type: ignore[attr-defined]
            return False
        if session.scalar(select(_C.cid).where(_C.cid == cid)) is not None:
            return False
        erase(parse_cid(cid))
        return True


def recheck_damaged() -> int:
    """Read damaged content again: somebody may have put a file back; return how many are whole by now."""
    columns = (_C.cid, _C.size, _C.mime, _C.sha256, _C.leaves)
    rows = db.session.execute(select(*columns).where(_C.damaged_at.is_not(None)).limit(SOME)).all()
    db.session.rollback()
    return sum(_whole_again(StoredContent(*row)) for row in rows)


def _whole_again(content: StoredContent) -> bool:
    try:
        for _ in read_range(content, 0, content.size):
            pass
    except (ContentDamagedError, ContentNotFoundError):
        return False
    with writing() as session:
        this = update(table_of(Content)).where(_C.cid == content.cid)
        session.execute(this.values(damaged_at=None))
    log.info("content.whole_again", cid=content.cid)
    return True


def pin_some(node: Pinning, deadline: float) -> int:
    """Have the node pin and unpin what is due, the longest overdue first; return of how much that was done."""
    with writing() as session:
        want_missing(session, SOME)
    pins = due_pins(db.session(), SOME)
    db.session.rollback()
    here = settings()
    breaker = _breakers.setdefault(here.ipfs_url, ReadBreaker(here.node_failures, here.node_retry))
    done = 0
    for pin in pins:
        if time.monotonic() > deadline or not breaker.admits():
            break
        done += _ask(node, pin, breaker)
    if done:
        log.info("content.node_asked", contents=done)
    return done


def _ask(node: Pinning, pin: DuePin, breaker: ReadBreaker) -> bool:
    cid = parse_cid(pin.cid)
    try:
        if pin.wanted:
            node.pin(cid, path_of(cid))
        else:
            node.unpin(cid)
    except NodeError as error:
        away = isinstance(error, NodeAwayError)
        if away:
            breaker.failed()
        else:
            breaker.succeeded()
        log.warning("content.not_pinned", cid=pin.cid, wanted=pin.wanted, problem=str(error))
        with writing() as session:
            put_off(session, pin, str(error), refused=not away)
        return False
    breaker.succeeded()
    with writing() as session:
        settle(session, pin)
    return True
