"""Stores are made, backed up before they change, and refused when they are newer."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from digest.errors import StoreError, StoreTooNew
from digest.storage.database import Database, open_database, sqlite_url
from digest.storage.migrate import migrate, schema_version
from digest.storage.schema import metadata

NOW = datetime(2026, 3, 14, 7, 0, tzinfo=UTC)


def test_the_migrations_make_exactly_the_schema(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_the_name_of_the_newest_script_is_the_newest_revision() -> None:
    from digest.storage import migrate as module

    assert module._newest() == module._scripts().get_current_head()


def test_a_store_of_today_is_left_alone(database: Database, tmp_path: Path) -> None:
    assert migrate(database, backups=tmp_path / "more", now=NOW) is None
    assert not (tmp_path / "more").exists()


def test_an_older_store_is_backed_up_before_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store of today plays the older one; a migration of tomorrow is added to the scripts."""
    import shutil

    from digest.storage import migrate as module

    scripts = tmp_path / "migrations"
    shutil.copytree(module._MIGRATIONS, scripts)
    database = open_database(sqlite_url(tmp_path / "digest.db"))
    migrate(database, backups=tmp_path / "backups", now=NOW)
    before = schema_version(database)
    (scripts / "versions" / "9999_tomorrow.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        f"revision = '9999'\ndown_revision = {before!r}\n"
        "def upgrade():\n    op.create_table('tomorrow', sa.Column('id', sa.Integer()))\n"
    )
    monkeypatch.setattr(module, "_MIGRATIONS", scripts)
    backup = migrate(database, backups=tmp_path / "backups", now=NOW)
    assert backup is not None
    assert schema_version(database) == "9999"
    copied = sqlite3.connect(backup)
    tables = {row[0] for row in copied.execute("SELECT name FROM sqlite_master")}
    assert "papers" in tables
    assert "tomorrow" not in tables
    copied.close()
    database.close()


def test_editions_and_their_deliveries_come_through_the_table_that_is_made_anew(
    tmp_path: Path,
) -> None:
    """0011 takes a constraint off `editions`, to which deliveries refer."""
    from alembic import command

    from digest.storage import migrate as module

    database = open_database(sqlite_url(tmp_path / "digest.db"))
    with database.write() as connection:
        config = module._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0010")
        connection.exec_driver_sql(
            "INSERT INTO editions (number, label, state, opened_at, expires_at, papers) VALUES"
            " (1, '2026-03-11', 'open', 0, 9, 10), (2, '2026-03-12', 'open', 0, 9, 20)"
        )
        connection.exec_driver_sql(
            "INSERT INTO subscribers (id, email, email_key, name, keywords, state, language,"
            " cadence, weekdays, wants_html, created_at, last_edition) VALUES"
            " (1, 'ada@example.org', 'ada', '', 'robots', 'active', 'en', 'daily', '[]', 1, 0, 2)"
        )
        connection.exec_driver_sql(
            "INSERT INTO deliveries (edition, subscriber_id, state, generation, attempts,"
            " in_ledger, since) VALUES"
            " (1, 1, 'accepted', 1, 1, 1, 0), (2, 1, 'planned', 0, 0, 0, 1)"
        )
    migrate(database, backups=tmp_path / "backups", now=NOW)
    with database.write() as connection:
        kept = connection.exec_driver_sql("SELECT number, label, papers, part FROM editions")
        assert [tuple(row) for row in kept] == [(1, "2026-03-11", 10, 1), (2, "2026-03-12", 20, 1)]
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("SELECT count(*) FROM deliveries").scalar() == 2
    database.close()


def test_a_newer_store_is_refused_and_untouched(database: Database, tmp_path: Path) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")
    with pytest.raises(StoreTooNew, match="newer digest"):
        migrate(database, backups=tmp_path / "backups", now=NOW)
    assert schema_version(database) == "later"


def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE papers (mine TEXT)")
    other.commit()
    other.close()
    database = open_database(sqlite_url(tmp_path / "other.db"))
    with pytest.raises(StoreError, match="tables of its own"):
        migrate(database, backups=tmp_path, now=NOW)
    database.close()


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "digest.db").write_bytes(b"garbage " * 1000)
    database = open_database(sqlite_url(tmp_path / "digest.db"))
    with pytest.raises(StoreError, match="damaged"):
        migrate(database, backups=tmp_path, now=NOW)
    database.close()
