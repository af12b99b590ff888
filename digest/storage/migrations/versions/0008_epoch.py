"""how often senders have written, by which an older store is known

Follows 0007. The name is the store's own: a copy has it, another store does not.
"""

from __future__ import annotations

from secrets import token_hex

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    epoch = op.create_table(
        "epoch",
        sa.Column("store", sa.String(32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", name=op.f("pk_epoch")),
    )
    op.bulk_insert(epoch, [{"store": token_hex(16), "number": 0}])
