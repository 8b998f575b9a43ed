"""Notifications, how far they are read and which are wanted; webhooks and what is sent to them.

Revision: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
HEADS = sa.text("is_head")
WAITS = sa.text("next_attempt_at IS NOT NULL")
DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=64), nullable=True),
        sa.Column("topic", sa.String(length=64), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("group_number", sa.BigInteger(), nullable=False),
        sa.Column("group_size", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("group_began_at", MOMENT, nullable=False),
        sa.Column("is_head", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("created_at", MOMENT, nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_notifications_{name}")
            for name, table in (
                ("account_id", "accounts"),
                ("actor_id", "accounts"),
                ("post_id", "posts"),
                ("about_id", "posts"),
            )
        ),
        sa.PrimaryKeyConstraint("account_id", "number", name="pk_notifications"),
        sa.UniqueConstraint(
            "account_id", "kind", "source", name="uq_notifications_account_id_kind_source"
        ),
    )
    for name, columns in (
        ("heads", ["account_id", "number"]),
        ("topic_heads", ["account_id", "kind", "topic"]),
    ):
        op.create_index(
            f"ix_notifications_{name}",
            "notifications",
            columns,
            sqlite_where=HEADS,
            postgresql_where=HEADS,
        )
    op.create_index(
        "ix_notifications_topic", "notifications", ["account_id", "kind", "topic", "actor_id"]
    )
    op.create_index("ix_notifications_group", "notifications", ["account_id", "group_number"])
    op.create_index("ix_notifications_created_at", "notifications", ["created_at"])
    op.create_table(
        "notification_states",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("read_up_to", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="1"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_notification_states_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_notification_states"),
    )
    op.create_table(
        "notification_preferences",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("whom", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_notification_preferences_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", name="pk_notification_preferences"),
    )
    _webhooks()


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("kinds", DOCUMENT, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("disabled_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_webhooks_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_account_id", "webhooks", ["account_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("body", DOCUMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_attempt_at", MOMENT, nullable=True),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name="fk_webhook_deliveries_webhook_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
    )
    op.create_index(
        "ix_webhook_deliveries_next",
        "webhook_deliveries",
        ["next_attempt_at"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
    op.create_index("ix_webhook_deliveries_webhook", "webhook_deliveries", ["webhook_id", "id"])


def downgrade() -> None:
    for table in ("webhook_deliveries", "webhooks"):
        op.drop_table(table)
    for table in ("notification_preferences", "notification_states", "notifications"):
        op.drop_table(table)
