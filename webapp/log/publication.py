"""The public log: sealed entries and batches as rows give them, without any text.

Whoever holds all of it can rebuild every leaf and every root (protocol, section 9), so proofs are left out.
A page is bounded by its number of items and by its bytes.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.proofs.entries import Entry as SealedEntry
from chain.proofs.records import TYPES, Kind, Message
from chain.proofs.shapes import MAX_INTEGER, to_hex
from webapp.columns import iso
from webapp.extensions import table_of
from webapp.log.bundles import signature_hash
from webapp.log.errors import BatchUnknownError, LogNotOpenError, LogUnknownError
from webapp.log.models import Author, Batch, Entry, Log
from webapp.log.states import batch_state, standing_anchor

MAX_PAGE_BYTES = 1 << 20
# A Post's message holds its text, a Stamp's what it is about: those are never given here.
PUBLIC_KINDS = (Kind.DELETION, Kind.DELEGATION, Kind.REVOCATION)
_E, _A = table_of(Entry).c, table_of(Author).c


@dataclass(frozen=True)
class Page:
    """A page as JSON; ``next`` is the number that the following page begins with, None at the end."""

    body: bytes
    next: int | None


def published_log(session: Session, anchorer: str | None) -> Log:
    """Return the newest log, or the newest of an anchorer (lower case).

    Raises LogNotOpenError, and LogUnknownError for an anchorer without a log here.
    """
    query = select(Log).order_by(Log.id.desc()).limit(1)
    if anchorer is not None:
        query = query.where(Log.anchorer == anchorer)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise LogNotOpenError if anchorer is None else LogUnknownError(anchorer)
    return found


def entries_page(session: Session, log: Log, first: int, limit: int) -> Page:
    """Return the sealed entries from position ``first`` on."""
    query = (
        select(
            _E.position,
            _E.author,
            _E.sequence,
            _E.previous,
            _E.record,
            _E.kind,
            _E.content,
            _E.signature,
            _E.message,
            _A.account_id,
        )
        .join(table_of(Author), _A.address == _E.author)
        .where(_E.log_id == log.id, _E.position >= first)
        .order_by(_E.position)
        .limit(limit + 1)
    )
    rows = session.execute(query).all()
    return _page([row.position for row in rows], map(_entry, rows), limit)


def batches_page(session: Session, log: Log, first: int, limit: int) -> Page:
    """Return the batches from sequence ``first`` on, with what is known of their anchors."""
    query = (
        select(Batch)
        .where(Batch.log_id == log.id, Batch.sequence >= first)
        .order_by(Batch.sequence)
        .limit(limit + 1)
    )
    rows = session.scalars(query).all()
    return _page([row.sequence for row in rows], map(_batch, rows), limit)


def batch_body(session: Session, log: Log, sequence: int) -> bytes:
    """Return one batch and the positions of its entries as JSON; raises BatchUnknownError."""
    query = select(Batch).where(Batch.log_id == log.id, Batch.sequence == sequence)
    known = sequence <= MAX_INTEGER  # no database has a larger one
    found = session.scalars(query).one_or_none() if known else None
    if found is None:
        raise BatchUnknownError(sequence)
    positions = {"first": found.first, "last": found.first + found.count - 1}
    return _dump({**_batch(found), "positions": positions})


def _page(numbers: Sequence[int], items: Iterable[dict[str, Any]], limit: int) -> Page:
    """Join the items that fit; the first always does."""
    parts: list[bytes] = []
    size = 0
    for item in items:
        part = _dump(item)
        size += len(part)
        if len(parts) == limit or (parts and size > MAX_PAGE_BYTES):
            break
        parts.append(part)
    following = numbers[len(parts)] if len(parts) < len(numbers) else None
    body = b'{"items":[' + b",".join(parts) + b'],"next":' + _dump(following) + b"}"
    return Page(body, following)


def _entry(row: Any) -> dict[str, Any]:
    entry = SealedEntry(
        position=row.position,
        author=row.author,
        sequence=row.sequence,
        previous=row.previous,
        record=row.record,
        kind=Kind(row.kind),
        content=row.content,
        signature=signature_hash(row.signature),
    )
    unsigned = row.signature is None
    return {
        "entry": entry.to_json(),
        "signature": None if unsigned else to_hex(row.signature),
        "account": str(row.account_id) if unsigned else None,
        "message": _message(entry.kind, row.message) if entry.kind in PUBLIC_KINDS else None,
    }


def _message(kind: Kind, message: Message) -> Message:
    """Return a message with its keys in the order of its type: databases keep them in others."""
    ordered: Message = {name: message[name] for name, _ in TYPES[kind.type_name]}
    block = message["notBefore"]
    return ordered | {"notBefore": {"number": block["number"], "hash": block["hash"]}}


def _batch(batch: Batch) -> dict[str, Any]:
    found = standing_anchor(batch)
    anchor = None
    if found is not None and found.final_at is not None:
        anchor = {
            "transaction": to_hex(found.transaction_hash),
            "block": {
                "number": found.block_number,
                "hash": to_hex(found.block_hash),
                "time": found.block_time,
            },
        }
    return {
        "sequence": batch.sequence,
        "root": to_hex(batch.root),
        "first": batch.first,
        "count": batch.count,
        "state": batch_state(batch),
        "sealed_at": iso(batch.sealed_at),
        "anchor": anchor,
    }


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
