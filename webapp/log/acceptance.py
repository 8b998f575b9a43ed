"""Accepting a record: shape and hashes first, without a lock; then the rules, under the author's.

The straight line: check_record -> (open a write transaction) -> admit -> an Entry.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chain.proofs.domain import digest
from chain.proofs.keccak import keccak256
from chain.proofs.records import ZERO_HASH, Kind, check_message, content
from webapp.columns import utc_now
from webapp.log import delegations, precedents, rules
from webapp.log.errors import NotYourAuthorError, SignatureRequiredError
from webapp.log.models import Entry
from webapp.log.service import OpenLog, current_log, head_and_block, lock_author
from webapp.log.signers import Signer, find_signer


@dataclass(frozen=True)
class CheckedRecord:
    """A record of right shape whose signature, if any, was checked."""

    log: OpenLog
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

    @property
    def salt_digest(self) -> bytes | None:
        """keccak256 of the salt, all that is kept of it for ever; None for kinds without one."""
        salt = self.message.get("salt")
        return None if salt is None else keccak256(bytes.fromhex(salt[2:]))


@dataclass(frozen=True)
class Admission:
    """An entry; whether it is new or was there already; whether it is its record's first."""

    entry: Entry
    created: bool
    first: bool


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
        signing_digest = digest(log.domain, hashed)
        signer = find_signer(session, str(checked["author"]), signing_digest, signature)
    return CheckedRecord(log, kind, dict(checked), hashed, signature, signer)


def admit(session: Session, record: CheckedRecord, account_id: UUID, depth: int) -> Admission:
    """Apply the log's rules under the author's lock and add the entry.

    Needs an open write transaction. The same content again returns the entry that is there.
    Raises NotYourAuthorError, VersionConflictError, RecordEndedError and RecordRefusedError.
    """
    _own_author(session, record, account_id)
    known = precedents.find_precedents(
        session, record.log.id, record.author, record.record, record.content, record.salt_digest
    )
    if known.same_entry is not None:
        return Admission(session.get_one(Entry, known.same_entry), created=False, first=False)
    _check_rules(session, record, known, depth)
    entry = Entry(
        log_id=record.log.id,
        author=record.author,
        record=record.record,
        kind=int(record.kind),
        content=record.content,
        signature=record.signature,
        message=record.message,
        salt_digest=record.salt_digest,
        delegation_id=delegations.authorise(session, record.kind, record.author, record.signer),
        accepted_at=utc_now(),
    )
    session.add(entry)
    session.flush()
    return Admission(entry, created=True, first=known.current is None)


def _own_author(session: Session, record: CheckedRecord, account_id: UUID) -> None:
    owner, signs = lock_author(session, record.author) or (None, False)
    if owner != account_id:
        raise NotYourAuthorError(record.author)
    if signs and record.signer is None:
        raise SignatureRequiredError


def _check_rules(
    session: Session, record: CheckedRecord, known: precedents.Precedents, depth: int
) -> None:
    message = record.message
    replaces = str(message.get("replaces", ZERO_HASH))
    precedents.check_version(known, record.kind, record.record, replaces)
    head, named = head_and_block(session, record.log, int(message["notBefore"]["number"]))
    block = rules.check_not_before(record.log, message["notBefore"], head, named, depth)
    if "salt" in message:
        precedents.check_salt(known, message["salt"])
    if record.kind is Kind.DELEGATION:
        rules.check_delegation_terms(message, block)
