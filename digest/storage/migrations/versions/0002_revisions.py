"""newer versions of papers

Follows 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    op.add_column("papers", sa.Column("version", sa.Integer(), nullable=True))
    op.create_table(
        "revisions",
        sa.Column("paper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revised_on", sa.Date(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_revisions_paper_id")),
        sa.PrimaryKeyConstraint("paper_id", "version", name=op.f("pk_revisions")),
    )
    op.create_index(op.f("ix_revisions_edition"), "revisions", ["edition"], unique=False)
