"""By which wallet a session was opened.

Revision: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("wallet", sa.String(length=42), nullable=True))


def downgrade() -> None:
    op.drop_column("sessions", "wallet")
