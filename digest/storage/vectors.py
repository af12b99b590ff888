"""Vectors of meaning, by the hash of model and text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from digest.storage.database import Database, conflict_insert
from digest.storage.schema import embeddings

_CHUNK = 500


class VectorStore:
    """All SQL about vectors (a ranking.semantics.VectorStore)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Return the vectors that are known, by key."""
        found: dict[str, bytes] = {}
        with self._database.read() as connection:
            for start in range(0, len(keys), _CHUNK):
                chunk = keys[start : start + _CHUNK]
                query = select(embeddings).where(embeddings.c.key.in_(chunk))
                found.update({row.key: row.vector for row in connection.execute(query)})
        return found

    def put(self, vectors: Mapping[str, bytes]) -> None:
        """Keep some vectors; a known key stays as it is."""
        if not vectors:
            return
        rows = [{"key": key, "vector": vector} for key, vector in vectors.items()]
        with self._database.write() as connection:
            connection.execute(
                conflict_insert(connection, embeddings).on_conflict_do_nothing(), rows
            )
