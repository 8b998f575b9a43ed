"""What the log already holds that a new record must respect, read in one query."""

from dataclasses import dataclass

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from chain.proofs.records import ZERO_HASH, Kind
from webapp.log.errors import RecordEndedError, SaltRefusedError, VersionConflictError
from webapp.log.models import Entry

CURRENT, SAME, SALT = 0, 1, 2


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


def find_precedents(
    session: Session,
    log_id: int,
    author: str,
    record: bytes,
    content: bytes,
    salt_digest: bytes | None,
) -> Precedents:
    """Look up what is there for a record; call under the author's lock."""
    columns = (Entry.id, Entry.kind, Entry.content)
    current = (
        select(literal(CURRENT).label("what"), *columns)
        .where(Entry.author == author, Entry.record == record)
        .order_by(Entry.id.desc())
        .limit(1)
        .subquery()
    )
    parts = [
        select(current),
        select(literal(SAME), *columns).where(Entry.content == content, Entry.log_id == log_id),
    ]
    if salt_digest is not None:
        parts.append(select(literal(SALT), *columns).where(Entry.salt_digest == salt_digest))
    rows = {row.what: row for row in session.execute(union_all(*parts))}
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


def check_salt(precedents: Precedents, salt: str) -> None:
    """Refuse a salt that was used before, whoever used it; raises SaltRefusedError."""
    if precedents.salt_used:
        raise SaltRefusedError(f"{salt[:10]}… was used before")
