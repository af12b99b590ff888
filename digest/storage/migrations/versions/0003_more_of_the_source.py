"""what sources tell of a paper besides: summaries, organisations, venues, repositories

Follows 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    for name in ("ai_summary", "ai_summary_model", "venue", "comment", "github_url", "submitter"):
        op.add_column("papers", sa.Column(name, sa.Text(), nullable=True))
    for name in ("ai_keywords", "organisations"):
        column = sa.Column(name, sa.JSON(), nullable=False, server_default="[]")
        op.add_column("papers", column)
    op.add_column("papers", sa.Column("github_stars", sa.Integer(), nullable=True))
