"""Webhooks by turns, and what names somebody found by an index.

Revision: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ACTED = sa.text("actor_id IS NOT NULL")
_ACTOR = {
    "postgresql": "CAST(body #>> '{data,profile,id}' AS uuid)",
    "sqlite": "replace(json_extract(body, '$.data.profile.id'), '-', '')",
}


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("tried_at", MOMENT, nullable=True))
    op.add_column("webhook_deliveries", sa.Column("actor_id", sa.Uuid(), nullable=True))
    actor = _ACTOR[op.get_bind().dialect.name]
    op.execute(f"UPDATE webhook_deliveries SET actor_id = {actor}")  # noqa: S608 - a constant
    for table in ("webhook_deliveries", "notifications"):
        op.create_index(
            f"ix_{table}_actor", table, ["actor_id"], sqlite_where=ACTED, postgresql_where=ACTED
        )


def downgrade() -> None:
    for table in ("webhook_deliveries", "notifications"):
        op.drop_index(f"ix_{table}_actor", table_name=table)
    for table, column in (("webhook_deliveries", "actor_id"), ("webhooks", "tried_at")):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
