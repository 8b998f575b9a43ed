"""Who owns an author, and what the log already holds that a new record must respect: one round trip."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, column, select, table, true
from sqlalchemy.orm import Session

from chain.proofs.records import ZERO_HASH, Kind
from webapp.badges import SPOKEN_OF
from webapp.extensions import table_of
from webapp.log.errors import (
    LogNotOpenError,
    LogReplacedError,
    RecordEndedError,
    SaltRefusedError,
    SuspendedError,
    VersionConflictError,
)
from webapp.log.models import Author, Entry, Log
from webapp.log.service import LOCK_AUTHOR, KnownBlock, KnownChain, OpenLog, forget_log
from webapp.outbox.models import Block, Chain
from webapp.round_trips import NextId, fetch_together

# Built once: putting a statement together takes longer than running it.
_E, _B, _L, _C = (table_of(one).c for one in (Entry, Block, Log, Chain))
_ON_CHAIN = _B.chain_ref == bindparam("chain_ref")
_BLOCK = (_B.number, _B.hash, _B.time)
_HEAD = select(*_BLOCK).where(_ON_CHAIN).order_by(_B.number.desc()).limit(1).subquery()
_NAMED = select(*_BLOCK).where(_ON_CHAIN, _B.number == bindparam("block")).subquery()
_CURRENT = (
    select(_E.kind, _E.content)
    .where(_E.author == bindparam("author"), _E.record == bindparam("record"))
    .order_by(_E.id.desc())
    .limit(1)
    .subquery()
)
_SAME = (
    select(_E.id)
    .where(_E.content == bindparam("content"), _E.log_id == bindparam("log_id"))
    .subquery()
)
# By name: the accounts' own models stand to the right of the log.
_OWNERS = table("accounts", column("id"), column("suspended_at"))
_A = table_of(Author)
_SUSPENDED = (
    select(_A.c.address)
    .join_from(_A, _OWNERS, _OWNERS.c.id == _A.c.account_id)
    .where(_OWNERS.c.suspended_at.is_not(None))
)
_SALT = select(_E.id).where(_E.salt_digest == bindparam("salt_digest")).exists()
_OPEN = (
    select(_L.id, _L.chain_ref, _L.contract, _C.first_block, _C.final_to)
    .join(table_of(Chain), _C.id == _L.chain_ref)
    .order_by(_L.id.desc())
    .limit(1)
    .subquery()
)
_PRECEDENTS = select(
    _OPEN.c.id.label("open_log"),
    _OPEN.c.chain_ref,
    _OPEN.c.contract,
    _OPEN.c.first_block,
    _OPEN.c.final_to,
    _HEAD.c.number.label("head_number"),
    _HEAD.c.hash.label("head_hash"),
    _HEAD.c.time.label("head_time"),
    _NAMED.c.number.label("named_number"),
    _NAMED.c.hash.label("named_hash"),
    _NAMED.c.time.label("named_time"),
    _CURRENT.c.kind,
    _CURRENT.c.content,
    _SAME.c.id.label("same_entry"),
    _SALT.label("salt_used"),
    SPOKEN_OF.label("spoken_of"),
    _SUSPENDED.where(_A.c.address == bindparam("author")).exists().label("suspended"),
    NextId(Entry).label("next_entry"),
).select_from(
    _HEAD.join(_OPEN, true())
    .outerjoin(_NAMED, true())
    .outerjoin(_CURRENT, true())
    .outerjoin(_SAME, true())
)


@dataclass(frozen=True)
class RecordKey:
    """All that a record must be unique by; the salt's digest is None for kinds without one."""

    author: str
    record: bytes
    content: bytes
    salt_digest: bytes | None


@dataclass(frozen=True)
class Current:
    """The current version of a record: its kind and content."""

    kind: int
    content: bytes


@dataclass(frozen=True)
class Precedents:
    """What was found under the author's lock.

    The account that owns the author (None for an address nobody has), whether it signs or is suspended, the record's
    current version, the entry with the same content, whether the salt is used, whether the author may have
    badges, the id for a new entry, the log's chain, and the block that the record names, if it is known.
    """

    owner: UUID | None
    signs: bool
    suspended: bool
    current: Current | None
    same_entry: int | None
    salt_used: bool
    spoken_of: bool
    next_entry: int
    chain: KnownChain
    named: KnownBlock | None


def find_precedents(session: Session, log: OpenLog, key: RecordKey, block: int) -> Precedents:
    """Lock the author, so that its records are accepted one after another, and look up what is there.

    ``block`` is the number that the record names. Needs an open write transaction. Raises
    LogReplacedError when ``log`` is not the open one any more, and LogNotOpenError.
    """
    values = {
        "chain_ref": log.chain_ref,
        "log_id": log.id,
        "block": block,
        "author": key.author,
        "record": key.record,
        "content": key.content,
        "salt_digest": key.salt_digest,
    }
    authors, found = fetch_together(
        session, (LOCK_AUTHOR, {"address": key.author}), (_PRECEDENTS, values)
    )
    if not found:
        raise LogNotOpenError
    row = found[0]
    head = KnownBlock(row.head_number, row.head_hash, row.head_time)
    if (row.open_log, row.chain_ref, row.contract) != (log.id, log.chain_ref, log.contract):
        forget_log(session)
        raise LogReplacedError
    owner, signs = authors[0] if authors else (None, False)
    return Precedents(
        owner=owner,
        signs=signs,
        suspended=row.suspended,
        current=None if row.kind is None else Current(row.kind, row.content),
        same_entry=row.same_entry,
        salt_used=row.salt_used,
        spoken_of=row.spoken_of,
        next_entry=row.next_entry,
        chain=KnownChain(row.first_block, row.final_to, head),
        named=_named_block(row),
    )


def _named_block(row: Any) -> KnownBlock | None:
    if row.named_number is None:
        return None
    return KnownBlock(row.named_number, row.named_hash, row.named_time)


def check_not_suspended(precedents: Precedents) -> None:
    """Refuse a new record of somebody whom a moderator suspended since the request began; raises SuspendedError."""
    if precedents.suspended:
        raise SuspendedError


def suspended_of(session: Session, addresses: Iterable[str]) -> set[str]:
    """Return those of some locked authors that are of somebody whom a moderator suspended."""
    some = _SUSPENDED.where(_A.c.address.in_(list(addresses)))
    return set(session.scalars(some))


def check_version(precedents: Precedents, kind: Kind, record: bytes, replaces: str) -> None:
    """Check that a record replaces exactly the current version of its id (protocol, section 2).

    Raises RecordEndedError and VersionConflictError.
    """
    current = precedents.current
    record_hex = "0x" + record.hex()
    if current is not None and current.kind == Kind.DELETION:
        raise RecordEndedError(record_hex)
    expected = ZERO_HASH if current is None else "0x" + current.content.hex()
    fits = replaces == expected
    if kind is Kind.DELETION:
        fits = fits and current is not None and current.kind in (Kind.POST, Kind.STAMP)
    elif current is not None:
        fits = fits and current.kind == kind
    if not fits:
        raise VersionConflictError(record_hex, replaces, None if current is None else expected)


def check_salt(precedents: Precedents) -> None:
    """Refuse a salt that was used before, whoever used it; raises SaltRefusedError."""
    if precedents.salt_used:
        raise SaltRefusedError("was used before")
