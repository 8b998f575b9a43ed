"""Accepting a record: shape and hashes first, without a lock; then the rules, under the author's.

The straight line: check_record -> (open a write transaction) -> admit -> an Entry.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chain.proofs.domain import digest
from chain.proofs.keccak import keccak256
from chain.proofs.records import ZERO_HASH, Kind, check_message, content
from webapp.columns import utc_now
from webapp.database import connection_of
from webapp.extensions import table_of
from webapp.log import delegations, precedents, rules
from webapp.log.errors import NotYourAuthorError, SaltRefusedError, SignatureRequiredError
from webapp.log.models import Entry
from webapp.log.precedents import RecordKey
from webapp.log.service import KnownBlock, OpenLog, lock_author, log_and_blocks
from webapp.log.signers import Signer, find_signer


@dataclass(frozen=True)
class CheckedRecord:
    """A record of right shape whose signature, if any, was checked, and the blocks to judge it by.

    ``head`` is the newest block the server has, ``not_before`` the one that the record names.
    """

    log: OpenLog
    kind: Kind
    message: dict[str, Any]
    key: RecordKey
    signature: bytes | None
    signer: Signer | None
    head: KnownBlock
    not_before: KnownBlock | None

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
    """An entry; whether it is new or was there already; whether it is its record's first."""

    entry: Entry
    created: bool
    first: bool


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
    log, head, named = log_and_blocks(session, int(checked["notBefore"]["number"]))
    signer = None
    if signature is not None:
        signing_digest = digest(log.domain, key.content)
        signer = find_signer(session, key.author, account_id, signing_digest, signature)
    return CheckedRecord(log, kind, dict(checked), key, signature, signer, head, named)


def admit(session: Session, record: CheckedRecord, account_id: UUID, depth: int) -> Admission:
    """Apply the log's rules under the author's lock and add the entry.

    Needs an open write transaction. The same content again returns the entry that is there.
    Raises NotYourAuthorError, VersionConflictError, RecordEndedError and RecordRefusedError.
    """
    _own_author(session, record, account_id)
    known = precedents.find_precedents(session, record.log.id, record.key)
    if known.same_entry is not None:
        return Admission(session.get_one(Entry, known.same_entry), created=False, first=False)
    message = record.message
    replaces = str(message.get("replaces", ZERO_HASH))
    precedents.check_version(known, record.kind, record.record, replaces)
    precedents.check_salt(known)
    reference = message["notBefore"]
    block = rules.check_not_before(record.log, reference, record.head, record.not_before, depth)
    if record.kind is Kind.DELEGATION:
        rules.check_delegation_terms(message, block)
    latest = max(record.head.time, block.time)
    delegation = delegations.authorise(session, record.kind, record.author, record.signer, latest)
    return Admission(_add(session, record, delegation), created=True, first=known.current is None)


def _key(kind: Kind, message: dict[str, Any]) -> RecordKey:
    salt = message.get("salt")
    return RecordKey(
        author=str(message["author"]),
        record=bytes.fromhex(message["id"][2:]),
        content=content(kind, message),
        salt_digest=None if salt is None else keccak256(bytes.fromhex(salt[2:])),
    )


def _own_author(session: Session, record: CheckedRecord, account_id: UUID) -> None:
    owner, signs = lock_author(session, record.author) or (None, False)
    if owner != account_id:
        raise NotYourAuthorError(record.author)
    if signs and record.signer is None:
        raise SignatureRequiredError


def _add(session: Session, record: CheckedRecord, delegation_id: int | None) -> Entry:
    """Insert the entry and return it as a plain value, so that nothing is read back."""
    row = {
        "log_id": record.log.id,
        "author": record.author,
        "record": record.record,
        "kind": int(record.kind),
        "content": record.key.content,
        "signature": record.signature,
        "message": record.message,
        "salt_digest": record.key.salt_digest,
        "delegation_id": delegation_id,
        "audience": record.message.get("audience"),
        "accepted_at": utc_now(),
    }
    try:
        entry_id = connection_of(session).execute(_INSERT, row).scalar_one()
    except IntegrityError:  # the one unique key that the author's lock does not guard
        raise SaltRefusedError("was used before") from None
    return Entry(id=entry_id, batch=None, **row)


_INSERT = insert(table_of(Entry)).returning(table_of(Entry).c.id)
