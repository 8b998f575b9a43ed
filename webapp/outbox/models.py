"""What is owed to the chain, what was sent, and which blocks have been seen."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import ADDRESS, HASH, ROW_ID, UtcDateTime
from webapp.extensions import Base


class ChainState(StrEnum):
    """What the indexer does on a chain; in the last two nothing is sent until an operator has looked."""

    SYNCING = "syncing"
    FOLLOWING = "following"
    REWINDING = "rewinding"
    WAITING = "waiting"
    HALTED_DEEP = "halted_deep"
    HALTED_INSTANCE = "halted_instance"


class Chain(Base):
    """One instance of a chain: a wiped development chain is another instance.

    From ``first_block`` to the newest all blocks are stored; up to ``final_to`` they are final, None says that
    none ever was: see ``finality.py``. ``head`` and ``base_fee`` (wei per gas) are what the node said when it
    was last asked. While the chain is halted nothing above block ``sound_to`` is known to be on it: None says
    nothing against any block, -1 that none is left.
    """

    __tablename__ = "chains"
    __table_args__ = (UniqueConstraint("chain_id", "genesis"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    chain_id: Mapped[int] = mapped_column(BigInteger)
    genesis: Mapped[bytes] = mapped_column(HASH)
    first_block: Mapped[int] = mapped_column(BigInteger)
    final_to: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16), default=ChainState.SYNCING)
    reason: Mapped[str | None] = mapped_column(String(400))
    state_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sound_to: Mapped[int | None] = mapped_column(BigInteger)
    head: Mapped[int | None] = mapped_column(BigInteger)
    base_fee: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Node(Base):
    """One of the configured nodes as the worker last found it; the name holds no secret of its URL."""

    __tablename__ = "nodes"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    breaker: Mapped[str] = mapped_column(String(16))
    head: Mapped[int | None] = mapped_column(BigInteger)
    latency_ms: Mapped[int | None] = mapped_column(Integer)
    problem: Mapped[str | None] = mapped_column(String(400))
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignerRole(StrEnum):
    """What a signer signs: one log's batches, this server's claims (now, or formerly), or every other transaction."""

    ANCHORER = "anchorer"
    ISSUER = "issuer"
    FORMER_ISSUER = "former_issuer"
    SENDER = "sender"


class SignerAccount(Base):
    """An address that we send from. Its row is the lock that orders its nonces.

    ``nonce`` and ``balance`` (wei, in decimal) are what the chain said when it was last asked.
    """

    __tablename__ = "signers"

    chain_ref: Mapped[int] = mapped_column(ForeignKey("chains.id"), primary_key=True)
    address: Mapped[str] = mapped_column(ADDRESS, primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    nonce: Mapped[int | None] = mapped_column(BigInteger)
    balance: Mapped[str | None] = mapped_column(String(80))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Block(Base):
    """A canonical block that the indexer has read; the highest one is its cursor.

    Old ones are deleted: all below the chain's ``first_block``, but for those of attempts that are not settled.
    """

    __tablename__ = "blocks"

    chain_ref: Mapped[int] = mapped_column(ForeignKey("chains.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(HASH)
    parent: Mapped[bytes] = mapped_column(HASH)
    time: Mapped[int] = mapped_column(BigInteger)


class TransactionState(StrEnum):
    """States of an owed transaction."""

    QUEUED = "queued"
    RESERVED = "reserved"
    SIGNED = "signed"
    SENDING = "sending"
    BROADCAST = "broadcast"
    MINED = "mined"
    FINAL = "final"
    UNKNOWN = "unknown"
    BLOCKED_FUNDS = "blocked_funds"
    BLOCKED_FEE = "blocked_fee"
    ORPHANED = "orphaned"
    REVERTED = "reverted"
    DEAD = "dead"


IN_HAND = "state IN ('reserved', 'signed', 'sending')"
# Keys of mints that the server pays for; not by LIKE, whose use of an index depends on the database's language.
FOR_MINTS = "substr(key, 1, 5) = 'mint:'"


class Transaction(Base):
    """A call that we owe to the chain, once, whatever it takes.

    ``abandoned_at`` says since when its nonce is only to be used up by a no-op.
    """

    __tablename__ = "transactions"
    __table_args__ = (
        UniqueConstraint("chain_ref", "signer", "nonce"),
        Index("ix_transactions_signer_state", "signer", "state", "id"),
        # At most one is in hand per signer: whoever comes second waits, whatever locks were lost.
        Index(
            "uq_transactions_in_hand",
            "chain_ref",
            "signer",
            unique=True,
            sqlite_where=text(IN_HAND),
            postgresql_where=text(IN_HAND),
        ),
        # Each permission to mint asks how many were paid for: see webapp/assets/quota.py.
        Index(
            "ix_transactions_mints",
            "sent_at",
            "state",
            sqlite_where=text(FOR_MINTS),
            postgresql_where=text(FOR_MINTS),
        ),
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
    failures: Mapped[int] = mapped_column(Integer, default=0)
    abandoned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AttemptKind(StrEnum):
    """What an attempt does with its nonce: make the call, or nothing at all."""

    CALL = "call"
    NOOP = "noop"


class RegistryKind(StrEnum):
    """The contracts beside AnchorLog that a chain is followed for."""

    IDENTITY = "identity"
    ASSET = "asset"


class Registry(Base):
    """A registry on a chain, and how far its past has been read.

    The indexer reads its events of every block above ``until``. Those from ``first_block`` up to there came
    before, and are read by ranges, so far up to ``read_to``: see ``registries.py``.
    """

    __tablename__ = "registries"

    chain_ref: Mapped[int] = mapped_column(ForeignKey("chains.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    address: Mapped[str] = mapped_column(ADDRESS)
    first_block: Mapped[int] = mapped_column(BigInteger)
    read_to: Mapped[int] = mapped_column(BigInteger, default=-1)
    until: Mapped[int] = mapped_column(BigInteger)


class Attempt(Base):
    """Signed bytes for a transaction's nonce, saved before they are sent."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("transactions.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8), default=AttemptKind.CALL)
    hash: Mapped[bytes] = mapped_column(HASH, unique=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    max_fee: Mapped[int] = mapped_column(BigInteger)
    priority_fee: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(String(400))
    block_number: Mapped[int | None] = mapped_column(BigInteger)
    block_hash: Mapped[bytes | None] = mapped_column(HASH, index=True)
    gas_used: Mapped[int | None] = mapped_column(BigInteger)


class Claim(Base):
    """Who does a recurring job right now; whoever holds the row does it, nobody else.

    A claim that was given back is over since 1970; ``seen_at`` is when its holder was last there.
    """

    __tablename__ = "job_claims"

    job: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
