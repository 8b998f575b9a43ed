"""What the log already holds that a new record must respect, read in one query."""

from dataclasses import dataclass

from sqlalchemy import bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from chain.proofs.records import ZERO_HASH, Kind
from webapp.database import connection_of
from webapp.extensions import table_of
from webapp.log.errors import RecordEndedError, SaltRefusedError, VersionConflictError
from webapp.log.models import Entry

CURRENT, SAME, SALT = 0, 1, 2


# Built once: putting a statement together takes longer than running it.
_T = table_of(Entry).c
_COLUMNS = (_T.id, _T.kind, _T.content)
_NEWEST = (
    select(literal(CURRENT).label("what"), *_COLUMNS)
    .where(_T.author == bindparam("author"), _T.record == bindparam("record"))
    .order_by(_T.id.desc())
    .limit(1)
    .subquery()
)
_PRECEDENTS = union_all(
    select(_NEWEST),
    select(literal(SAME), *_COLUMNS).where(
        _T.content == bindparam("content"), _T.log_id == bindparam("log_id")
    ),
    select(literal(SALT), *_COLUMNS).where(_T.salt_digest == bindparam("salt_digest")),
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
    """The record's current version, the entry with the same content, and whether the salt is used."""

    current: Current | None
    same_entry: int | None
    salt_used: bool


def find_precedents(session: Session, log_id: int, key: RecordKey) -> Precedents:
    """Look up what is there for a record; call under the author's lock."""
    found = connection_of(session).execute(
        _PRECEDENTS,
        {
            "log_id": log_id,
            "author": key.author,
            "record": key.record,
            "content": key.content,
            "salt_digest": key.salt_digest,
        },
    )
    rows = {row.what: row for row in found}
    newest, same = rows.get(CURRENT), rows.get(SAME)
    return Precedents(
        None if newest is None else Current(newest.kind, newest.content),
        None if same is None else same.id,
        SALT in rows,
    )


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
