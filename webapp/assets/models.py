"""Tables of assets: what the chain's events say, what is known of metadata, and what people are minting.

``AssetTransfer`` is what was read of the chain. ``Asset`` follows from it alone and can be made anew at any time
(``troth rebuild assets``); everything else is ours.
"""

from datetime import datetime
from enum import StrEnum
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
STANDS = "withdrawn_at IS NULL"


class AssetTransfer(Base):
    """A Transfer in a canonical block; without a sender it is a mint, and has the digest of its Minted."""

    __tablename__ = "asset_transfers"
    __table_args__ = (
        Index("ix_asset_transfers_token", "chain_ref", "token", "block_number", "log_index"),
        # Every sweep looks for those that are not final, among all that ever were.
        Index(
            "ix_asset_transfers_not_final",
            "chain_ref",
            "block_number",
            sqlite_where=text(NOT_FINAL),
            postgresql_where=text(NOT_FINAL),
        ),
    )

    chain_ref: Mapped[int] = mapped_column(ForeignKey("chains.id"), primary_key=True)
    block_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    log_index: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    token: Mapped[bytes] = mapped_column(HASH)
    sender: Mapped[str | None] = mapped_column(ADDRESS)
    receiver: Mapped[str] = mapped_column(ADDRESS)
    digest: Mapped[bytes | None] = mapped_column(HASH)
    transaction_hash: Mapped[bytes] = mapped_column(HASH)
    block_hash: Mapped[bytes] = mapped_column(HASH)
    block_time: Mapped[int] = mapped_column(BigInteger)
    indexed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    final_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Asset(Base):
    """A token as its transfers leave it; ``moved_block`` and ``moved_index`` are the place of the last one.

    ``id`` follows from the CAIP-19 id. Times are those of blocks, in seconds since 1970.
    """

    __tablename__ = "assets"
    __table_args__ = (
        Index("ix_assets_owner", "chain_ref", "owner", "moved_block", "moved_index"),
        Index("ix_assets_digest", "digest"),
    )

    chain_ref: Mapped[int] = mapped_column(ForeignKey("chains.id"), primary_key=True)
    token: Mapped[bytes] = mapped_column(HASH, primary_key=True)
    id: Mapped[UUID] = mapped_column(index=True)
    creator: Mapped[str] = mapped_column(ADDRESS)
    # As wide as the number's 16 bits, whatever a node says.
    royalty: Mapped[int] = mapped_column(Integer)
    digest: Mapped[bytes] = mapped_column(HASH)
    owner: Mapped[str] = mapped_column(ADDRESS)
    minted_block: Mapped[int] = mapped_column(BigInteger)
    minted_time: Mapped[int] = mapped_column(BigInteger)
    moved_block: Mapped[int] = mapped_column(BigInteger)
    moved_index: Mapped[int] = mapped_column(Integer)
    moved_time: Mapped[int] = mapped_column(BigInteger)


class AssetMetadata(Base):
    """The metadata of a digest, its SHA-256, byte for byte."""

    __tablename__ = "asset_metadata"

    digest: Mapped[bytes] = mapped_column(HASH, primary_key=True)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MetadataFile(Base):
    """A file that metadata name, by its CID in the one spelling of ours."""

    __tablename__ = "metadata_files"

    digest: Mapped[bytes] = mapped_column(
        ForeignKey("asset_metadata.digest", ondelete="CASCADE"), primary_key=True
    )
    cid: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)


class HiddenAsset(Base):
    """A token whose metadata moderators took from view; ownership stays to be seen, as on the chain."""

    __tablename__ = "hidden_assets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hidden_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HiddenContent(Base):
    """A CID that is not served: a hidden token's metadata are there or name it, and those of no token in view did."""

    __tablename__ = "hidden_contents"

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("hidden_assets.id"), primary_key=True)
    cid: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)


class MintBy(StrEnum):
    """Who sends the mint: the server, by the creator's permission, or the creator's own wallet."""

    PERMISSION = "permission"
    WALLET = "wallet"


class Mint(Base):
    """A token that somebody is about to make, or made here; what became of it follows from other rows.

    Without ``signature`` it waits for the creator; ``deadline`` (seconds since 1970) is the permission's.
    """

    __tablename__ = "mints"
    __table_args__ = (
        Index("ix_mints_account", "account_id", "created_at", "id"),
        Index("ix_mints_signed", "signed_at"),
        Index("ix_mints_digest", "digest"),
        # One that stands for each token: two would only cost the gas of the second.
        Index(
            "uq_mints_token",
            "chain_ref",
            "token",
            unique=True,
            sqlite_where=text(STANDS),
            postgresql_where=text(STANDS),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    chain_ref: Mapped[int] = mapped_column(ForeignKey("chains.id"))
    token: Mapped[bytes] = mapped_column(HASH)
    by: Mapped[str] = mapped_column(String(10))
    creator: Mapped[str] = mapped_column(ADDRESS)
    receiver: Mapped[str] = mapped_column(ADDRESS)
    royalty: Mapped[int] = mapped_column(SmallInteger)
    digest: Mapped[bytes] = mapped_column(HASH)
    deadline: Mapped[int | None] = mapped_column(BigInteger)
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    transaction_id: Mapped[int | None] = mapped_column(ForeignKey("transactions.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MintPayment(Base):
    """For whose wallet the server pays a mint; kept for a day, also when the account and its mints are gone."""

    __tablename__ = "mint_payments"
    __table_args__ = (Index("ix_mint_payments_creator", "creator", "signed_at"),)

    transaction_id: Mapped[int] = mapped_column(
        ForeignKey("transactions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    creator: Mapped[str] = mapped_column(ADDRESS)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
