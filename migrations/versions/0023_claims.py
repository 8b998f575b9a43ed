"""Claims that people ask for: values and evidence encrypted, what was declined, mail that was sent.

Revision: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ADDRESS, HASH = sa.String(length=42), sa.LargeBinary(length=32)
ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)
STANDING = sa.text("ended_at IS NULL")
CHECK_DUE = sa.text("next_check_at IS NOT NULL")
TO_ISSUE = sa.text("checked_at IS NOT NULL AND transaction_id IS NULL AND ended_at IS NULL")
TO_REVOKE = sa.text(
    "revoke_reason IS NOT NULL AND revocation_id IS NULL AND transaction_id IS NOT NULL"
)


def upgrade() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", ADDRESS, nullable=False),
        sa.Column("subject", ADDRESS, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("tag", HASH, nullable=False),
        sa.Column("digest", HASH, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=True),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("method", sa.String(length=16), nullable=True),
        sa.Column("next_check_at", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", MOMENT, nullable=True),
        sa.Column("code_hash", HASH, nullable=True),
        sa.Column("code_expires_at", MOMENT, nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("transaction_id", ROW_ID, nullable=True),
        sa.Column("renewal_id", ROW_ID, nullable=True),
        sa.Column("revocation_id", ROW_ID, nullable=True),
        sa.Column("end", sa.String(length=16), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("revoke_reason", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_claims_account_id"),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["transactions.id"], name="fk_claims_transaction_id"
        ),
        sa.ForeignKeyConstraint(["renewal_id"], ["transactions.id"], name="fk_claims_renewal_id"),
        sa.ForeignKeyConstraint(
            ["revocation_id"], ["transactions.id"], name="fk_claims_revocation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
        sa.UniqueConstraint("digest", name="uq_claims_digest"),
    )
    where = {"sqlite_where": STANDING, "postgresql_where": STANDING}
    op.create_index(
        "uq_claims_standing", "claims", ["subject", "kind", "tag"], unique=True, **where
    )
    op.create_index("ix_claims_account", "claims", ["account_id", "requested_at", "id"])
    where = {"sqlite_where": CHECK_DUE, "postgresql_where": CHECK_DUE}
    op.create_index("ix_claims_check_due", "claims", ["next_check_at"], **where)
    where = {"sqlite_where": TO_ISSUE, "postgresql_where": TO_ISSUE}
    op.create_index("ix_claims_to_issue", "claims", ["checked_at", "id"], **where)
    where = {"sqlite_where": TO_REVOKE, "postgresql_where": TO_REVOKE}
    op.create_index("ix_claims_to_revoke", "claims", ["ended_at", "id"], **where)
    for name in ("expires_at", "transaction_id", "key_id"):
        op.create_index(f"ix_claims_{name}", "claims", [name])
    op.create_table(
        "claim_evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_claim_evidence_claim_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_evidence"),
    )
    op.create_index("ix_claim_evidence_claim_id", "claim_evidence", ["claim_id"])
    op.create_index("ix_claim_evidence_key_id", "claim_evidence", ["key_id"])
    op.create_table(
        "claim_declines",
        sa.Column("subject", ADDRESS, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("tag", HASH, nullable=False),
        sa.Column("declined_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("subject", "kind", "tag", name="pk_claim_declines"),
    )
    op.create_table(
        "claim_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("tag", HASH, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_claim_mails_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_mails"),
    )
    op.create_index("ix_claim_mails_tag", "claim_mails", ["tag", "sent_at"])
    op.create_index("ix_claim_mails_account", "claim_mails", ["account_id", "sent_at"])
    op.create_index("ix_claim_mails_sent_at", "claim_mails", ["sent_at"])
    op.create_table(
        "claim_pepper",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_claim_pepper"),
    )


def downgrade() -> None:
    for name in ("claim_pepper", "claim_mails", "claim_declines", "claim_evidence", "claims"):
        op.drop_table(name)
