"""Since when, and until when, an address was an account's: answers as of a moment go by it.

What was unlinked and linked again before is not known any more; each address has the one time that its row says.

Revision: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "author_tenures",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("address", sa.String(42), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_author_tenures_account_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_author_tenures"),
    )
    op.create_index("ix_author_tenures_account_id", "author_tenures", ["account_id"])
    op.create_index("ix_author_tenures_address", "author_tenures", ["address"])
    op.execute(
        "INSERT INTO author_tenures (address, account_id, since, until)"
        " SELECT authors.address, authors.account_id, authors.created_at, authors.released_at"
        " FROM authors JOIN accounts ON accounts.id = authors.account_id"
        " WHERE accounts.deleted_at IS NULL"
    )


def downgrade() -> None:
    op.drop_table("author_tenures")
