"""What is owed to the chain, what was sent, and which blocks have been seen."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import ADDRESS, HASH, ROW_ID, UtcDateTime
from webapp.extensions import Base


class Chain(Base):
    """One instance of a chain: a wiped development chain is another instance."""

    __tablename__ = "chains"
    __table_args__ = (UniqueConstraint("chain_id", "genesis"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    chain_id: Mapped[int] = mapped_column(BigInteger)
    genesis: Mapped[bytes] = mapped_column(HASH)
    first_block: Mapped[int] = mapped_column(BigInteger)


class Block(Base):
    """A canonical block that the indexer has read; the highest one is its cursor."""

    __tablename__ = "blocks"

    chain_ref: Mapped[int] = mapped_column(ForeignKey("chains.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(HASH)
    parent: Mapped[bytes] = mapped_column(HASH)
    time: Mapped[int] = mapped_column(BigInteger)


class TransactionState(StrEnum):
    """States of an owed transaction."""

    QUEUED = "queued"
    SIGNED = "signed"
    BROADCAST = "broadcast"
    MINED = "mined"
    FINAL = "final"
    UNKNOWN = "unknown"
    BLOCKED_FUNDS = "blocked_funds"
    BLOCKED_FEE = "blocked_fee"
    ORPHANED = "orphaned"
    REVERTED = "reverted"
    DEAD = "dead"


class Transaction(Base):
    """A call that we owe to the chain, once, whatever it takes."""

    __tablename__ = "transactions"
    __table_args__ = (
        UniqueConstraint("chain_ref", "signer", "nonce"),
        Index("ix_transactions_signer_state", "signer", "state", "id"),
    )

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    chain_ref: Mapped[int] = mapped_column(ForeignKey("chains.id"))
    key: Mapped[str] = mapped_column(String(160), unique=True)
    signer: Mapped[str] = mapped_column(ADDRESS)
    to: Mapped[str] = mapped_column(ADDRESS)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    gas: Mapped[int] = mapped_column(BigInteger)
    nonce: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16), default=TransactionState.QUEUED)
    reason: Mapped[str | None] = mapped_column(String(400))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(Base):
    """Signed bytes for a transaction's nonce, saved before they are sent."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("transactions.id"), index=True)
    hash: Mapped[bytes] = mapped_column(HASH, unique=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    max_fee: Mapped[int] = mapped_column(BigInteger)
    priority_fee: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    block_number: Mapped[int | None] = mapped_column(BigInteger)
    gas_used: Mapped[int | None] = mapped_column(BigInteger)


class Claim(Base):
    """Who does a recurring job right now; whoever holds the row does it, nobody else."""

    __tablename__ = "job_claims"

    job: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
