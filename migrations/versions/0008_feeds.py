"""Events that nobody did, and events on which a consumer failed.

Revision: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("events") as events:
        events.alter_column("account_id", existing_type=sa.Uuid(), nullable=True)
    op.create_table(
        "event_failures",
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("consumer", sa.String(length=40), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=False),
        sa.Column("parked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_event_failures_event_id"),
        sa.PrimaryKeyConstraint("event_id", "consumer", name="pk_event_failures"),
    )
    op.create_index("ix_event_failures_next", "event_failures", ["parked_at", "next_attempt_at"])


def downgrade() -> None:
    op.drop_table("event_failures")
    # The earlier release knows only what somebody did.
    op.execute("DELETE FROM events WHERE account_id IS NULL")
    with op.batch_alter_table("events") as events:
        events.alter_column("account_id", existing_type=sa.Uuid(), nullable=False)
