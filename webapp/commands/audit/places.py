"""The log's places: leaves, proofs, authors' chains, batches, counters and anchors, from the rows alone."""

from typing import Any

from sqlalchemy import Connection, select

from chain.contracts import AnchorLog
from chain.proofs.entries import ZERO_WORD, leaf_hash
from chain.proofs.errors import ProofError
from chain.proofs.shapes import to_hex
from chain.proofs.tree import build_tree, proof_length_fits, root_of
from webapp.commands.audit.findings import Findings, stream
from webapp.extensions import table_of
from webapp.log.bundles import signature_hash
from webapp.log.models import Anchor, AuthorHead, Batch, Entry, Log
from webapp.outbox.models import Block, Transaction

ENTRIES, BATCHES, LOGS = table_of(Entry), table_of(Batch), table_of(Log)
HEADS, ANCHORS = table_of(AuthorHead), table_of(Anchor)
BLOCKS, TRANSACTIONS = table_of(Block), table_of(Transaction)
_PLACES = ("batch_id", "position", "sequence", "previous", "leaf", "proof")


def audit_places(connection: Connection, findings: Findings) -> None:
    """Derive each sealed entry's leaf, follow its proof, and follow each author's chain to its head."""
    same_head = (HEADS.c.log_id == ENTRIES.c.log_id) & (HEADS.c.author == ENTRIES.c.author)
    query = (
        select(
            ENTRIES.c.log_id,
            ENTRIES.c.author,
            ENTRIES.c.record,
            ENTRIES.c.kind,
            ENTRIES.c.content,
            ENTRIES.c.signature,
            *(ENTRIES.c[name] for name in _PLACES),
            BATCHES.c.root,
            BATCHES.c.first,
            BATCHES.c.count,
            BATCHES.c.log_id.label("batch_log"),
            HEADS.c.next_sequence.label("head_sequence"),
            HEADS.c.leaf.label("head_leaf"),
        )
        .join(BATCHES, BATCHES.c.id == ENTRIES.c.batch_id)
        .join(HEADS, same_head, isouter=True)
        .order_by(ENTRIES.c.log_id, ENTRIES.c.author, ENTRIES.c.sequence)
    )
    before: Any = None
    for row in stream(connection, query):
        findings.saw("sealed entries")
        same = before is not None and (before.log_id, before.author) == (row.log_id, row.author)
        if not same:
            _check_head(findings, before)
        expected = (before.sequence + 1, before.leaf) if same else (0, ZERO_WORD)
        findings.check(
            "chain",
            (row.sequence, row.previous) == expected,
            f"Position {row.position} does not follow the entry of {row.author} before it.",
        )
        _check_leaf(findings, row)
        before = row
    _check_head(findings, before)
    _check_unsealed(connection, findings)


