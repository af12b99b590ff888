"""requests to subscribe, each with a link of its own

Follows 0003. A reader who had left and was asked anew is again who has left; links of letters that
are under way from before do not confirm any more: their page says to subscribe once more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.storage.schema import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the store forward."""
    op.create_table(
        "requests",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("subscriber_id", _NUMBER, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("wishes", sa.JSON(), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_requests_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_requests_subscriber_id"), "requests", ["subscriber_id"])
    op.create_index(op.f("ix_requests_asked_at"), "requests", ["asked_at"])
    op.execute(
        "UPDATE subscribers SET state = 'left', pending_since = NULL "
        "WHERE state = 'pending' AND left_at IS NOT NULL"
    )
