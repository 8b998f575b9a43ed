"""Feeds; events that nobody did, and events on which a consumer failed.

Revision: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
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
    _feeds()


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("from_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_feeds"),
    )
    op.create_index("ix_feeds_read_at", "feeds", ["read_at"])
    key = ("account_id", "created_at", "post_id", "actor_id")
    op.create_table(
        "feed_items",
        *(
            sa.Column(name, MOMENT if name == "created_at" else sa.Uuid(), nullable=False)
            for name in key
        ),
        sa.PrimaryKeyConstraint(*key, name="pk_feed_items"),
    )
    op.create_table(
        "feed_fan_outs",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_feed_fan_outs"),
    )
    op.create_table(
        "merged_accounts",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_merged_accounts"),
    )


def downgrade() -> None:
    for table in ("merged_accounts", "feed_fan_outs", "feed_items", "feeds", "event_failures"):
        op.drop_table(table)
    # The earlier release knows only what somebody did.
    op.execute("DELETE FROM events WHERE account_id IS NULL")
    with op.batch_alter_table("events") as events:
        events.alter_column("account_id", existing_type=sa.Uuid(), nullable=False)
