"""Bundles: the file that proves one entry, put together from rows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.proofs.bundle import Anchor as AnchorFact
from chain.proofs.bundle import AnchorBlock, Bundle, DelegationProof, dump_bundle
from chain.proofs.domain import Domain
from chain.proofs.entries import Entry as SealedEntry
from chain.proofs.keccak import keccak256
from chain.proofs.records import Kind
from chain.proofs.tree import split_proof
from webapp.badges import claim_files
from webapp.errors import ProblemError
from webapp.log.models import Author, Batch, Entry, Log
from webapp.log.states import standing_anchor

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


class Bundler:
    """Puts bundles together; what several of them share is read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._logs: dict[int, Log] = {}
        self._accounts: dict[str, str] = {}
        self._delegations: dict[int, DelegationProof] = {}

    def read_delegations(self, entries: Iterable[Entry]) -> None:
        """Read at once the Delegations that these entries were signed under.

        Without it each is read when its first bundle is put together.
        """
        wanted = {entry.delegation_id for entry in entries} - {None, *self._delegations}
        if wanted:
            for found in self._session.scalars(select(Entry).where(Entry.id.in_(wanted))):
                self._delegations[found.id] = self._proof(found)

    def bundle_bytes(self, entry: Entry, *, claims: bool = False) -> bytes:
        """Return the bundle of a sealed entry as UTF-8 JSON; raises NotSealedError.

        With ``claims`` it carries what its author discloses of claims that were valid at its anchor.
        """
        found = self.bundle(entry)
        if claims and found.anchor is not None:
            chain_ref, moment = self._log(entry.log_id).chain_ref, found.anchor.block.time
            files = claim_files(self._session, entry.author, chain_ref, moment)
            found = replace(found, claims=files)
        return dump_bundle(found)

    def bundle(self, entry: Entry) -> Bundle:
        """Return the bundle of a sealed entry; raises NotSealedError."""
        log = self._log(entry.log_id)
        return Bundle(
            domain=Domain(log.chain.chain_id, log.contract),
            kind=Kind(entry.kind),
            message=entry.message,
            signature=entry.signature,
            account=None if entry.signature is not None else self._account(entry.author),
            delegation=self._delegation(entry.delegation_id),
            entry=sealed_entry(entry),
            proof=tuple(split_proof(entry.proof or b"")),
            anchor=_anchor(entry, log),
        )

    def _log(self, log_id: int) -> Log:
        if log_id not in self._logs:
            self._logs[log_id] = self._session.get_one(Log, log_id)
        return self._logs[log_id]

    def _account(self, author: str) -> str:
        if author not in self._accounts:
            self._accounts[author] = str(self._session.get_one(Author, author).account_id)
        return self._accounts[author]

    def _delegation(self, entry_id: int | None) -> DelegationProof | None:
        if entry_id is None:
            return None
        if entry_id not in self._delegations:
            self._delegations[entry_id] = self._proof(self._session.get_one(Entry, entry_id))
        return self._delegations[entry_id]

    def _proof(self, entry: Entry) -> DelegationProof:
        return DelegationProof(
            message=entry.message or {},
            signature=entry.signature or b"",
            entry=sealed_entry(entry),
            proof=tuple(split_proof(entry.proof or b"")),
            anchor=_anchor(entry, self._log(entry.log_id)),
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


def _anchor(entry: Entry, log: Log) -> AnchorFact | None:
    batch: Batch | None = entry.batch
    found = None if batch is None else standing_anchor(batch)
    if found is None or found.final_at is None:
        return None
    return AnchorFact(
        anchorer=log.anchorer,
        sequence=found.sequence,
        root=found.root,
        first=found.first,
        count=found.count,
        transaction=found.transaction_hash,
        block=AnchorBlock(found.block_number, found.block_hash, found.block_time),
    )
