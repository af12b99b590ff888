"""A consistent copy of a SQLite store, while others write (SQLite's backup API)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from digest.errors import StoreError
from digest.private_files import private_file
from digest.storage.database import Database


def sqlite_file(database: Database) -> Path | None:
    """Return the store's file; None where a server has it, or nothing has."""
    path = database.engine.url.database
    if not database.one_machine or not path or path == ":memory:":
        return None
    return Path(path)


def copy_store(source: Path, target: Path) -> None:
    """Copy a store as it is at one moment, readable by its owner only. Raises StoreError."""
    try:
        private_file(target)
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
            original.backup(copy)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"cannot copy the store to {target}: {error}") from error


def check_copy(path: Path) -> None:
    """Raise StoreError when a file is no whole store of ours."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            [(said,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
            copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"this is no copy of a store: {error}") from error
    if said != "ok":
        raise StoreError(f"the copy of the store is damaged: {said}")
