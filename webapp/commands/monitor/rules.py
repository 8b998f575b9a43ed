"""What must hold of a log's entries, as pure functions over a memory of what came before.

Whatever takes a chain to decide is handed back as a question; `judging` asks it once the batch is anchored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chain.proofs.domain import Domain, digest
from chain.proofs.entries import ZERO_WORD
from chain.proofs.errors import MalformedError, TreeError
from chain.proofs.integrity import record_problems
from chain.proofs.records import (
    DELEGABLE,
    SCOPE_POST,
    ZERO_ADDRESS,
    ZERO_HASH,
    Kind,
    Message,
    account_author,
)
from chain.proofs.shapes import to_hex
from chain.proofs.signatures import recover
from chain.proofs.tree import build_tree
from webapp.commands.public_log.api import MAX_COUNT, PublicBatch, PublicEntry
from webapp.commands.public_log.errors import UnclearError, WrongError


@dataclass(frozen=True, slots=True)
class Head:
    """Where an author's chain ends: the next sequence, and the leaf before."""

    next_sequence: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Version:
    """A record's current version."""

    kind: Kind
    content: bytes


@dataclass(frozen=True, slots=True)
class Device:
    """A delegate of an author; ``expires_at`` in seconds since 1970."""

    expires_at: int
    revoked: bool


class Memory(Protocol):
    """What the entries before have shown."""

    def head(self, author: str) -> Head | None:
        """Return where an author's chain ends."""

    def set_head(self, author: str, head: Head) -> None:
        """Move the end of an author's chain."""

    def add_content(self, content: bytes, position: int) -> int | None:
        """Keep a content; return the position at which it was logged before."""

    def version(self, author: str, record: bytes) -> Version | None:
        """Return a record's current version."""

    def set_version(self, author: str, record: bytes, version: Version) -> None:
        """Move a record to another version."""

    def device(self, author: str, delegate: str) -> Device | None:
        """Return what is known of a delegate."""

    def set_device(self, author: str, delegate: str, device: Device) -> None:
        """Keep what is known of a delegate."""


@dataclass(frozen=True, slots=True)
class WalletQuestion:
    """Whether a contract wallet at ``author`` accepted a signature that no known key made."""

    position: int
    author: str
    digest: bytes
    signature: bytes
    message: Message | None


@dataclass(frozen=True, slots=True)
class DeviceQuestion:
    """Whether a device's signature was anchored before its permission ended."""

    position: int
    delegate: str
    expires_at: int
    message: Message | None


@dataclass(frozen=True, slots=True)
class BlockQuestion:
    """Whether a message's ``notBefore`` is canonical, and a Delegation ends within 90 days of it."""

    position: int
    number: int
    hash: bytes
    expires_at: int | None


Question = WalletQuestion | DeviceQuestion | BlockQuestion


def check_place(batch: PublicBatch, sequence: int, first: int) -> None:
    """Check that a batch is the one that is due; raises WrongError and UnclearError."""
    if batch.sequence != sequence:
        raise WrongError(f"The API gives batch {batch.sequence} where batch {sequence} is due.")
    if batch.first != first:
        raise WrongError(
            f"Batch {sequence} begins with position {batch.first} where {first} is due."
        )
    if batch.count < 1:
        raise WrongError(f"Batch {sequence} holds no entry.")
    if batch.count > MAX_COUNT:
        raise UnclearError(
            f"Batch {sequence} is said to hold {batch.count} entries; at most {MAX_COUNT} are checked."
        )


def check_root(batch: PublicBatch, leaves: Sequence[bytes]) -> None:
    """Check that the leaves of a batch give its root; raises WrongError."""
    try:
        root = build_tree(leaves).root
    except TreeError as error:
        raise WrongError(f"The entries of batch {batch.sequence} make no tree: {error}.") from error
    if root != batch.root:
        raise WrongError(
            f"The entries of batch {batch.sequence} give the root {to_hex(root)}, "
            f"not {to_hex(batch.root)} as the API says."
        )


def check_alone(item: PublicEntry, position: int) -> bytes:
    """Check what an entry shows by itself, and return its leaf; raises WrongError."""
    entry = item.entry
    if entry.position != position:
        raise WrongError(f"The API gives position {entry.position} where {position} is due.")
    problems = record_problems(entry.kind, item.message, item.signature, entry)
    if problems:
        raise WrongError(f"Position {position}: {problems[0]}.")
    _check_account(item, position)
    return entry.leaf()


