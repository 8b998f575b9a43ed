"""Sealing: accepted entries become a batch, with the transaction that is owed for it, in one commit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from chain.contracts import AnchorLog
from chain.proofs.entries import leaf_hash
from chain.proofs.tree import Tree, build_tree
from webapp.columns import utc_now
from webapp.config import Settings
from webapp.database import insert_many, writing
from webapp.extensions import db
from webapp.log.bundles import signature_hash
from webapp.log.models import AuthorHead, Batch, Entry, Log
from webapp.outbox.models import Transaction, TransactionState
from webapp.round_trips import update_by_id

# Steady state takes about 52,000; a first batch writes one more slot. Room for both.
ANCHOR_GAS = 120_000
HEADS_PER_QUERY = 500
CLOCK_SKEW = timedelta(minutes=1)
ZERO = bytes(32)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Waiting:
    """What the hashing needs of an entry that waits."""

    id: int
    author: str
    record: bytes
    kind: int
    content: bytes
    signature: bytes | None


@dataclass(frozen=True)
class Sealed:
    """A batch that is computed but not yet written."""

    sequence: int
    first: int
    tree: Tree
    rows: list[dict[str, Any]]
    heads: dict[str, tuple[int, bytes]]


def seal_due(log_id: int, settings: Settings) -> int | None:
    """Seal a batch if enough entries wait, or one waits long enough; return the batch's id.

    Two sealers at once do no harm: the second finds the log moved on and writes nothing.
    """
    session = db.session()
    if not _is_due(session, log_id, settings):
        session.rollback()
        return None
    sequence, position = session.execute(
        select(Log.next_sequence, Log.next_position).where(Log.id == log_id)
    ).one()
    waiting = _waiting(session, log_id, settings.seal_size)
    if not waiting:  # another sealer took them since we looked
        session.rollback()
        return None
    heads = _heads(session, log_id, {entry.author for entry in waiting})
    session.rollback()  # hashing happens outside every lock
    sealed = compute_batch(waiting, heads, sequence, position)
    return _write(log_id, sealed)


def compute_batch(
    waiting: list[Waiting], heads: dict[str, tuple[int, bytes]], sequence: int, position: int
) -> Sealed:
    """Give entries their places and hash them; the order given is the order of the log.

    ``heads`` maps an author to the next sequence and the leaf before; it is not changed.
    """
    heads = dict(heads)
    rows: list[dict[str, Any]] = []
    for offset, entry in enumerate(waiting):
        own_sequence, previous = heads.get(entry.author, (0, ZERO))
        leaf = leaf_hash(
            position + offset,
            bytes.fromhex(entry.author[2:]),
            own_sequence,
            previous,
            entry.record,
            entry.kind,
            entry.content,
            signature_hash(entry.signature),
        )
        heads[entry.author] = (own_sequence + 1, leaf)
        rows.append(
            {
                "id": entry.id,
                "position": position + offset,
                "sequence": own_sequence,
                "previous": previous,
                "leaf": leaf,
            }
        )
    tree = build_tree([row["leaf"] for row in rows])
    for row, proof in zip(rows, tree.proofs, strict=True):
        row["proof"] = proof
    return Sealed(sequence, position, tree, rows, heads)


def _is_due(session: Session, log_id: int, settings: Settings) -> bool:
    unsealed = select(Entry.id, Entry.accepted_at).filter_by(log_id=log_id, batch_id=None)
    bounded = unsealed.order_by(Entry.id).limit(settings.seal_size).subquery()
    oldest, count = session.execute(
        select(func.min(bounded.c.accepted_at), func.count(bounded.c.id))
    ).one()
    if not count:
        return False
    waited = utc_now() - oldest
    # A clock that was set back must not stop the log; clocks of several machines differ a little.
    overdue = waited >= timedelta(seconds=settings.seal_seconds) or waited < -CLOCK_SKEW
    return bool(overdue or count >= settings.seal_size)


def _waiting(session: Session, log_id: int, most: int) -> list[Waiting]:
    columns = (Entry.id, Entry.author, Entry.record, Entry.kind, Entry.content, Entry.signature)
    query = select(*columns).filter_by(log_id=log_id, batch_id=None).order_by(Entry.id).limit(most)
    return [Waiting(*row) for row in session.execute(query)]


def _heads(session: Session, log_id: int, authors: set[str]) -> dict[str, tuple[int, bytes]]:
    found: dict[str, tuple[int, bytes]] = {}
    names = sorted(authors)
    for start in range(0, len(names), HEADS_PER_QUERY):
        some = names[start : start + HEADS_PER_QUERY]
        query = select(AuthorHead).where(AuthorHead.log_id == log_id, AuthorHead.author.in_(some))
        for head in session.scalars(query):
            found[head.author] = (head.next_sequence, head.leaf)
    return found


def _write(log_id: int, sealed: Sealed) -> int | None:
    count, now = len(sealed.rows), utc_now()
    with writing() as session:
        moved = session.execute(
            update(Log)
            .where(Log.id == log_id, Log.next_sequence == sealed.sequence)
            .values(next_sequence=sealed.sequence + 1, next_position=sealed.first + count)
        )
        if not moved.rowcount:  # type: ignore[attr-defined]
            log.info("sealing.overtaken", log_id=log_id, sequence=sealed.sequence)
            return None
        where = session.get_one(Log, log_id)
        owed = _owed(where, sealed, now)
        session.add(owed)
        session.flush()
        batch = Batch(
            log_id=log_id,
            sequence=sealed.sequence,
            root=sealed.tree.root,
            first=sealed.first,
            count=count,
            sealed_at=now,
            transaction_id=owed.id,
        )
        session.add(batch)
        session.flush()
        update_by_id(session, Entry, [{**row, "batch_id": batch.id} for row in sealed.rows])
        _save_heads(session, log_id, sealed.heads)
        batch_id = batch.id
    log.info("sealing.sealed", log_id=log_id, sequence=sealed.sequence, entries=count)
    return batch_id


def _owed(where: Log, sealed: Sealed, now: datetime) -> Transaction:
    return Transaction(
        chain_ref=where.chain_ref,
        key=f"anchor:{where.id}:0x{sealed.tree.root.hex()}",
        signer=where.anchorer,
        to=where.contract,
        data=AnchorLog.anchor(sealed.sequence, sealed.tree.root, len(sealed.rows)),
        gas=ANCHOR_GAS,
        state=TransactionState.QUEUED,
        created_at=now,
    )


def _save_heads(session: Session, log_id: int, heads: dict[str, tuple[int, bytes]]) -> None:
    known = _heads(session, log_id, set(heads))
    rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for author, (next_sequence, leaf) in heads.items():
        row = {"log_id": log_id, "author": author, "next_sequence": next_sequence, "leaf": leaf}
        rows[author in known].append(row)
    insert_many(session, AuthorHead, rows[False])
    if rows[True]:
        session.execute(update(AuthorHead), rows[True])
