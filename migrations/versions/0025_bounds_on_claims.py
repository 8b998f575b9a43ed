"""Codes are bounded by the domain they go to, and how often the same is claimed again.

Revision: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("claim_mails", sa.Column("domain_tag", sa.LargeBinary(length=32), nullable=True))
    op.create_index("ix_claim_mails_domain_tag", "claim_mails", ["domain_tag", "sent_at"])
    op.create_index("ix_claims_same", "claims", ["subject", "kind", "tag"])


def downgrade() -> None:
    op.drop_index("ix_claims_same", table_name="claims")
    op.drop_index("ix_claim_mails_domain_tag", table_name="claim_mails")
    op.drop_column("claim_mails", "domain_tag")
