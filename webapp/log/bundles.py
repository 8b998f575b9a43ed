"""Bundles: the file that proves one entry, put together from rows."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from chain.proofs.bundle import Anchor as AnchorFact
from chain.proofs.bundle import AnchorBlock, Bundle, DelegationProof, dump_bundle
from chain.proofs.domain import Domain
from chain.proofs.entries import Entry as SealedEntry
from chain.proofs.keccak import keccak256
from chain.proofs.records import Kind
from chain.proofs.tree import split_proof
from webapp.errors import ProblemError
from webapp.log.models import Author, Batch, Entry, Log

MEDIA_TYPE = "application/vnd.troth.bundle+json"


@dataclass(eq=False)
class NotSealedError(ProblemError):
    """A bundle asked for before its entry has its place in the log."""

    status = 409
    code = "not_sealed"
    title = "The record has no place in the log yet"
    record: str

    @property
    def detail(self) -> str:
        """Say when to come back."""
        return f"{self.record} is saved and waits for its batch; ask again in a few seconds."

    @property
    def retry_after(self) -> int | None:
        """One short sealing interval."""
        return 2


def bundle_bytes(session: Session, entry: Entry) -> bytes:
    """Return the bundle of a sealed entry as UTF-8 JSON; raises NotSealedError."""
    return dump_bundle(build_bundle(session, entry))


def build_bundle(session: Session, entry: Entry) -> Bundle:
    """Return the bundle of a sealed entry; raises NotSealedError."""
    log = session.get_one(Log, entry.log_id)
    delegation = None
    if entry.delegation_id is not None:
        delegation = _delegation(session.get_one(Entry, entry.delegation_id), log)
    unsigned_by = None
    if entry.signature is None:
        unsigned_by = str(session.get_one(Author, entry.author).account_id)
    return Bundle(
        domain=Domain(log.chain.chain_id, log.contract),
        kind=Kind(entry.kind),
        message=entry.message,
        signature=entry.signature,
        account=unsigned_by,
        delegation=delegation,
        entry=sealed_entry(entry),
        proof=tuple(split_proof(entry.proof or b"")),
        anchor=_anchor(entry, log),
    )


def sealed_entry(entry: Entry) -> SealedEntry:
    """Return a row as the protocol's entry; raises NotSealedError."""
    if entry.position is None or entry.sequence is None or entry.previous is None:
        raise NotSealedError("0x" + entry.record.hex())
    return SealedEntry(
        position=entry.position,
        author=entry.author,
        sequence=entry.sequence,
        previous=entry.previous,
        record=entry.record,
        kind=Kind(entry.kind),
        content=entry.content,
        signature=signature_hash(entry.signature),
    )


def signature_hash(signature: bytes | None) -> bytes:
    """Return the entry's signature field: the signature's hash, or zero if there is none."""
    return bytes(32) if signature is None else keccak256(signature)


def _delegation(entry: Entry, log: Log) -> DelegationProof:
    return DelegationProof(
        message=entry.message or {},
        signature=entry.signature or b"",
        entry=sealed_entry(entry),
        proof=tuple(split_proof(entry.proof or b"")),
        anchor=_anchor(entry, log),
    )


def _anchor(entry: Entry, log: Log) -> AnchorFact | None:
    batch: Batch | None = entry.batch
    if batch is None or batch.anchor is None or batch.anchor.final_at is None:
        return None
    found = batch.anchor
    return AnchorFact(
        anchorer=log.anchorer,
        sequence=found.sequence,
        root=found.root,
        first=found.first,
        count=found.count,
        transaction=found.transaction_hash,
        block=AnchorBlock(found.block_number, found.block_hash, found.block_time),
    )
