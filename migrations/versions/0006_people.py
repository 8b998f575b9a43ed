"""Lists of followers by time.

Revision: 0006
"""

from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_follows_followee_time", "follows", ["followee_id", "created_at", "follower_id"]
    )
    op.drop_index("ix_follows_followee", table_name="follows")


def downgrade() -> None:
    op.create_index("ix_follows_followee", "follows", ["followee_id", "follower_id"])
    op.drop_index("ix_follows_followee_time", table_name="follows")