def _check_leaf(findings: Findings, row: Any) -> None:
    where = f"Position {row.position}"
    try:
        author = bytes.fromhex(row.author[2:])
        fields = (row.position, author, row.sequence, row.previous, row.record, row.kind)
        leaf = leaf_hash(*fields, row.content, signature_hash(row.signature))
        root = root_of(row.leaf, row.proof)
    except (ProofError, TypeError, ValueError) as error:
        findings.check("leaf", False, f"{where} has no leaf: {error}.")
        return
    findings.check("leaf", leaf == row.leaf, f"{where} does not hash to its leaf.")
    fits = proof_length_fits(len(row.proof) // 32, row.count)
    findings.check("proof", fits and root == row.root, f"The proof of {where} misses its root.")
    inside = row.first <= row.position < row.first + row.count and row.log_id == row.batch_log
    findings.check("batch", inside, f"{where} is outside of its batch.")


def _check_head(findings: Findings, last: Any) -> None:
    if last is not None:
        findings.check(
            "head",
            (last.head_sequence, last.head_leaf) == (last.sequence + 1, last.leaf),
            f"The chain of {last.author} does not end where its head says.",
        )


def _check_unsealed(connection: Connection, findings: Findings) -> None:
    """Find entries with half a place, and heads of authors without an entry."""
    half = [ENTRIES.c[name].is_not(None) for name in _PLACES[1:]]
    query = select(ENTRIES.c.id).where(ENTRIES.c.batch_id.is_(None))
    for row in stream(connection, query.where(half[0] | half[1] | half[2] | half[3] | half[4])):
        findings.check("batch", False, f"Entry {row.id} has a place and no batch.")
    mine = (ENTRIES.c.log_id == HEADS.c.log_id) & (ENTRIES.c.author == HEADS.c.author)
    sealed = select(ENTRIES.c.id).where(mine, ENTRIES.c.batch_id.is_not(None))
    for row in stream(connection, select(HEADS.c.author).where(~sealed.exists())):
        findings.check("head", False, f"The head of {row.author} stands for no entry.")


def audit_batches(connection: Connection, findings: Findings) -> None:
    """Rebuild each batch's root, and the counters of each log."""
    for log in connection.execute(select(LOGS).order_by(LOGS.c.id)).all():
        sequence, position = 0, 0
        query = (
            select(BATCHES, TRANSACTIONS.c.to, TRANSACTIONS.c.data)
            .join(TRANSACTIONS, TRANSACTIONS.c.id == BATCHES.c.transaction_id)
            .where(BATCHES.c.log_id == log.id)
            .order_by(BATCHES.c.sequence)
        )
        for batch in stream(connection, query):
            findings.saw("batches")
            name = f"Batch {batch.sequence} of log {log.id}"
            follows = (batch.sequence, batch.first) == (sequence, position)
            findings.check("batch", follows, f"{name} does not follow the batch before it.")
            _check_root(connection, findings, batch, name)
            call = AnchorLog.anchor(batch.sequence, batch.root, batch.count)
            owed = (batch.to, bytes(batch.data)) == (log.contract, call)
            findings.check("transaction", owed, f"{name} owes another call than its own.")
            sequence, position = batch.sequence + 1, batch.first + batch.count
        findings.check(
            "counter",
            (log.next_sequence, log.next_position) == (sequence, position),
            f"Log {log.id} counts {log.next_sequence} batches and {log.next_position} entries; "
            f"its rows are {sequence} and {position}.",
        )


def _check_root(connection: Connection, findings: Findings, batch: Any, name: str) -> None:
    positions = ENTRIES.c.position.between(batch.first, batch.first + batch.count - 1)
    mine = (ENTRIES.c.log_id == batch.log_id, ENTRIES.c.batch_id == batch.id)
    query = select(ENTRIES.c.leaf).where(*mine, positions)
    leaves = list(connection.scalars(query.limit(batch.count + 1)))
    findings.check(
        "batch", len(leaves) == batch.count, f"{name} does not hold {batch.count} entries."
    )
    try:
        root = build_tree(leaves).root
    except (ProofError, TypeError) as error:
        findings.check("root", False, f"{name} makes no tree: {error}.")
        return
    findings.check(
        "root", root == batch.root, f"{name} has the root {to_hex(batch.root)}, not {to_hex(root)}."
    )


def audit_anchors(connection: Connection, findings: Findings) -> None:
    """Compare the anchors that were indexed with the batches, and with the blocks that were read."""
    same = (BATCHES.c.log_id == ANCHORS.c.log_id) & (BATCHES.c.root == ANCHORS.c.root)
    block = (BLOCKS.c.chain_ref == LOGS.c.chain_ref) & (BLOCKS.c.number == ANCHORS.c.block_number)
    query = (
        select(
            ANCHORS,
            BATCHES.c.sequence.label("batch_sequence"),
            BATCHES.c.first.label("batch_first"),
            BATCHES.c.count.label("batch_count"),
            BLOCKS.c.hash.label("canonical_hash"),
            BLOCKS.c.time.label("canonical_time"),
        )
        .join(LOGS, LOGS.c.id == ANCHORS.c.log_id)
        .join(BATCHES, same, isouter=True)
        .join(BLOCKS, block, isouter=True)
        .order_by(ANCHORS.c.log_id, ANCHORS.c.sequence)
    )
    log_id, sequence, final = 0, 0, True
    for row in stream(connection, query):
        findings.saw("anchors")
        name = f"The anchor of root {to_hex(row.root)}"
        anchored = (row.sequence, row.first, row.count)
        sealed = (row.batch_sequence, row.batch_first, row.batch_count)
        if row.batch_sequence is None:
            findings.check("anchor", False, f"{name} is of no batch: are rows missing?")
        else:
            findings.check("anchor", anchored == sealed, f"{name} contradicts its batch.")
        read = (row.canonical_hash, row.canonical_time)
        known = row.canonical_hash is None or read == (row.block_hash, row.block_time)
        findings.check("anchor", known, f"{name} is in a block that is not canonical.")
        if row.log_id != log_id:
            log_id, sequence, final = row.log_id, 0, True
        findings.check("anchor", row.sequence == sequence, f"{name} leaves a batch out.")
        orderly = final or row.final_at is None
        findings.check("anchor", orderly, f"{name} is final before one that precedes it.")
        sequence, final = row.sequence + 1, row.final_at is not None
