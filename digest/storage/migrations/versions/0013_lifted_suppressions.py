"""suppressions that were lifted, so that an address that bounces again is suppressed sooner

Follows 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.storage.schema import UtcTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    op.create_table(
        "lifted_suppressions",
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("lifted_at", UtcTime(), nullable=False),
        sa.Column("lifted_by", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("email_key", name=op.f("pk_lifted_suppressions")),
    )
    op.create_index(op.f("ix_lifted_suppressions_lifted_at"), "lifted_suppressions", ["lifted_at"])
