"""Tokens, their transfers and metadata, mints, and longer subjects of notifications.

Revision: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ADDRESS, HASH = sa.String(42), sa.LargeBinary(32)
NOT_FINAL, STANDS = sa.text("final_at IS NULL"), sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    _make_projection()
    op.create_table(
        "asset_metadata",
        sa.Column("digest", HASH, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_asset_metadata"),
    )
    op.create_table(
        "hidden_assets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hidden_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hidden_assets"),
    )
    op.create_table(
        "hidden_contents",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("cid", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["hidden_assets.id"], name="fk_hidden_contents_asset_id"
        ),
        sa.PrimaryKeyConstraint("asset_id", "cid", name="pk_hidden_contents"),
    )
    op.create_index("ix_hidden_contents_cid", "hidden_contents", ["cid"])
    _make_mints()
    _widen(64, 80)


def downgrade() -> None:
    op.execute("DELETE FROM notifications WHERE length(subject) > 64")
    _widen(80, 64)
    hidden = ("hidden_contents", "hidden_assets")
    for table in ("mints", *hidden, "asset_metadata", "assets", "asset_transfers"):
        op.drop_table(table)


def _widen(old: int, new: int) -> None:
    with op.batch_alter_table("notifications") as batch:
        batch.alter_column("subject", existing_type=sa.String(old), type_=sa.String(new))


def _make_projection() -> None:
    op.create_table(
        "asset_transfers",
        sa.Column("chain_ref", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", HASH, nullable=False),
        sa.Column("sender", ADDRESS, nullable=True),
        sa.Column("receiver", ADDRESS, nullable=False),
        sa.Column("digest", HASH, nullable=True),
        sa.Column("transaction_hash", HASH, nullable=False),
        sa.Column("block_hash", HASH, nullable=False),
        sa.Column("block_time", sa.BigInteger(), nullable=False),
        sa.Column("indexed_at", MOMENT, nullable=False),
        sa.Column("final_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["chain_ref"], ["chains.id"], name="fk_asset_transfers_chain_ref"),
        sa.PrimaryKeyConstraint(
            "chain_ref", "block_number", "log_index", name="pk_asset_transfers"
        ),
    )
    op.create_index(
        "ix_asset_transfers_token",
        "asset_transfers",
        ["chain_ref", "token", "block_number", "log_index"],
    )
    op.create_index(
        "ix_asset_transfers_not_final",
        "asset_transfers",
        ["chain_ref", "block_number"],
        sqlite_where=NOT_FINAL,
        postgresql_where=NOT_FINAL,
    )
    op.create_table(
        "assets",
        sa.Column("chain_ref", sa.Integer(), nullable=False),
        sa.Column("token", HASH, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator", ADDRESS, nullable=False),
        sa.Column("royalty", sa.Integer(), nullable=False),
        sa.Column("digest", HASH, nullable=False),
        sa.Column("owner", ADDRESS, nullable=False),
        sa.Column("minted_block", sa.BigInteger(), nullable=False),
        sa.Column("minted_time", sa.BigInteger(), nullable=False),
        sa.Column("moved_block", sa.BigInteger(), nullable=False),
        sa.Column("moved_index", sa.Integer(), nullable=False),
        sa.Column("moved_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["chain_ref"], ["chains.id"], name="fk_assets_chain_ref"),
        sa.PrimaryKeyConstraint("chain_ref", "token", name="pk_assets"),
    )
    op.create_index("ix_assets_id", "assets", ["id"])
    op.create_index("ix_assets_digest", "assets", ["digest"])
    op.create_index(
        "ix_assets_owner", "assets", ["chain_ref", "owner", "moved_block", "moved_index"]
    )


def _make_mints() -> None:
    op.create_table(
        "mints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("chain_ref", sa.Integer(), nullable=False),
        sa.Column("token", HASH, nullable=False),
        sa.Column("by", sa.String(10), nullable=False),
        sa.Column("creator", ADDRESS, nullable=False),
        sa.Column("receiver", ADDRESS, nullable=False),
        sa.Column("royalty", sa.SmallInteger(), nullable=False),
        sa.Column("digest", HASH, nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column(
            "transaction_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("signed_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_mints_account_id"),
        sa.ForeignKeyConstraint(["chain_ref"], ["chains.id"], name="fk_mints_chain_ref"),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["transactions.id"], name="fk_mints_transaction_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mints"),
        sa.UniqueConstraint("transaction_id", name="uq_mints_transaction_id"),
    )
    op.create_index("ix_mints_account", "mints", ["account_id", "created_at", "id"])
    op.create_index("ix_mints_signed", "mints", ["signed_at"])
    op.create_index("ix_mints_digest", "mints", ["digest"])
    op.create_index(
        "uq_mints_token",
        "mints",
        ["chain_ref", "token"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )
