"""Accepting a record: shape and hashes first, without a lock; then the rules, under the author's.

The straight line: check_record -> (open a write transaction) -> admit -> an Entry.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chain.proofs.domain import digest
from chain.proofs.keccak import keccak256
from chain.proofs.records import ZERO_HASH, Kind, check_message, content
from webapp.columns import utc_now
from webapp.database import connection_of, violates, writing
from webapp.extensions import table_of
from webapp.log import delegations, precedents, rules
from webapp.log.errors import (
    LogReplacedError,
    NotYourAuthorError,
    RecordRefusedError,
    SaltRefusedError,
    SignatureRequiredError,
)
from webapp.log.models import Entry
from webapp.log.new_entry import NewEntry
from webapp.log.precedents import Precedents, RecordKey
from webapp.log.service import OpenLog, forget_log, remembered_log
from webapp.log.signers import Signer, find_signer

P = ParamSpec("P")
T = TypeVar("T")


def in_the_open_log(accept: Callable[P, T]) -> Callable[P, T]:
    """Make a use-case that accepts a record begin again, once, if another log was opened meanwhile."""

    @wraps(accept)
    def accept_again(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return accept(*args, **kwargs)
        except (
            LogReplacedError
        ):  # nothing was written, and the log that was remembered is forgotten
            return accept(*args, **kwargs)

    return accept_again


@contextmanager
def accepting(*, at_first_fetch: bool = False) -> Iterator[Session]:
    """Open, or join, the write transaction that admits a record; ``writing`` explains ``at_first_fetch``.

    Raises SaltRefusedError where somebody else used the salt meanwhile: of all that makes a record unique,
    only that is not guarded by the author's lock.
    """
    try:
        with writing(at_first_fetch=at_first_fetch) as session:
            yield session
    except IntegrityError as error:
        if violates(error, Entry, "salt_digest"):
            raise SaltRefusedError("was used before") from None
        raise


@dataclass(frozen=True)
class CheckedRecord:
    """A record of right shape whose signature, if any, was checked for the log's domain."""

    log: OpenLog
    kind: Kind
    message: dict[str, Any]
    key: RecordKey
    signature: bytes | None
    signer: Signer | None

    @property
    def author(self) -> str:
        """The address that the record speaks for."""
        return self.key.author

    @property
    def record(self) -> bytes:
        """The record's 16-byte id."""
        return self.key.record


@dataclass(frozen=True)
class Admission:
    """A new entry, or the id of the one with the same content; whether it is its record's first.

    ``spoken_of`` tells whether its author may have badges.
    """

    entry_id: int
    new: NewEntry | None
    first: bool
    spoken_of: bool


def check_record(
    session: Session, kind: Kind, message: object, signature: bytes | None, account_id: UUID
) -> CheckedRecord:
    """Check a record's shape, bounds and signature; writes nothing.

    Raises MalformedError for its shape, RecordRefusedError for what cannot be accepted and
    ServiceUnavailableError when only the chain's node could tell whether the signature is good.
    """
    checked = check_message(kind, rules.lower_addresses(message))
    rules.check_bounds(kind, checked)
    key = _key(kind, checked)
    log = remembered_log(session)
    try:
        signer = _signer(session, log, key, signature, account_id)
    except RecordRefusedError:
        # A log that was opened since is another domain to sign under.
        forget_log(session)
        fresh = remembered_log(session)
        if fresh == log:
            raise
        log, signer = fresh, _signer(session, fresh, key, signature, account_id)
    return CheckedRecord(log, kind, dict(checked), key, signature, signer)


def _signer(
    session: Session, log: OpenLog, key: RecordKey, signature: bytes | None, account_id: UUID
) -> Signer | None:
    if signature is None:
        return None
    signing_digest = digest(log.domain, key.content)
    return find_signer(session, key.author, account_id, signing_digest, signature)


def admit(session: Session, record: CheckedRecord, account_id: UUID) -> Admission:
    """Apply the log's rules under the author's lock and add the entry.

    Needs an open ``accepting`` block. The same content again returns the entry that is there.
    Raises NotYourAuthorError, SuspendedError, VersionConflictError, RecordEndedError and RecordRefusedError.
    """
    admission = judge(session, record, account_id)
    if admission.new is not None:
        add_entry(session, admission.new)
    return admission


def judge(session: Session, record: CheckedRecord, account_id: UUID) -> Admission:
    """Do what ``admit`` does, but leave a new entry to be added by ``add_entry``."""
    number = int(record.message["notBefore"]["number"])
    known = precedents.find_precedents(session, record.log, record.key, number)
    check_owner(known, record, account_id)
    if known.same_entry is not None:
        return Admission(known.same_entry, new=None, first=False, spoken_of=known.spoken_of)
    entry = judge_by(session, record, known)
    first = known.current is None
    return Admission(entry.id, entry, first=first, spoken_of=known.spoken_of)


def judge_by(session: Session, record: CheckedRecord, known: Precedents) -> NewEntry:
    """Apply the log's rules to an owner's record that is not there yet; return the entry that it makes.

    Raises what ``admit`` raises.
    """
    message = record.message
    replaces = str(message.get("replaces", ZERO_HASH))
    precedents.check_not_suspended(known)
    precedents.check_version(known, record.kind, record.record, replaces)
    precedents.check_salt(known)
    reference = message["notBefore"]
    block = rules.check_not_before(known.chain, reference, known.named)
    if record.kind is Kind.DELEGATION:
        rules.check_delegation_terms(message, block)
    latest = max(known.chain.head.time, block.time)
    delegation = delegations.authorise(session, record.kind, record.author, record.signer, latest)
    return _entry(record, known.next_entry, delegation)


def add_entry(session: Session, entry: NewEntry) -> None:
    """Insert an entry that was judged."""
    connection_of(session).execute(_INSERT, vars(entry))


def _key(kind: Kind, message: dict[str, Any]) -> RecordKey:
    salt = message.get("salt")
    return RecordKey(
        author=str(message["author"]),
        record=bytes.fromhex(message["id"][2:]),
        content=content(kind, message),
        salt_digest=None if salt is None else keccak256(bytes.fromhex(salt[2:])),
    )


def check_owner(known: Precedents, record: CheckedRecord, account_id: UUID) -> None:
    """Refuse a record of somebody else's author, or one that had to be signed.

    Raises NotYourAuthorError and SignatureRequiredError.
    """
    if known.owner != account_id:
        raise NotYourAuthorError(record.author)
    if known.signs and record.signer is None:
        raise SignatureRequiredError


def _entry(record: CheckedRecord, entry_id: int, delegation_id: int | None) -> NewEntry:
    return NewEntry(
        id=entry_id,
        log_id=record.log.id,
        author=record.author,
        record=record.record,
        kind=int(record.kind),
        content=record.key.content,
        signature=record.signature,
        message=record.message,
        salt_digest=record.key.salt_digest,
        delegation_id=delegation_id,
        audience=record.message.get("audience"),
        accepted_at=utc_now(),
    )


_INSERT = insert(table_of(Entry)).inline()
