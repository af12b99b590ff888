"""The composition root: the only place that names concrete adapters."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from digest.dumps import formats
from digest.errors import StoreError
from digest.ingest import Ingest
from digest.readings import Reading
from digest.settings import Settings
from digest.storage.archive import Archive
from digest.storage.database import Database, open_database, sqlite_url
from digest.storage.dumps import DumpStore
from digest.storage.editions import EditionStore
from digest.storage.migrate import migrate
from digest.storage.subscribers import SubscriberTable


def utc_now() -> datetime:
    """Read the clock: the only place that does."""
    return datetime.now(UTC)


class App:
    """Everything that a command or the server needs, made when it is first asked for."""

    def __init__(
        self, settings: Settings, data: Path, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.settings = settings
        self.data = data
        self.clock = clock

    @cached_property
    def database(self) -> Database:
        """The store, made or migrated when it needs to be."""
        make_folder(self.data)
        database = open_database(self.settings.store.url or sqlite_url(self.data / "digest.db"))
        migrate(database, backups=self.data / "backups", now=self.clock())
        return database

    @cached_property
    def archive(self) -> Archive:
        """The papers."""
        return Archive(self.database)

    @cached_property
    def editions(self) -> EditionStore:
        """The editions."""
        return EditionStore(self.database)

    @cached_property
    def readers(self) -> SubscriberTable:
        """The readers."""
        return SubscriberTable(self.database)

    @cached_property
    def _ingest(self) -> Ingest:
        return Ingest(
            archive=self.archive,
            readings=DumpStore(self.database),
            parse=lambda data, now, day: formats.read(data, now=now, captured_on=day),
            parser_version=lambda name: formats.named(name).version,
            max_bytes=self.settings.dumps.max_bytes,
        )

    def ingest_file(self, path: Path, captured_on: date | None, archive_only: bool) -> Reading:
        """Read a dump from a file into the archive."""
        return self._ingest.file(
            path, now=self.clock(), captured_on=captured_on, archive_only=archive_only
        )

    def ingest_bytes(
        self, data: bytes, name: str, captured_on: date | None, archive_only: bool
    ) -> Reading:
        """Read a dump from its bytes into the archive."""
        return self._ingest.bytes(
            data,
            name=name,
            now=self.clock(),
            captured_on=captured_on,
            archive_only=archive_only,
        )

    def close(self) -> None:
        """Let go of the store."""
        if "database" in self.__dict__:
            self.database.close()


def make_folder(folder: Path) -> None:
    """Make the data folder; raises StoreError when it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make the data folder {folder}: {error.strerror}") from None


def secret_key(folder: Path) -> str:
    """Return the key that signs links, made in DIR on first use and readable by nobody else."""
    path = folder / "secret.key"
    make_folder(folder)
    try:
        # x: of two processes that start together, one writes and both read.
        with path.open("x", opener=_private) as stream:
            stream.write(secrets.token_urlsafe(48) + "\n")
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()


def _private(path: str, flags: int) -> int:
    import os  # noqa: PLC0415

    return os.open(path, flags, 0o600)
