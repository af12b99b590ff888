"""Alembic's entry: it runs on the connection that `migrate.py` hands over."""

from __future__ import annotations

from alembic import context

from digest.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite's DDL is transactional once the driver lets it be
    render_as_batch=True,
)
context.run_migrations()
