"""refusals that can be taken back, and addresses that were said not to exist

Follows 0004. An address is suppressed when it was said not to exist on two days.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.storage.schema import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the store forward."""
    for name in ("refusals", "doubts"):
        column = sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        op.add_column("deliveries", column)
    op.create_table(
        "unknown_addresses",
        sa.Column("delivery_id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_unknown_addresses")),
    )
    op.create_index(op.f("ix_unknown_addresses_email_key"), "unknown_addresses", ["email_key"])
