"""A blank store of today's schema, as `migrate` makes it of nothing: made once a process.

Ten migrations are a fifth of what many a test takes. `tests/storage/test_migrate.py` runs them all,
and whatever is opened here is still asked for its version.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from digest.private_files import private_file, private_folder
from digest.storage.database import open_database, sqlite_url
from digest.storage.migrate import migrate


def lay_blank_store(folder: Path) -> None:
    """Put a blank `digest.db` into a folder, which is made, unless there is one."""
    file = folder / "digest.db"
    if file.exists():
        return
    private_folder(folder)
    private_file(file)
    file.write_bytes(_blank())
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE epoch SET store = ?", (uuid4().hex,))  # each store has its own


@cache
def _blank() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "digest.db"
        database = open_database(sqlite_url(file))
        migrate(database, backups=Path(folder), now=datetime(2026, 1, 1, tzinfo=UTC))
        database.close()
        return file.read_bytes()
