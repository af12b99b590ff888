"""Every store of one data folder, each made when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from digest.app.data_folder import make_folder, make_private
from digest.settings import Settings
from digest.storage.database import Database, open_database, sqlite_url
from digest.storage.deliveries import DeliveryStore
from digest.storage.editions import EditionStore
from digest.storage.epoch import EpochStore
from digest.storage.issue_windows import IssueWindowStore
from digest.storage.letters import LetterStore
from digest.storage.migrate import migrate
from digest.storage.recipes import RecipeStore
from digest.storage.returned_mails import ReturnedMailStore
from digest.storage.rhythms import RhythmStore
from digest.storage.single_values import FactStore
from digest.storage.subscribers import SqlSubscriberStore
from digest.storage.suppression import SuppressionStore

if TYPE_CHECKING:  # what only some commands need is imported when they ask for it
    from digest.storage.archive import ArchiveStore
    from digest.storage.dumps import DumpStore
    from digest.storage.fetches import FetchStore
    from digest.storage.gauges import GaugeStore
    from digest.storage.ledger import LedgerStore
    from digest.storage.libraries import LibraryStore
    from digest.storage.own_desk import SqlOwnDeskStore
    from digest.storage.own_records import OwnRecordStore
    from digest.storage.sent_issues import SentIssueStore
    from digest.storage.silence import SilenceStore
    from digest.storage.vectors import VectorStore


def open_stores(settings: Settings, data: Path, now: datetime) -> Stores:
    """Open a data folder's store: made when it is absent, migrated when it is an older digest's.

    Raises StoreError.
    """
    make_folder(data)
    if not settings.store.url:
        make_private(data)
    database = open_database(settings.store.url or sqlite_url(data / "digest.db"))
    migrate(database, backups=data / "backups", now=now)
    return Stores(settings, database)


@dataclass
class Stores:
    """All SQL, a store per subject."""

    settings: Settings
    database: Database

    @cached_property
    def archive(self) -> ArchiveStore:
        """The papers."""
        from digest.storage.archive import ArchiveStore  # noqa: PLC0415 - rapidfuzz, to tell titles apart

        return ArchiveStore(self.database)

    @cached_property
    def dumps(self) -> DumpStore:
        """Which dumps were read."""
        from digest.storage.dumps import DumpStore  # noqa: PLC0415 - see above

        return DumpStore(self.database)

    @cached_property
    def vectors(self) -> VectorStore:
        """What texts mean, by the sentence model."""
        from digest.storage.vectors import VectorStore  # noqa: PLC0415 - see above

        return VectorStore(self.database)

    @cached_property
    def fetches(self) -> FetchStore:
        """What came of asking the sources."""
        from digest.storage.fetches import FetchStore  # noqa: PLC0415 - see above

        return FetchStore(self.database)

    @cached_property
    def gauges(self) -> GaugeStore:
        """Counts for the metrics."""
        from digest.storage.gauges import GaugeStore  # noqa: PLC0415 - see above

        return GaugeStore(self.database)

    @cached_property
    def ledger(self) -> LedgerStore:
        """Which papers readers were sent."""
        from digest.storage.ledger import LedgerStore  # noqa: PLC0415 - see above

        return LedgerStore(self.database)

    @cached_property
    def libraries(self) -> LibraryStore:
        """Papers that readers uploaded."""
        from digest.storage.libraries import LibraryStore  # noqa: PLC0415 - see above

        return LibraryStore(self.database)

    @cached_property
    def own_desks(self) -> SqlOwnDeskStore:
        """What readers muted, and the keys of their feeds."""
        from digest.storage.own_desk import SqlOwnDeskStore  # noqa: PLC0415 - see above

        return SqlOwnDeskStore(self.database)

    @cached_property
    def own_records(self) -> OwnRecordStore:
        """All that is kept of a reader."""
        from digest.storage.own_records import OwnRecordStore  # noqa: PLC0415 - see above

        return OwnRecordStore(self.database)

    @cached_property
    def sent_issues(self) -> SentIssueStore:
        """Which issues readers have been sent."""
        from digest.storage.sent_issues import SentIssueStore  # noqa: PLC0415 - see above

        return SentIssueStore(self.database)

    @cached_property
    def silence(self) -> SilenceStore:
        """Who has had no mail for days."""
        from digest.storage.silence import SilenceStore  # noqa: PLC0415 - see above

        return SilenceStore(self.database)

    @cached_property
    def editions(self) -> EditionStore:
        """The editions."""
        return EditionStore(self.database, show_updated=self.settings.edition.show_updated)

    @cached_property
    def readers(self) -> SqlSubscriberStore:
        """The readers."""
        return SqlSubscriberStore(self.database)

    @cached_property
    def letters(self) -> LetterStore:
        """Letters of the front desk that wait."""
        return LetterStore(self.database)

    @cached_property
    def facts(self) -> FactStore:
        """Single values."""
        return FactStore(self.database)

    @cached_property
    def epoch(self) -> EpochStore:
        """How many turns senders have made."""
        return EpochStore(self.database)

    @cached_property
    def deliveries(self) -> DeliveryStore:
        """The deliveries."""
        lease = timedelta(seconds=self.settings.delivery.lease_seconds)
        return DeliveryStore(self.database, lease=lease)

    @cached_property
    def suppressions(self) -> SuppressionStore:
        """Who is not written to."""
        return SuppressionStore(self.database)

    @cached_property
    def returned(self) -> ReturnedMailStore:
        """What came back."""
        return ReturnedMailStore(self.database)

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
        """Let go of the database."""
        self.database.close()
