"""An index of the transactions of mints by when they were sent: all that were paid for in a day are counted.

Revision: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NAME = "ix_transactions_mints"
FOR_MINTS = "substr(key, 1, 5) = 'mint:'"


def upgrade() -> None:
    given = sa.text(FOR_MINTS)
    op.create_index(
        NAME, "transactions", ["sent_at", "state"], sqlite_where=given, postgresql_where=given
    )


def downgrade() -> None:
    op.drop_index(NAME, table_name="transactions")
