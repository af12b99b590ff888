"""what a reader's mails tell of each paper: what it does and found, or its abstract

Follows 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    op.add_column("subscribers", sa.Column("cards", sa.String(10)))
