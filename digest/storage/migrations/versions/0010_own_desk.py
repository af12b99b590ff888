"""a reader's own desk: muted keywords, the key of their feeds, and a library that they uploaded

Follows 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.storage.schema import UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the store forward."""
    op.create_table(
        "muted_items",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("subscriber_id", _NUMBER, nullable=False),
        sa.Column("keywords", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        _of_reader("muted_items"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_muted_items")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_muted_items_subscriber_id"), "muted_items", ["subscriber_id"])
    op.create_table(
        "feed_keys",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("subscriber_id", _NUMBER, nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        _of_reader("feed_keys"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_keys")),
        sa.UniqueConstraint("subscriber_id", name=op.f("uq_feed_keys_subscriber_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "library_papers",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("subscriber_id", _NUMBER, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("arxiv_id", sa.String(40)),
        sa.Column("doi", sa.Text()),
        sa.Column("at", UtcTime(), nullable=False),
        _of_reader("library_papers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_papers")),
    )
    op.create_index(op.f("ix_library_papers_subscriber_id"), "library_papers", ["subscriber_id"])
    op.create_table(
        "library_keys",
        sa.Column("subscriber_id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("key", sa.String(600), nullable=False),
        sa.Column("library_paper_id", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["library_paper_id"],
            ["library_papers.id"],
            name=op.f("fk_library_keys_library_paper_id"),
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "key", name=op.f("pk_library_keys")),
    )


def _of_reader(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["subscriber_id"], ["subscribers.id"], name=op.f(f"fk_{table}_subscriber_id")
    )
