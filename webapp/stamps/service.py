"""Use-cases of stamps: make and delete. Stamp, entry and event are one commit."""

import secrets
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chain.proofs.records import Kind, account_author
from webapp.accounts.idempotency import forget_answers
from webapp.accounts.models import Account, AccountCounts
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, ring_after_commit, violates, writing
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.extensions import db
from webapp.log.acceptance import (
    CheckedRecord,
    accepting,
    admit,
    check_record,
    in_the_open_log,
)
from webapp.log.errors import NotYourAuthorError, SignatureRequiredError
from webapp.log.models import Author, Entry
from webapp.log.service import add_author, current_log, newest_final_block
from webapp.posts.drafts import block_reference, deletion_message, record_hex
from webapp.posts.service import SEAL_TASK
from webapp.stamps.errors import StampDeletionMismatchError, StampIdTakenError, StampNotFoundError
from webapp.stamps.models import Stamp
from webapp.stamps.reading import OPERATOR_LOG, StampView, readable_stamp, shown_stamp


@in_the_open_log
def stamp_signed(account_id: UUID, message: object, signature: bytes) -> tuple[StampView, bool]:
    """Accept a signed Stamp; return it and whether it is new.

    Raises MalformedError for the record's shape, StampIdTakenError and the log's ProblemErrors.
    """
    record = check_record(db.session(), Kind.STAMP, message, signature, account_id)
    return _stamp(account_id, record)


@in_the_open_log
def stamp_unsigned(
    account_id: UUID, stamp_id: UUID, digest: str, about: str
) -> tuple[StampView, bool]:
    """Stamp a SHA-256 digest (0x and hex) for an account without a wallet; the record says that it is unsigned.

    Raises SignatureRequiredError for an account with a wallet, and what stamp_signed raises.
    """
    session = db.session()
    message = {
        "id": record_hex(stamp_id),
        "author": _unsigned_author(session, account_id),
        "about": about,
        "digest": digest,
        "notBefore": block_reference(newest_final_block(session, current_log(session))),
        "salt": "0x" + secrets.token_hex(32),
    }
    return _stamp(account_id, check_record(session, Kind.STAMP, message, None, account_id))


def stamp_for_operator(stamp_id: UUID, digest: str, about: str) -> StampView:
    """Stamp a digest in the name of the operator's log; raises what stamp_unsigned raises."""
    with writing() as session:
        account_id = OPERATOR_LOG
        # Of the operators' role, so that nobody moderates it; without password and wallet nobody signs in.
        row = {"id": account_id, "role": "operator", "created_at": utc_now()}
        if insert_or_ignore(session, Account, **row):
            session.add(AccountCounts(account_id=account_id))
            record_event(session, EventType.ACCOUNT_CREATED, account_id, str(account_id))
            add_author(session, account_author(str(account_id)), account_id, signs=False)
    return stamp_unsigned(OPERATOR_LOG, stamp_id, digest, about)[0]


@in_the_open_log
def delete_signed(account_id: UUID, stamp_id: UUID, message: object, signature: bytes) -> StampView:
    """Delete a stamp by a signed Deletion; return its tombstone."""
    record = check_record(db.session(), Kind.DELETION, message, signature, account_id)
    if record.record != stamp_id.bytes:
        raise StampDeletionMismatchError(str(stamp_id), str(UUID(bytes=record.record)))
    return _delete(account_id, stamp_id, record)


@in_the_open_log
def delete_unsigned(account_id: UUID, stamp_id: UUID) -> StampView:
    """Delete a stamp that was made without a wallet; return its tombstone."""
    session = db.session()
    stamp = readable_stamp(session, stamp_id, account_id)
    if stamp.account_id != account_id:
        raise NotYourAuthorError(stamp.author)
    if stamp.deleted_at is not None:
        return shown_stamp(session, stamp_id)
    if session.get_one(Author, stamp.author).signs:
        raise SignatureRequiredError
    not_before = newest_final_block(session, current_log(session))
    message = deletion_message(stamp_id, stamp.author, stamp.entry.content, not_before)
    record = check_record(session, Kind.DELETION, message, None, account_id)
    return _delete(account_id, stamp_id, record)


def _stamp(account_id: UUID, record: CheckedRecord) -> tuple[StampView, bool]:
    stamp_id = UUID(bytes=record.record)
    try:
        with accepting(at_first_fetch=True) as session:
            admission = admit(session, record, account_id)
            if admission.new is None:
                return shown_stamp(session, stamp_id), False
            session.add(
                Stamp(
                    id=stamp_id,
                    account_id=account_id,
                    author=record.author,
                    entry_id=admission.entry_id,
                    about=record.message["about"],
                    digest=bytes.fromhex(record.message["digest"][2:]),
                    created_at=admission.new.accepted_at,
                )
            )
            session.flush()
            record_event(session, EventType.STAMP_CREATED, account_id, str(stamp_id))
            ring_after_commit(session, SEAL_TASK, record.log.id)
            return shown_stamp(session, stamp_id), True
    except IntegrityError as error:  # the id of somebody else's stamp
        if violates(error, Stamp, "id"):
            raise StampIdTakenError(str(stamp_id)) from None
        raise


def _delete(account_id: UUID, stamp_id: UUID, record: CheckedRecord) -> StampView:
    with accepting() as session:
        stamp = session.get(Stamp, stamp_id)
        if stamp is None or stamp.account_id != account_id:
            raise StampNotFoundError(str(stamp_id))
        if stamp.author != record.author:
            raise NotYourAuthorError(record.author)
        admission = admit(session, record, account_id)
        if admission.new is not None:
            stamp.entry_id, stamp.deleted_at = admission.entry_id, utc_now()
            stamp.about, stamp.digest = None, None
            _erase_record(session, record)
            forget_answers(session, account_id, str(stamp_id))
            record_event(session, EventType.STAMP_DELETED, account_id, str(stamp_id))
            ring_after_commit(session, SEAL_TASK, record.log.id)
            session.flush()
        return shown_stamp(session, stamp_id)


def _erase_record(session: Session, record: CheckedRecord) -> None:
    """Erase what the stamp is about, its digest and its salt; hashes and the signature stay."""
    mine = (Entry.author == record.author, Entry.record == record.record)
    erased = update(Entry).where(*mine, Entry.kind == int(Kind.STAMP)).values(message=None)
    session.execute(erased)


def _unsigned_author(session: Session, account_id: UUID) -> str:
    """Return the address that an account without a wallet speaks with."""
    mine = select(Author).filter_by(account_id=account_id, released_at=None)
    authors = list(session.scalars(mine))
    if len(authors) != 1 or authors[0].signs:
        raise SignatureRequiredError
    return authors[0].address
