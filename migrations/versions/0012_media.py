"""Images and videos: the files, what shows them, and what is still to be erased.

Revision: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WAITING = "state = 'processing'"
UNUSED = "uses = 0"


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mime", sa.String(length=50), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=1_000), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_media_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.UniqueConstraint("account_id", "digest", name="uq_media_account_id_digest"),
    )
    for name, column, condition in (
        ("ix_media_waiting", "id", WAITING),
        ("ix_media_unused", "touched_at", UNUSED),
    ):
        op.create_index(
            name,
            "media",
            [column],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
    op.create_table(
        "media_leftovers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_media_leftovers"),
    )
    op.create_index("ix_media_leftovers_due_at", "media_leftovers", ["due_at"])
    op.create_table(
        "post_media",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_post_media_media_id"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_post_media_post_id"),
        sa.PrimaryKeyConstraint("post_id", "media_id", name="pk_post_media"),
    )
    op.create_index("ix_post_media_media", "post_media", ["media_id", "post_id"])


def downgrade() -> None:
    op.drop_table("post_media")
    op.drop_table("media_leftovers")
    op.drop_table("media")
