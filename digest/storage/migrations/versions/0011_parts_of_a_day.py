"""an edition's part of its day: what came later may go out the same day

Follows 0010. A label was an edition's alone; now a label and a part are.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.storage.schema import UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEPT = "number, label, state, opened_at, expires_at, finished_at, papers"


def upgrade() -> None:
    """Bring the store forward."""
    if op.get_context().dialect.name == "sqlite":
        _anew()
        return
    op.add_column("editions", _part())
    op.drop_constraint("uq_editions_label", "editions", type_="unique")
    op.create_unique_constraint("uq_editions_label_part", "editions", ["label", "part"])


def _part() -> sa.Column[int]:
    return sa.Column("part", sa.Integer(), nullable=False, server_default="1")


def _anew() -> None:
    """Make the table anew: SQLite takes no constraint off.

    Deliveries refer to editions; that is looked at when all is in place again. The new rows are
    put into a table of the old name, as only those count for it.
    """
    op.execute("PRAGMA defer_foreign_keys=ON")
    op.execute("CREATE TABLE kept_editions AS SELECT * FROM editions")
    op.drop_table("editions")
    op.create_table(
        "editions",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("label", sa.Date(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime()),
        sa.Column("papers", sa.Integer(), nullable=False),
        _part(),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_editions")),
        sa.UniqueConstraint("label", "part", name=op.f("uq_editions_label_part")),
    )
    op.execute(f"INSERT INTO editions ({_KEPT}) SELECT {_KEPT} FROM kept_editions")  # noqa: S608
    op.drop_table("kept_editions")
