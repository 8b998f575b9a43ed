"""Lists of followers by time; wallets that are linked and unlinked.

Revision: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _followers()
    _wallets()


def _followers() -> None:
    op.create_index(
        "ix_follows_followee_time", "follows", ["followee_id", "created_at", "follower_id"]
    )
    op.drop_index("ix_follows_followee", table_name="follows")


def _wallets() -> None:
    op.add_column("authors", sa.Column("released_at", MOMENT, nullable=True))
    purpose = sa.Column("purpose", sa.String(16), nullable=False, server_default="sign_in")
    op.add_column("sign_in_nonces", purpose)
    op.add_column("sign_in_nonces", sa.Column("account_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sign_in_nonces") as nonces:
        nonces.drop_column("account_id")
        nonces.drop_column("purpose")
    with op.batch_alter_table("authors") as authors:
        authors.drop_column("released_at")
    op.create_index("ix_follows_followee", "follows", ["followee_id", "follower_id"])
    op.drop_index("ix_follows_followee_time", table_name="follows")
