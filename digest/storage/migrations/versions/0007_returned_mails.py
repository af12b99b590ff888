"""what came back: bounces and complaints, each handled once

Follows 0006. A soft bounce is remembered until enough of them stop mail to a reader.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.storage.schema import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the store forward."""
    op.create_table(
        "returned_mails",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("delivery_id", _NUMBER),
        sa.Column("subscriber_id", _NUMBER),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_returned_mails")),
    )
    op.create_index(
        op.f("ix_returned_mails_subscriber_id_at"), "returned_mails", ["subscriber_id", "at"]
    )
    op.create_index(op.f("ix_returned_mails_at"), "returned_mails", ["at"])
