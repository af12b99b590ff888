"""Every store of one data folder, each made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from digest.app.data_folder import make_folder
from digest.settings import Settings
from digest.storage.database import Database, open_database, sqlite_url
from digest.storage.deliveries import DeliveryStore
from digest.storage.editions import EditionStore
from digest.storage.facts import FactStore
from digest.storage.issue_windows import IssueWindowStore
from digest.storage.migrate import migrate
from digest.storage.recipes import RecipeStore
from digest.storage.rhythms import RhythmStore
from digest.storage.subscribers import SqlSubscriberStore

if TYPE_CHECKING:
    from digest.storage.archive import ArchiveStore


class Stores:
    """One data folder, opened."""

    def __init__(self, settings: Settings, data: Path, clock: Callable[[], datetime]) -> None:
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
    def archive(self) -> ArchiveStore:
        """The papers."""
        from digest.storage.archive import ArchiveStore  # noqa: PLC0415 - numpy, to tell titles apart

        return ArchiveStore(self.database)

    @cached_property
    def editions(self) -> EditionStore:
        """The editions."""
        return EditionStore(self.database, show_updated=self.settings.edition.show_updated)

    @cached_property
    def readers(self) -> SqlSubscriberStore:
        """The readers."""
        return SqlSubscriberStore(self.database)

    @cached_property
    def facts(self) -> FactStore:
        """Single values."""
        return FactStore(self.database)

    @cached_property
    def deliveries(self) -> DeliveryStore:
        """The deliveries."""
        lease = timedelta(seconds=self.settings.delivery.lease_seconds)
        return DeliveryStore(self.database, lease=lease)

    @cached_property
    def recipes(self) -> RecipeStore:
        """What is kept of issues."""
        return RecipeStore(self.database)

    @cached_property
    def windows(self) -> IssueWindowStore:
        """Which editions a reader's issue covers."""
        return IssueWindowStore(self.database)

    @cached_property
    def rhythms(self) -> RhythmStore:
        """When readers are due."""
        return RhythmStore(self.database, self.deliveries)

    def close(self) -> None:
        """Let go of the store."""
        if "database" in self.__dict__:
            self.database.close()
