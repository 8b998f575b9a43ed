"""Tables of the log: authors, entries, batches, anchors, delegations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.columns import ADDRESS, DOCUMENT, HASH, RECORD_ID, ROW_ID, UtcDateTime
from webapp.extensions import Base
from webapp.outbox.models import Chain, Transaction


class Log(Base):
    """A log: one anchorer's batches in one AnchorLog contract on one chain."""

    __tablename__ = "logs"
    __table_args__ = (UniqueConstraint("chain_ref", "contract", "anchorer"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    chain_ref: Mapped[int] = mapped_column(ForeignKey("chains.id"))
    contract: Mapped[str] = mapped_column(ADDRESS)
    anchorer: Mapped[str] = mapped_column(ADDRESS)
    next_sequence: Mapped[int] = mapped_column(BigInteger, default=0)
    next_position: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    chain: Mapped[Chain] = relationship(lazy="joined", innerjoin=True)


class Author(Base):
    """An address that records speak for. Its row is the lock that orders its writes."""

    __tablename__ = "authors"

    address: Mapped[str] = mapped_column(ADDRESS, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    signs: Mapped[bool]  # False for the derived address of an account without a wallet
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Unlinked, or its account was deleted: nothing new is accepted from it, what it signed stays.
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuthorTenure(Base):
    """From when to when an address was an account's, also where it is not any more: ``until`` is null while it is."""

    __tablename__ = "author_tenures"

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    address: Mapped[str] = mapped_column(ADDRESS, index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Entry(Base):
    """One line of the log. Accepted once; sealed once; only its message can be erased."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("content", "log_id"),
        UniqueConstraint("log_id", "position"),
        UniqueConstraint("log_id", "author", "sequence"),
        Index("ix_entries_record", "author", "record", "id"),
        Index(
            "ix_entries_unsealed",
            "log_id",
            "id",
            sqlite_where=text("batch_id IS NULL"),
            postgresql_where=text("batch_id IS NULL"),
        ),
        # When a device was last used. Of what a wallet signs itself there is nothing in it.
        Index(
            "ix_entries_delegation",
            "delegation_id",
            "id",
            sqlite_where=text("delegation_id IS NOT NULL"),
            postgresql_where=text("delegation_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    log_id: Mapped[int] = mapped_column(ForeignKey("logs.id"))
    author: Mapped[str] = mapped_column(ForeignKey("authors.address"))
    record: Mapped[bytes] = mapped_column(RECORD_ID)
    kind: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[bytes] = mapped_column(HASH)
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    message: Mapped[dict[str, Any] | None] = mapped_column(DOCUMENT)
    # A Post's label outlives its message: who may know of an erased version depends on it.
    audience: Mapped[str | None] = mapped_column(String(10))
    salt_digest: Mapped[bytes | None] = mapped_column(HASH, unique=True)
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the message was erased without a Deletion: its account was deleted.
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    # Without a foreign key and an index: they would be a third of the time that sealing takes. The batch is
    # written in the same commit and never deleted; its entries are found by their positions.
    batch_id: Mapped[int | None] = mapped_column(ROW_ID)
    position: Mapped[int | None] = mapped_column(BigInteger)
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    previous: Mapped[bytes | None] = mapped_column(HASH)
    leaf: Mapped[bytes | None] = mapped_column(HASH)
    proof: Mapped[bytes | None] = mapped_column(LargeBinary)

    batch: Mapped["Batch | None"] = relationship(
        lazy="joined", primaryjoin="foreign(Entry.batch_id) == Batch.id"
    )


class AuthorHead(Base):
    """Where an author's chain of sealed entries ends in a log."""

    __tablename__ = "author_heads"

    log_id: Mapped[int] = mapped_column(ForeignKey("logs.id"), primary_key=True)
    author: Mapped[str] = mapped_column(ForeignKey("authors.address"), primary_key=True)
    next_sequence: Mapped[int] = mapped_column(BigInteger)
    leaf: Mapped[bytes] = mapped_column(HASH)


class Batch(Base):
    """Consecutive entries under one root; its state is that of its transaction and anchor."""

    __tablename__ = "batches"
    __table_args__ = (
        UniqueConstraint("log_id", "sequence"),
        UniqueConstraint("log_id", "root"),
    )

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    log_id: Mapped[int] = mapped_column(ForeignKey("logs.id"))
    sequence: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(HASH)
    first: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int] = mapped_column(Integer)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("transactions.id"), unique=True)

    transaction: Mapped[Transaction] = relationship(lazy="joined", innerjoin=True)
    anchor: Mapped["Anchor | None"] = relationship(
        lazy="joined",
        primaryjoin="and_(Batch.log_id == foreign(Anchor.log_id), Batch.root == foreign(Anchor.root))",
        viewonly=True,
        uselist=False,
    )


class Anchor(Base):
    """An ``Anchored`` event of the log in a canonical block."""

    __tablename__ = "anchors"
    __table_args__ = (
        # Every sweep looks for those that are not final, among all that ever were.
        Index(
            "ix_anchors_not_final",
            "log_id",
            "block_number",
            sqlite_where=text("final_at IS NULL"),
            postgresql_where=text("final_at IS NULL"),
        ),
    )

    log_id: Mapped[int] = mapped_column(ForeignKey("logs.id"), primary_key=True)
    root: Mapped[bytes] = mapped_column(HASH, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    first: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int] = mapped_column(Integer)
    transaction_hash: Mapped[bytes] = mapped_column(HASH)
    block_number: Mapped[int] = mapped_column(BigInteger, index=True)
    block_hash: Mapped[bytes] = mapped_column(HASH)
    block_time: Mapped[int] = mapped_column(BigInteger)
    indexed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    final_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Delegation(Base):
    """A device key that may sign for an author, from its entry on until it is revoked."""

    __tablename__ = "delegations"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    author: Mapped[str] = mapped_column(ForeignKey("authors.address"), index=True)
    delegate: Mapped[str] = mapped_column(ADDRESS, index=True)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revocation_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))

    entry: Mapped[Entry] = relationship(foreign_keys=[entry_id], lazy="joined", innerjoin=True)
