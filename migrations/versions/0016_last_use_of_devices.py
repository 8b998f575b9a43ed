"""What a device signed found by an index.

Revision: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

DELEGATED = sa.text("delegation_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_entries_delegation",
        "entries",
        ["delegation_id", "id"],
        sqlite_where=DELEGATED,
        postgresql_where=DELEGATED,
    )


def downgrade() -> None:
    op.drop_index("ix_entries_delegation", table_name="entries")
