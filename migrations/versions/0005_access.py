"""Apps of others, what people allow them, and the sessions that they have for it.

Revision: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "oauth_apps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("redirect_uris", DOCUMENT, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name="fk_oauth_apps_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_oauth_apps"),
    )
    op.create_index("ix_oauth_apps_owner_id", "oauth_apps", ["owner_id"])
    op.create_table(
        "oauth_consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_oauth_consents_account_id"
        ),
        sa.ForeignKeyConstraint(["app_id"], ["oauth_apps.id"], name="fk_oauth_consents_app_id"),
        sa.PrimaryKeyConstraint("id", name="pk_oauth_consents"),
        sa.UniqueConstraint("account_id", "app_id", name="uq_oauth_consents_account_id_app_id"),
    )
    op.create_index("ix_oauth_consents_app_id", "oauth_consents", ["app_id"])
    op.create_table(
        "oauth_codes",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("redirect_uri", sa.String(length=500), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("challenge", sa.String(length=43), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("spent_at", MOMENT, nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["oauth_consents.id"], name="fk_oauth_codes_consent_id"
        ),
        sa.PrimaryKeyConstraint("hash", name="pk_oauth_codes"),
    )
    op.create_index("ix_oauth_codes_consent_id", "oauth_codes", ["consent_id"])
    op.create_index("ix_oauth_codes_expires_at", "oauth_codes", ["expires_at"])
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(sa.Column("consent_id", sa.Uuid(), nullable=True))
        sessions.add_column(sa.Column("scope", sa.String(length=200), nullable=True))
        sessions.create_foreign_key(
            "fk_sessions_consent_id", "oauth_consents", ["consent_id"], ["id"]
        )
    op.create_index("ix_sessions_consent_id", "sessions", ["consent_id"])


def downgrade() -> None:
    op.drop_index("ix_sessions_consent_id", table_name="sessions")
    # Without its consent a session of an app would be taken for a person's own sign-in.
    op.execute("DELETE FROM sessions WHERE consent_id IS NOT NULL")
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_constraint("fk_sessions_consent_id", type_="foreignkey")
        sessions.drop_column("scope")
        sessions.drop_column("consent_id")
    for table in ("oauth_codes", "oauth_consents", "oauth_apps"):
        op.drop_table(table)
