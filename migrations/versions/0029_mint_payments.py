"""For whose wallet a mint was paid: the wallet's share of a day outlasts the account that it signed in to.

Revision: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "mint_payments"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("transaction_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("creator", sa.String(42), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["transactions.id"],
            name="fk_mint_payments_transaction_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("transaction_id", name="pk_mint_payments"),
    )
    op.create_index("ix_mint_payments_creator", TABLE, ["creator", "signed_at"])
    op.create_index("ix_mint_payments_signed_at", TABLE, ["signed_at"])
    op.execute(
        "INSERT INTO mint_payments (transaction_id, creator, signed_at)"
        " SELECT transaction_id, creator, signed_at FROM mints"
        " WHERE transaction_id IS NOT NULL AND signed_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
