"""which of its two forms an issue's subject has, so that the reader's next one has the other

Follows 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    op.add_column("deliveries", sa.Column("turn", sa.SmallInteger()))
