"""Registries that the indexer follows, and the events of IdentityRegistry.

Revision: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ADDRESS, HASH = sa.String(length=42), sa.LargeBinary(length=32)
MOMENT = sa.DateTime(timezone=True)
NOT_FINAL = sa.text("final_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "registries",
        sa.Column("chain_ref", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("address", ADDRESS, nullable=False),
        sa.Column("first_block", sa.BigInteger(), nullable=False),
        sa.Column("read_to", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["chain_ref"], ["chains.id"], name="fk_registries_chain_ref"),
        sa.PrimaryKeyConstraint("chain_ref", "kind", name="pk_registries"),
    )
    op.create_table(
        "claim_events",
        sa.Column("chain_ref", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("block_hash", HASH, nullable=False),
        sa.Column("block_time", sa.BigInteger(), nullable=False),
        sa.Column("transaction_hash", HASH, nullable=False),
        sa.Column("issuer", ADDRESS, nullable=False),
        sa.Column("subject", ADDRESS, nullable=False),
        sa.Column("schema", HASH, nullable=False),
        sa.Column("digest", HASH, nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.SmallInteger(), nullable=False),
        sa.Column("indexed_at", MOMENT, nullable=False),
        sa.Column("final_at", MOMENT),
        sa.ForeignKeyConstraint(["chain_ref"], ["chains.id"], name="fk_claim_events_chain_ref"),
        sa.PrimaryKeyConstraint("chain_ref", "block_number", "log_index", name="pk_claim_events"),
    )
    op.create_index("ix_claim_events_subject", "claim_events", ["subject", "issuer", "chain_ref"])
    op.create_index("ix_claim_events_digest", "claim_events", ["digest"])
    op.create_index(
        "ix_claim_events_not_final",
        "claim_events",
        ["chain_ref", "block_number"],
        sqlite_where=NOT_FINAL,
        postgresql_where=NOT_FINAL,
    )


def downgrade() -> None:
    op.drop_table("claim_events")
    op.drop_table("registries")
