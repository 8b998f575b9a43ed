"""Moderation: reports, actions, appeals and the audit trail.

Revision: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("closed_at IS NULL")
UNDECIDED = sa.text("decided_at IS NULL")
TIMED = sa.text("over_at IS NULL AND until IS NOT NULL")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def _id(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def upgrade() -> None:
    _actions()
    op.create_table(
        "reports",
        _id("id"),
        _id("reporter_id"),
        sa.Column("subject_type", sa.String(length=10), nullable=False),
        _id("subject_id"),
        _id("account_id"),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        _id("action_id", nullable=True),
        _key("reports", "reporter_id", "accounts"),
        _key("reports", "account_id", "accounts"),
        _key("reports", "action_id", "moderation_actions"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
    )
    op.create_index(
        "uq_reports_open",
        "reports",
        ["reporter_id", "subject_type", "subject_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_reports_subject", "reports", ["subject_type", "subject_id", "created_at"])
    _appeals()
    _trail()


def _actions() -> None:
    op.create_table(
        "moderation_actions",
        _id("id"),
        sa.Column("act", sa.String(length=20), nullable=False),
        _id("moderator_id", nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("subject_type", sa.String(length=10), nullable=False),
        _id("subject_id"),
        _id("account_id"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_salt", sa.LargeBinary(length=32), nullable=True),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("over_at", MOMENT, nullable=True),
        _key("moderation_actions", "moderator_id", "accounts"),
        _key("moderation_actions", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_moderation_actions"),
    )
    table = "moderation_actions"
    op.create_index(f"ix_{table}_account", table, ["account_id", "created_at", "id"])
    op.create_index(f"ix_{table}_subject", table, ["subject_type", "subject_id"])
    op.create_index(
        f"ix_{table}_timed", table, ["until"], sqlite_where=TIMED, postgresql_where=TIMED
    )


def _appeals() -> None:
    op.create_table(
        "appeals",
        _id("id"),
        _id("action_id"),
        _id("account_id"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        _id("decision_id", nullable=True),
        _key("appeals", "action_id", "moderation_actions"),
        _key("appeals", "account_id", "accounts"),
        _key("appeals", "decision_id", "moderation_actions"),
        sa.PrimaryKeyConstraint("id", name="pk_appeals"),
    )
    op.create_index(
        "uq_appeals_open",
        "appeals",
        ["action_id"],
        unique=True,
        sqlite_where=UNDECIDED,
        postgresql_where=UNDECIDED,
    )
    op.create_index("ix_appeals_action", "appeals", ["action_id", "created_at"])
    op.create_index("ix_appeals_time", "appeals", ["created_at", "id"])


def _trail() -> None:
    op.create_table(
        "moderation_audit",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        _id("action_id"),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        _key("moderation_audit", "action_id", "moderation_actions"),
        sa.PrimaryKeyConstraint("position", name="pk_moderation_audit"),
        sa.UniqueConstraint("action_id", name="uq_moderation_audit_action_id"),
    )
    op.create_table(
        "moderation_audit_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_moderation_audit_head"),
    )


def downgrade() -> None:
    for table in (
        "moderation_audit_head",
        "moderation_audit",
        "appeals",
        "reports",
        "moderation_actions",
    ):
        op.drop_table(table)
