"""Tables of OAuth: apps, what people allowed them, and codes on their way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.columns import DOCUMENT, HASH, UtcDateTime
from webapp.extensions import Base


class OAuthApp(Base):
    """A registered app; one without a secret is a public client. Its id is its client_id."""

    __tablename__ = "oauth_apps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    redirect_uris: Mapped[list[str]] = mapped_column(DOCUMENT)
    # SHA-256 is enough: the secret has 256 random bits.
    secret_hash: Mapped[bytes | None] = mapped_column(HASH)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def confidential(self) -> bool:
        """Whether the app proves by a secret that it is the app."""
        return self.secret_hash is not None


class OAuthConsent(Base):
    """What a person allowed an app; the app's sessions die with it."""

    __tablename__ = "oauth_consents"
    __table_args__ = (UniqueConstraint("account_id", "app_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    app_id: Mapped[UUID] = mapped_column(ForeignKey("oauth_apps.id"), index=True)
    scope: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OAuthCode(Base):
    """An authorization code, good once and for a minute; only its hash is kept."""

    __tablename__ = "oauth_codes"

    hash: Mapped[bytes] = mapped_column(HASH, primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("oauth_consents.id"), index=True)
    redirect_uri: Mapped[str] = mapped_column(String(500))
    scope: Mapped[str] = mapped_column(String(200))
    challenge: Mapped[str] = mapped_column(String(43))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    spent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What it was exchanged for, to end that if the code comes again.
    session_id: Mapped[UUID | None]
