"""A real SQLite store for each test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.storage.database import Database, open_database, sqlite_url
from digest.storage.migrate import migrate
from tests.blank_store import lay_blank_store

NOW = datetime(2026, 3, 14, 7, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    lay_blank_store(tmp_path)
    opened = open_database(sqlite_url(tmp_path / "digest.db"))
    migrate(opened, backups=tmp_path / "backups", now=NOW)
    yield opened
    opened.close()
