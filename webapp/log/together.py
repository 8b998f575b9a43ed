"""Accepting many records in one transaction: the rules of ``acceptance``, with one query for all of each kind.

Only records that are new in every respect are judged here. Edits, repetitions and whatever shares an id or a
salt with another go the ordinary way, one by one, afterwards.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from webapp.database import connection_of, locked
from webapp.errors import ProblemError
from webapp.extensions import table_of
from webapp.log.acceptance import CheckedRecord, check_owner, judge_by
from webapp.log.errors import LogNotOpenError, LogReplacedError
from webapp.log.models import Author, Entry
from webapp.log.new_entry import NewEntry
from webapp.log.precedents import Precedents, suspended_of
from webapp.log.service import KnownBlock, KnownChain, OpenLog, current_log, forget_log
from webapp.outbox.models import Block, Chain
from webapp.round_trips import next_ids

# One transaction's worth: enough to make round trips cheap, few enough to hold no author's lock for long.
MOST_TOGETHER = 1_000
_E, _B, _A, _C = (table_of(one).c for one in (Entry, Block, Author, Chain))


@dataclass(frozen=True)
class Offered:
    """A checked record and the account that sends it."""

    account_id: UUID
    record: CheckedRecord


def judge_together(
    session: Session, log: OpenLog, offered: Sequence[Offered]
) -> dict[int, NewEntry | ProblemError]:
    """Return an entry to add, or why there is none, by the index of each record that is wholly new.

    At most MOST_TOGETHER records, all for ``log``. Needs an open write transaction, in which the authors
    are locked. What has no answer is to be accepted one by one. Raises LogReplacedError.
    """
    owners = _lock_authors(session, {one.record.author for one in offered})
    suspended = suspended_of(session, owners)
    chain, blocks = _chain(session, log, {_number(one.record) for one in offered})
    fresh = _wholly_new(session, offered)
    answers: dict[int, NewEntry | ProblemError] = {}
    for index, entry_id in zip(fresh, next_ids(session, Entry, len(fresh)), strict=True):
        record = offered[index].record
        owner, signs = owners.get(record.author, (None, False))
        known = Precedents(
            owner=owner,
            signs=signs,
            suspended=record.author in suspended,
            current=None,
            same_entry=None,
            salt_used=False,
            spoken_of=True,
            next_entry=entry_id,
            chain=chain,
            named=blocks.get(_number(record)),
        )
        try:
            check_owner(known, record, offered[index].account_id)
            answers[index] = judge_by(session, record, known)
        except ProblemError as problem:
            answers[index] = problem
    return answers


def _number(record: CheckedRecord) -> int:
    return int(record.message["notBefore"]["number"])


def _lock_authors(session: Session, addresses: set[str]) -> dict[str, tuple[UUID, bool]]:
    # In one order for everybody, so that two who lock many never wait for each other in a circle.
    query = select(_A.address, _A.account_id, _A.signs).where(
        _A.address.in_(addresses), _A.released_at.is_(None)
    )
    rows = connection_of(session).execute(locked(session, query.order_by(_A.address)))
    return {row.address: (row.account_id, row.signs) for row in rows}


def _chain(
    session: Session, log: OpenLog, numbers: set[int]
) -> tuple[KnownChain, dict[int, KnownBlock]]:
    """Return the chain, and the named blocks that are known; raises when the log is not the open one."""
    if current_log(session) != log:
        forget_log(session)
        raise LogReplacedError
    # Before the blocks: what is final then is not replaced by the time these are read.
    known = select(_C.first_block, _C.final_to).where(_C.id == log.chain_ref)
    first, final = session.execute(known).one()
    mine = select(_B.number, _B.hash, _B.time).where(_B.chain_ref == log.chain_ref)
    newest = session.execute(mine.order_by(_B.number.desc()).limit(1)).one_or_none()
    if newest is None:
        raise LogNotOpenError
    rows = session.execute(mine.where(_B.number.in_(numbers)))
    named = {row.number: KnownBlock(*row) for row in rows}
    return KnownChain(first, final, KnownBlock(*newest)), named


def _wholly_new(session: Session, offered: Sequence[Offered]) -> list[int]:
    """Return the indexes of records whose id and salt nobody has used, here or before.

    A record with the same content would have the same author and id: both are part of what is hashed.
    """
    keys = [one.record.key for one in offered]
    ids = [(key.author, key.record) for key in keys]
    salts = [key.salt_digest for key in keys]
    same_id = select(_E.author, _E.record).where(tuple_(_E.author, _E.record).in_(ids))
    taken_ids = {tuple(row) for row in session.execute(same_id)}
    same_salt = [salt for salt in salts if salt is not None]
    taken_salts = set(session.scalars(select(_E.salt_digest).where(_E.salt_digest.in_(same_salt))))
    seen_ids, seen_salts = Counter(ids), Counter(salts)
    return [
        index
        for index, (id_, salt) in enumerate(zip(ids, salts, strict=True))
        if id_ not in taken_ids
        and seen_ids[id_] == 1
        and salt not in taken_salts
        and (salt is None or seen_salts[salt] == 1)
    ]
