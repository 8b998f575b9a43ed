"""Which files metadata name, by their CIDs: hiding a token looks them up instead of reading all metadata.

Revision: 0028
"""

import sqlalchemy as sa
from alembic import op

from webapp.assets.files import named_files

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLE = "metadata_files"
AT_ONCE = 500


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("cid", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest"],
            ["asset_metadata.digest"],
            name="fk_metadata_files_digest",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", "cid", name="pk_metadata_files"),
    )
    op.create_index("ix_metadata_files_cid", TABLE, ["cid"])
    _fill(op.get_bind())


def downgrade() -> None:
    op.drop_table(TABLE)


def _fill(connection: sa.Connection) -> None:
    known = sa.table("asset_metadata", sa.column("digest"), sa.column("document"))
    files = sa.table(TABLE, sa.column("digest"), sa.column("cid"))
    query, last = sa.select(known).order_by(known.c.digest).limit(AT_ONCE), b""
    while rows := connection.execute(query.where(known.c.digest > last)).all():
        last = rows[-1].digest
        named = [
            {"digest": row.digest, "cid": cid} for row in rows for cid in named_files(row.document)
        ]
        if named:
            connection.execute(files.insert(), named)
