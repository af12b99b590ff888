"""Vectors kept in a file of their own, for the lab: what was embedded once never is again."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from digest.errors import ModelError

_CHUNK = 500


class VectorFile:
    """A SQLite file of vectors (a semantics.VectorCache); several processes may share it."""

    def __init__(self, path: Path) -> None:
        """Open a file, made when it is not there. Raises ModelError when it cannot be."""
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection, connection:
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS vectors"
                    " (key TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
                )
        except (OSError, sqlite3.Error) as problem:
            raise ModelError(f"{path}: cannot keep vectors there: {problem}") from None

    def get(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Return the vectors that are known, by key."""
        found: dict[str, bytes] = {}
        with closing(self._connect()) as connection:
            for start in range(0, len(keys), _CHUNK):
                chunk = keys[start : start + _CHUNK]
                marks = ",".join("?" * len(chunk))
                query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608
                found.update(connection.execute(query, chunk).fetchall())
        return found

    def put(self, vectors: Mapping[str, bytes]) -> None:
        """Keep some vectors; a known key stays as it is."""
        with closing(self._connect()) as connection, connection:
            connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", vectors.items())

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=60.0)