def check_entry(
    item: PublicEntry, position: int, domain: Domain, memory: Memory
) -> tuple[bytes, list[Question]]:
    """Check the next entry of a log against all before it, and remember it.

    Returns its leaf and what only the chain can answer. Raises WrongError.
    """
    leaf = check_alone(item, position)
    _check_chain(item, leaf, memory)
    questions = _check_signature(item, domain, memory)
    _check_version(item, memory)
    _follow_devices(item, memory)
    if item.message is not None:
        block = item.message["notBefore"]
        expires_at = item.message.get("expiresAt")
        number, block_hash = block["number"], bytes.fromhex(block["hash"][2:])
        questions.append(BlockQuestion(position, number, block_hash, expires_at))
    return leaf, questions


def _check_account(item: PublicEntry, position: int) -> None:
    author = item.entry.author
    if item.signature is not None:
        if item.account is not None:
            raise WrongError(f"Position {position} is signed and yet names an account.")
        return
    try:
        derived = None if item.account is None else account_author(item.account)
    except MalformedError:
        derived = None
    if derived != author:
        raise WrongError(
            f"Position {position} is unsigned, and its account does not derive its author {author}."
        )
    if item.entry.kind not in DELEGABLE:
        raise WrongError(f"Position {position} is an unsigned {item.entry.kind.type_name}.")


def _check_chain(item: PublicEntry, leaf: bytes, memory: Memory) -> None:
    entry = item.entry
    head = memory.head(entry.author) or Head(0, ZERO_WORD)
    where = f"Position {entry.position}, of author {entry.author},"
    if entry.sequence != head.next_sequence:
        raise WrongError(
            f"{where} has sequence {entry.sequence} where {head.next_sequence} is due."
        )
    if entry.previous != head.leaf:
        raise WrongError(
            f"{where} names {to_hex(entry.previous)} as the author's entry before, "
            f"which was {to_hex(head.leaf)}."
        )
    memory.set_head(entry.author, Head(entry.sequence + 1, leaf))


def _check_signature(item: PublicEntry, domain: Domain, memory: Memory) -> list[Question]:
    entry = item.entry
    if item.signature is None:
        return []
    signed = digest(domain, entry.content)
    signer = recover(signed, item.signature)
    if signer == entry.author:
        return []
    device = None if signer is None else memory.device(entry.author, signer)
    if device is None or signer is None:
        return [WalletQuestion(entry.position, entry.author, signed, item.signature, item.message)]
    if entry.kind not in DELEGABLE:
        raise WrongError(
            f"Position {entry.position}: the device {signer} signed a {entry.kind.type_name}, "
            "which only the author itself can."
        )
    if device.revoked:
        raise WrongError(
            f"Position {entry.position} is signed by the device {signer} after its revocation."
        )
    return [DeviceQuestion(entry.position, signer, device.expires_at, item.message)]


def _check_version(item: PublicEntry, memory: Memory) -> None:
    entry, where = item.entry, f"Position {item.entry.position}"
    known = memory.version(entry.author, entry.record)
    if known is not None and known.kind is Kind.DELETION:
        raise WrongError(
            f"{where} is a version of record {to_hex(entry.record)} after its Deletion."
        )
    before = memory.add_content(entry.content, entry.position)
    if before is not None:
        raise WrongError(f"{where} repeats the content of position {before}.")
    if entry.kind is Kind.DELETION:
        fits = known is not None and known.kind in {Kind.POST, Kind.STAMP}
        replaced = ZERO_HASH if known is None else to_hex(known.content)
        if not fits or (item.message or {})["replaces"] != replaced:
            raise WrongError(f"{where} deletes what is not the current version of its record.")
    elif known is not None and known.kind is not entry.kind:
        raise WrongError(
            f"{where} turns a {known.kind.type_name} into a {entry.kind.type_name} of the same id."
        )
    memory.set_version(entry.author, entry.record, Version(entry.kind, entry.content))


def _follow_devices(item: PublicEntry, memory: Memory) -> None:
    entry, message = item.entry, item.message
    if message is None or entry.kind is Kind.DELETION:
        return
    delegate = message["delegate"]
    known = memory.device(entry.author, delegate)
    if entry.kind is Kind.REVOCATION:
        if known is not None:
            memory.set_device(entry.author, delegate, Device(known.expires_at, revoked=True))
        return
    # A Delegation on other terms has no effect; what its delegate signs will then be nobody's.
    if message["scope"] == SCOPE_POST and delegate not in {ZERO_ADDRESS, entry.author}:
        latest = message["expiresAt"]
        if known is not None and not known.revoked:
            latest = max(latest, known.expires_at)
        memory.set_device(entry.author, delegate, Device(latest, revoked=False))
