"""Bring a store to this version's schema: made when absent, backed up before it changes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

from digest.errors import StoreError, StoreTooNew
from digest.private_files import private_folder
from digest.storage.database import Database
from digest.storage.store_copy import copy_store, sqlite_file

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database, *, backups: Path, now: datetime) -> Path | None:
    """Bring the store to the newest schema; return the backup's path when one was made.

    Raises StoreTooNew when a newer digest wrote it: going on would lose what that one knows.
    """
    with database.read() as connection:
        revision = _revision(connection)
    if revision == _newest():
        return None
    # Alembic comes with template engine and highlighter; a store of today needs none of them.
    from alembic import command  # noqa: PLC0415 - see above

    _refuse_newer(revision)
    backup = _back_up(database, backups, revision, now) if revision else None
    with database.write() as connection:  # the write lock also lets only one process migrate
        if _revision(connection) is None and inspect(connection).has_table("papers"):
            raise StoreError("this file has tables of its own; choose another data folder")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return backup


def schema_version(database: Database) -> str | None:
    """Return the store's revision, None for an empty one."""
    with database.read() as connection:
        return _revision(connection)


def is_newest(database: Database) -> bool:
    """Return whether the store has this version's schema."""
    return schema_version(database) == _newest()


def _refuse_newer(revision: str | None) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreTooNew(
            f"the store was written by a newer digest (schema {revision});"
            " install that version, or restore a backup made before it"
        )


def _back_up(database: Database, backups: Path, revision: str, now: datetime) -> Path | None:
    source = sqlite_file(database)
    if source is None:
        return None  # a server's backups are its operator's
    private_folder(backups)
    target = backups / f"digest-{revision}-{now:%Y%m%dT%H%M%S%f}.db"
    copy_store(source, target)
    return target


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _newest() -> str:
    """Return the newest revision: the names of the scripts begin with theirs."""
    names = (path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))
    return max(name.partition("_")[0] for name in names)


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as in `migrate`

    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as in `migrate`

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
