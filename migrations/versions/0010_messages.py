"""Private messages: conversations, members, ciphertexts, whose messages somebody accepts.

Revision: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
UNTOLD = "NOT told"


def _account(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["accounts.id"], name=f"fk_{table}_{column}")


def _conversation(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_conversation_id"
    return sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=name)


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("pair", sa.LargeBinary(length=32), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.LargeBinary(), nullable=True),
        sa.Column("title_key_id", sa.String(length=16), nullable=True),
        sa.Column("stamp", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("active_at", MOMENT, nullable=False),
        _account("conversations", "owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("pair", name="uq_conversations_pair"),
    )
    op.create_index("ix_conversations_title_key_id", "conversations", ["title_key_id"])
    op.create_table(
        "conversation_members",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT, nullable=True),
        _conversation("conversation_members"),
        _account("conversation_members", "account_id"),
        sa.PrimaryKeyConstraint("conversation_id", "account_id", name="pk_conversation_members"),
    )
    op.create_index(
        "ix_conversation_members_account", "conversation_members", ["account_id", "left_at"]
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False, server_default=sa.false()),
        _conversation("messages"),
        _account("messages", "sender_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index(
        "ix_messages_conversation_time", "messages", ["conversation_id", "created_at", "id"]
    )
    op.create_index("ix_messages_sender", "messages", ["sender_id", "id"])
    op.create_index("ix_messages_key_id", "messages", ["key_id", "id"])
    op.create_index(
        "ix_messages_untold",
        "messages",
        ["id"],
        sqlite_where=sa.text(UNTOLD),
        postgresql_where=sa.text(UNTOLD),
    )
    op.create_table(
        "message_preferences",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("accept", sa.String(length=10), nullable=False),
        _account("message_preferences", "account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_message_preferences"),
    )


def downgrade() -> None:
    for table in ("message_preferences", "messages", "conversation_members", "conversations"):
        op.drop_table(table)
