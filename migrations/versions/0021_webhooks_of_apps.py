"""Webhooks that apps make for those who allow it.

Revision: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("consent_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    # What apps made is nobody's own.
    theirs = "SELECT id FROM webhooks WHERE consent_id IS NOT NULL"
    op.execute(f"DELETE FROM webhook_deliveries WHERE webhook_id IN ({theirs})")  # noqa: S608 - our own names
    op.execute("DELETE FROM webhooks WHERE consent_id IS NOT NULL")
    op.drop_column("webhooks", "consent_id")
