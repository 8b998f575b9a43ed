"""Sending and following: states of chains, nodes and signers; bumps and no-ops of transactions.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IN_HAND = "state IN ('reserved', 'signed', 'sending')"


def upgrade() -> None:
    with op.batch_alter_table("chains") as chains:
        chains.add_column(
            sa.Column("state", sa.String(length=16), nullable=False, server_default="syncing")
        )
        chains.add_column(sa.Column("reason", sa.String(length=400), nullable=True))
        chains.add_column(sa.Column("state_at", sa.DateTime(timezone=True), nullable=True))
        chains.add_column(sa.Column("sound_to", sa.BigInteger(), nullable=True))
        chains.add_column(sa.Column("head", sa.BigInteger(), nullable=True))
        chains.add_column(sa.Column("base_fee", sa.BigInteger(), nullable=True))
        chains.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "nodes",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("breaker", sa.String(length=16), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=400), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_nodes")),
    )
    op.create_table(
        "signers",
        sa.Column("chain_ref", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=42), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=True),
        sa.Column("balance", sa.String(length=80), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["chain_ref"], ["chains.id"], name=op.f("fk_signers_chain_ref")),
        sa.PrimaryKeyConstraint("chain_ref", "address", name=op.f("pk_signers")),
    )
    _settle_in_hand()
    with op.batch_alter_table("transactions") as transactions:
        transactions.add_column(
            sa.Column("failures", sa.Integer(), nullable=False, server_default="0")
        )
        transactions.add_column(sa.Column("abandoned_at", sa.DateTime(timezone=True)))
    op.create_index(
        "uq_transactions_in_hand",
        "transactions",
        ["chain_ref", "signer"],
        unique=True,
        sqlite_where=sa.text(IN_HAND),
        postgresql_where=sa.text(IN_HAND),
    )
    op.create_index(
        "ix_anchors_not_final",
        "anchors",
        ["log_id", "block_number"],
        sqlite_where=sa.text("final_at IS NULL"),
        postgresql_where=sa.text("final_at IS NULL"),
    )
    with op.batch_alter_table("attempts") as attempts:
        attempts.add_column(
            sa.Column("kind", sa.String(length=8), nullable=False, server_default="call")
        )
        attempts.add_column(sa.Column("answer", sa.String(length=400), nullable=True))
        attempts.add_column(sa.Column("block_hash", sa.LargeBinary(length=32), nullable=True))
    with op.batch_alter_table("job_claims") as claims:
        claims.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_entries_batch_id", table_name="entries")
    with op.batch_alter_table("entries") as entries:
        entries.drop_constraint("fk_entries_batch_id", type_="foreignkey")


def _settle_in_hand() -> None:
    """Let the next sweep look up what the release before had signed: it may have been sent."""
    op.execute("UPDATE transactions SET state = 'unknown' WHERE state = 'signed'")


def downgrade() -> None:
    with op.batch_alter_table("entries") as entries:
        entries.create_foreign_key("fk_entries_batch_id", "batches", ["batch_id"], ["id"])
    op.create_index("ix_entries_batch_id", "entries", ["batch_id"])
    with op.batch_alter_table("job_claims") as claims:
        claims.drop_column("seen_at")
    with op.batch_alter_table("attempts") as attempts:
        for name in ("block_hash", "answer", "kind"):
            attempts.drop_column(name)
    op.drop_index("ix_anchors_not_final", table_name="anchors")
    op.drop_index("uq_transactions_in_hand", table_name="transactions")
    with op.batch_alter_table("transactions") as transactions:
        for name in ("abandoned_at", "failures"):
            transactions.drop_column(name)
    op.drop_table("signers")
    op.drop_table("nodes")
    with op.batch_alter_table("chains") as chains:
        for name in ("asked_at", "base_fee", "head", "sound_to", "state_at", "reason", "state"):
            chains.drop_column(name)
