"""Accepting a record: shape and hashes first, without a lock; then the rules, under the author's.

The straight line: check_record -> (open a write transaction) -> admit -> an Entry.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.proofs.domain import digest
from chain.proofs.keccak import keccak256
from chain.proofs.records import Kind, check_message, content
from webapp.columns import utc_now
from webapp.log import delegations, rules
from webapp.log.errors import NotYourAuthorError, SignatureRequiredError
from webapp.log.models import Entry, Log
from webapp.log.service import current_log, domain_of, lock_author
from webapp.log.signers import Signer, find_signer


@dataclass(frozen=True)
class CheckedRecord:
    """A record of right shape whose signature, if any, was checked."""

    log_id: int
    kind: Kind
    message: dict[str, Any]
    content: bytes
    signature: bytes | None
    signer: Signer | None

    @property
    def author(self) -> str:
        """The address that the record speaks for."""
        return str(self.message["author"])

    @property
    def record(self) -> bytes:
        """The record's 16-byte id."""
        return bytes.fromhex(self.message["id"][2:])


@dataclass(frozen=True)
class Admission:
    """An entry, and whether it is new or was there already."""

    entry: Entry
    created: bool


def check_record(
    session: Session, kind: Kind, message: object, signature: bytes | None
) -> CheckedRecord:
    """Check a record's shape, bounds and signature; writes nothing.

    Raises MalformedError for its shape, RecordRefusedError for what cannot be accepted and
    ServiceUnavailableError when only the chain's node could tell whether the signature is good.
    """
    log = current_log(session)
    checked = check_message(kind, rules.lower_addresses(message))
    rules.check_bounds(kind, checked)
    hashed = content(kind, checked)
    signer = None
    if signature is not None:
        signing_digest = digest(domain_of(log), hashed)
        signer = find_signer(session, str(checked["author"]), signing_digest, signature)
    return CheckedRecord(log.id, kind, dict(checked), hashed, signature, signer)


def admit(session: Session, record: CheckedRecord, account_id: UUID, depth: int) -> Admission:
    """Apply the log's rules under the author's lock and add the entry.

    Needs an open write transaction. The same content again returns the entry that is there.
    Raises NotYourAuthorError, VersionConflictError, RecordEndedError and RecordRefusedError.
    """
    author = lock_author(session, record.author)
    if author is None or author.account_id != account_id:
        raise NotYourAuthorError(record.author)
    if author.signs and record.signer is None:
        raise SignatureRequiredError
    log = session.get_one(Log, record.log_id)
    known = select(Entry).filter_by(log_id=log.id, content=record.content)
    if (entry := session.scalars(known).one_or_none()) is not None:
        return Admission(entry, created=False)
    block = rules.check_not_before(session, log, record.message["notBefore"], depth)
    rules.check_version(session, record.author, record.record, record.kind, record.message)
    delegation_id = delegations.authorise(session, record.kind, record.author, record.signer)
    if record.kind is Kind.DELEGATION:
        rules.check_delegation_terms(record.message, block)
    entry = Entry(
        log_id=log.id,
        author=record.author,
        record=record.record,
        kind=int(record.kind),
        content=record.content,
        signature=record.signature,
        message=record.message,
        salt_digest=_spend_salt(session, record),
        delegation_id=delegation_id,
        accepted_at=utc_now(),
    )
    session.add(entry)
    session.flush()
    return Admission(entry, created=True)


def _spend_salt(session: Session, record: CheckedRecord) -> bytes | None:
    salt = record.message.get("salt")
    if salt is None:
        return None
    salt_digest = keccak256(bytes.fromhex(salt[2:]))
    rules.check_salt(session, salt, salt_digest)
    return salt_digest
