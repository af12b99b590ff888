"""how well a paper has to match a reader's keywords: strict, normal or wide

Follows 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    op.add_column(
        "subscribers",
        sa.Column("breadth", sa.String(10), nullable=False, server_default="normal"),
    )
