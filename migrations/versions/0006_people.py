"""Lists of followers by time; wallets that are linked and unlinked; recovery codes; exports; erasing.

Revision: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _followers()
    _wallets()
    _credentials()
    _exports()
    _erasing()


def _followers() -> None:
    op.create_index(
        "ix_follows_followee_time", "follows", ["followee_id", "created_at", "follower_id"]
    )
    op.drop_index("ix_follows_followee", table_name="follows")


def _wallets() -> None:
    op.add_column("authors", sa.Column("released_at", MOMENT, nullable=True))
    purpose = sa.Column("purpose", sa.String(16), nullable=False, server_default="sign_in")
    op.add_column("sign_in_nonces", purpose)
    op.add_column("sign_in_nonces", sa.Column("account_id", sa.Uuid(), nullable=True))


def _credentials() -> None:
    op.add_column("sessions", sa.Column("client", sa.String(60), nullable=True))
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_recovery_codes_account_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_account_id", "recovery_codes", ["account_id"])


def _exports() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ready_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_exports_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
    )
    op.create_index("ix_exports_account_id", "exports", ["account_id"])
    op.create_index("ix_exports_created_at", "exports", ["created_at"])
    still_open = sa.text("state IN ('waiting', 'running')")
    op.create_index(
        "uq_exports_open",
        "exports",
        ["account_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def _erasing() -> None:
    op.add_column("entries", sa.Column("erased_at", MOMENT, nullable=True))
    op.create_table(
        "retired_handles",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_retired_handles"),
    )


def downgrade() -> None:
    op.drop_table("retired_handles")
    with op.batch_alter_table("entries") as entries:
        entries.drop_column("erased_at")
    op.drop_table("exports")
    op.drop_table("recovery_codes")
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("client")
    with op.batch_alter_table("sign_in_nonces") as nonces:
        nonces.drop_column("account_id")
        nonces.drop_column("purpose")
    with op.batch_alter_table("authors") as authors:
        authors.drop_column("released_at")
    op.create_index("ix_follows_followee", "follows", ["followee_id", "follower_id"])
    op.drop_index("ix_follows_followee_time", table_name="follows")
