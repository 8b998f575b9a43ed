"""Finality: up to where a chain ever was final; attempts by the block that holds them.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("chains") as chains:
        chains.add_column(sa.Column("final_to", sa.BigInteger(), nullable=True))
    _keep_what_was_final()
    op.create_index("ix_attempts_block_hash", "attempts", ["block_hash"])


def _keep_what_was_final() -> None:
    """Never lose an anchor that was final; setting up adds what is so at the depth that is set."""
    op.execute(
        "UPDATE chains SET final_to = (SELECT max(anchors.block_number) FROM anchors "
        "JOIN logs ON logs.id = anchors.log_id "
        "WHERE logs.chain_ref = chains.id AND anchors.final_at IS NOT NULL)"
    )


def downgrade() -> None:
    op.drop_index("ix_attempts_block_hash", table_name="attempts")
    with op.batch_alter_table("chains") as chains:
        chains.drop_column("final_to")
