"""Tables of people: accounts, sessions, sign-in nonces, idempotency keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.columns import ADDRESS, DOCUMENT, HASH, UtcDateTime
from webapp.extensions import Base
from webapp.log.models import Author


class Account(Base):
    """A person, with a handle and password, or with wallets, or both."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    handle: Mapped[str | None] = mapped_column(String(30), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    # Of a password that was chosen later than the account began; not moved by changing it.
    password_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    role: Mapped[str] = mapped_column(String(16), default="member")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    name: Mapped[str | None] = mapped_column(String(60))
    bio: Mapped[str | None] = mapped_column(String(500))
    links: Mapped[list[str]] = mapped_column(DOCUMENT, default=list, server_default="[]")
    avatar_id: Mapped[UUID | None]
    # Counts changes of the profile; its ETag.
    revision: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    authors: Mapped[list[Author]] = relationship(order_by=Author.created_at)


class AccountCounts(Base):
    """How many follow an account, whom it follows, and its posts that are not deleted.

    Changed in the commit that changes what is counted; a row of its own, so that a profile's edit never
    waits for a popular person's new followers.
    """

    __tablename__ = "account_counts"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    followers: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    following: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    posts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class SignInSession(Base):
    """One sign-in on one client; its access tokens die with it."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    # Of an app's session: what allows it, and which scopes; of a person's own sign-in neither.
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("oauth_consents.id"), index=True)
    scope: Mapped[str | None] = mapped_column(String(200))
    # What it was opened with: browser and system, no versions.
    client: Mapped[str | None] = mapped_column(String(60))
    # By which wallet it was opened: unlinking that ends it.
    wallet: Mapped[str | None] = mapped_column(ADDRESS)
    refresh_id: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInNonce(Base):
    """A single-use nonce for EIP-4361, good for one purpose only, and for one account if it names one."""

    __tablename__ = "sign_in_nonces"

    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16), default="sign_in", server_default="sign_in")
    account_id: Mapped[UUID | None]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    spent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RetiredHandle(Base):
    """The SHA-256 of a deleted account's handle: nobody else ever passes for it. Says not whose it was."""

    __tablename__ = "retired_handles"

    digest: Mapped[bytes] = mapped_column(HASH, primary_key=True)


class IdempotencyKey(Base):
    """What a POST with an Idempotency-Key answered; in flight while it has no status."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("scope", "key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(128))
    fingerprint: Mapped[bytes] = mapped_column(HASH)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    headers: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(String(64))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted: it may hold tokens
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
