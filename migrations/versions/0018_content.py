"""Content by CID: who keeps it, what is to be erased, what is to be pinned.

Revision: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CID = sa.String(length=64)
UNUSED = "uses = 0"
DUE = "next_attempt_at IS NOT NULL"
DAMAGED = "damaged_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "contents",
        sa.Column("cid", CID, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mime", sa.String(length=50), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("damaged_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("cid", name="pk_contents"),
    )
    op.create_table(
        "content_owners",
        sa.Column("cid", CID, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["cid"], ["contents.cid"], name="fk_content_owners_cid"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_content_owners_account_id"
        ),
        sa.PrimaryKeyConstraint("cid", "account_id", name="pk_content_owners"),
    )
    op.create_index(
        "ix_content_owners_account", "content_owners", ["account_id", "created_at", "cid"]
    )
    op.create_table(
        "content_leftovers",
        sa.Column("cid", CID, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("cid", name="pk_content_leftovers"),
    )
    op.create_index("ix_content_leftovers_due_at", "content_leftovers", ["due_at"])
    op.create_table(
        "content_pins",
        sa.Column("cid", CID, nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("cid", name="pk_content_pins"),
    )
    for name, table, column, condition in (
        ("ix_contents_damaged", "contents", "cid", DAMAGED),
        ("ix_content_owners_unused", "content_owners", "touched_at", UNUSED),
        ("ix_content_pins_due", "content_pins", "next_attempt_at", DUE),
    ):
        op.create_index(
            name,
            table,
            [column],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )


def downgrade() -> None:
    for table in ("content_pins", "content_leftovers", "content_owners", "contents"):
        op.drop_table(table)
