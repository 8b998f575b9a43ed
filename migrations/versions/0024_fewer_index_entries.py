"""Indexes of what a post answers and quotes hold only posts that do: most answer and quote nothing.

Revision: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# An index, its columns; the first of them says whether a post has a row in it.
INDEXES = {
    "ix_posts_parent_time": ["parent_id", "created_at", "id"],
    "ix_posts_root_time": ["root_id", "created_at", "id"],
    "ix_posts_quoted_time": ["quoted_id", "created_at", "id"],
    "ix_posts_reply_to": ["reply_to"],
    "ix_posts_quotes": ["quotes"],
}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        given = sa.text(f"{columns[0]} IS NOT NULL")
        op.drop_index(name, table_name="posts")
        op.create_index(name, "posts", columns, sqlite_where=given, postgresql_where=given)


def downgrade() -> None:
    for name, columns in INDEXES.items():
        op.drop_index(name, table_name="posts")
        op.create_index(name, "posts", columns)
