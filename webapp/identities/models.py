"""Tables of identities: what the registry's events say, and what was asked for and verified here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import ADDRESS, HASH, UtcDateTime
from webapp.extensions import Base

NOT_FINAL = "final_at IS NULL"
STANDING = "ended_at IS NULL"
CHECK_DUE = "next_check_at IS NOT NULL"
TO_ISSUE = "checked_at IS NOT NULL AND transaction_id IS NULL AND ended_at IS NULL"
TO_REVOKE = "revoke_reason IS NOT NULL AND revocation_id IS NULL AND transaction_id IS NOT NULL"


class ClaimEvent(Base):
    """An event of IdentityRegistry in a canonical block; ``status`` is a ``ClaimStatus``.

    The last one of a key (issuer, subject, schema, digest) says what holds: the registry's states are the fold
    of these rows. ``expires_at`` is 0 for no end, and at most 2^63-1, which no clock reaches.
    """

    __tablename__ = "claim_events"
    __table_args__ = (
        Index("ix_claim_events_subject", "subject", "issuer", "chain_ref"),
        Index("ix_claim_events_digest", "digest"),
        Index(
            "ix_claim_events_not_final",
            "chain_ref",
            "block_number",
            sqlite_where=text(NOT_FINAL),
            postgresql_where=text(NOT_FINAL),
        ),
    )

    chain_ref: Mapped[int] = mapped_column(ForeignKey("chains.id"), primary_key=True)
    block_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    log_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    block_hash: Mapped[bytes] = mapped_column(HASH)
    block_time: Mapped[int] = mapped_column(BigInteger)
    transaction_hash: Mapped[bytes] = mapped_column(HASH)
    issuer: Mapped[str] = mapped_column(ADDRESS)
    subject: Mapped[str] = mapped_column(ADDRESS)
    schema: Mapped[bytes] = mapped_column(HASH)
    digest: Mapped[bytes] = mapped_column(HASH)
    status: Mapped[int] = mapped_column(SmallInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[int] = mapped_column(SmallInteger)
    indexed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    final_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class IdentityClaim(Base):
    """Something that a person asked this server to vouch for, from the request to its end.

    ``sealed`` is value and salt, encrypted; null once erased. ``tag`` is a keyed hash of kind and value, by which
    the same is known again. ``digest`` is all that goes on chain. ``expires_at`` is the last valid second, as it was
    last owed to the chain. ``end`` says how it ended, ``ended_at`` when that was decided; what the chain says of it
    are the events of its digest.
    """

    __tablename__ = "claims"
    __table_args__ = (
        Index(
            "uq_claims_standing",
            "subject",
            "kind",
            "tag",
            unique=True,
            sqlite_where=text(STANDING),
            postgresql_where=text(STANDING),
        ),
        Index("ix_claims_same", "subject", "kind", "tag"),
        Index("ix_claims_account", "account_id", "requested_at", "id"),
        Index(
            "ix_claims_check_due",
            "next_check_at",
            sqlite_where=text(CHECK_DUE),
            postgresql_where=text(CHECK_DUE),
        ),
        Index(
            "ix_claims_to_issue",
            "checked_at",
            "id",
            sqlite_where=text(TO_ISSUE),
            postgresql_where=text(TO_ISSUE),
        ),
        Index(
            "ix_claims_to_revoke",
            "ended_at",
            "id",
            sqlite_where=text(TO_REVOKE),
            postgresql_where=text(TO_REVOKE),
        ),
        Index("ix_claims_expires_at", "expires_at"),
        Index("ix_claims_transaction_id", "transaction_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    issuer: Mapped[str] = mapped_column(ADDRESS)
    subject: Mapped[str] = mapped_column(ADDRESS)
    kind: Mapped[str] = mapped_column(String(16))
    tag: Mapped[bytes] = mapped_column(HASH)
    digest: Mapped[bytes] = mapped_column(HASH, unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_id: Mapped[str | None] = mapped_column(String(16), index=True)
    shown: Mapped[bool]
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)

    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    method: Mapped[str | None] = mapped_column(String(16))
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str | None] = mapped_column(String(300))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    code_hash: Mapped[bytes | None] = mapped_column(HASH)
    code_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    expires_at: Mapped[int | None] = mapped_column(BigInteger)
    transaction_id: Mapped[int | None] = mapped_column(ForeignKey("transactions.id"))
    renewal_id: Mapped[int | None] = mapped_column(ForeignKey("transactions.id"))
    revocation_id: Mapped[int | None] = mapped_column(ForeignKey("transactions.id"))

    end: Mapped[str | None] = mapped_column(String(16))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoke_reason: Mapped[int | None] = mapped_column(SmallInteger)
    reason: Mapped[str | None] = mapped_column(String(300))


class ClaimEvidence(Base):
    """A file or text that a reviewer looks at; encrypted, and gone once the account is."""

    __tablename__ = "claim_evidence"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"), index=True)
    mime: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClaimDecline(Base):
    """What a subject declined, on chain or here: this server's issuer never says it of them again."""

    __tablename__ = "claim_declines"

    subject: Mapped[str] = mapped_column(ADDRESS, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    tag: Mapped[bytes] = mapped_column(HASH, primary_key=True)
    declined_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClaimMail(Base):
    """A code that was sent, or tried to be, for the bounds on mail to one mailbox, one domain, and by one account.

    The tags are those of the mailbox, and of the domain that somebody registered.
    """

    __tablename__ = "claim_mails"
    __table_args__ = (
        Index("ix_claim_mails_tag", "tag", "sent_at"),
        Index("ix_claim_mails_domain_tag", "domain_tag", "sent_at"),
        Index("ix_claim_mails_account", "account_id", "sent_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    tag: Mapped[bytes] = mapped_column(HASH)
    domain_tag: Mapped[bytes | None] = mapped_column(HASH)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ClaimPepper(Base):
    """The key of all tags and codes: random, made once, and encrypted like the values."""

    __tablename__ = "claim_pepper"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
