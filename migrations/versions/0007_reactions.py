"""How far the counts were compared with their rows, and how many were corrected.

Revision: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recounts",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("corrected", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", name="pk_recounts"),
    )


def downgrade() -> None:
    op.drop_table("recounts")
