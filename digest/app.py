"""The composition root: the only place that names concrete adapters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from digest.composing.branding import PressSettings
from digest.composing.render import Press
from digest.composing.templates import Templates
from digest.data_folder import make_folder, secret_key
from digest.dumps import formats
from digest.errors import SettingsError
from digest.ingest import Ingest
from digest.issues import Editor, Rules
from digest.ranking.background import Background
from digest.readings import Reading
from digest.resources import shipped
from digest.settings import Settings, secret_of
from digest.storage.archive import Archive
from digest.storage.database import Database, open_database, sqlite_url
from digest.storage.dumps import DumpStore
from digest.storage.editions import EditionStore
from digest.storage.facts import FactStore
from digest.storage.migrate import migrate
from digest.storage.subscribers import SubscriberTable
from subscribers.links import Links
from subscribers.service import DeskSettings, FrontDesk
from subscribers.tokens import MIN_KEY_BYTES, Tokens


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
    def facts(self) -> FactStore:
        """Single values."""
        return FactStore(self.database)

    @cached_property
    def press(self) -> Press:
        """The mail's templates, compiled."""
        of = self.settings.newsletter
        return Press(
            PressSettings(
                name=of.name,
                base_url=of.base_url or None,
                accent=of.accent,
                logo=of.logo_url or None,
                logo_alt=of.logo_alt,
                postal_address=of.postal_address or None,
                tone=of.tone,
                language=of.language,
                search_link=of.search_url,
                quiet_day=of.quiet_day,
                templates=of.templates,
            ),
            Templates(shipped("templates/email"), of.templates),
        )

    @cached_property
    def tokens(self) -> Tokens:
        """What signs links."""
        of = self.settings.web
        newest = secret_of(of.secret_key, of.secret_key_file, name="web.secret_key_file")
        old = [key.get_secret_value() for key in of.old_secret_keys]
        keys = [*old, newest or secret_key(self.data)]
        if any(len(key.encode()) < MIN_KEY_BYTES for key in keys):
            raise SettingsError(
                f"web.secret_key: {MIN_KEY_BYTES} random bytes or more, else links can be forged;"
                " leave it away, and one is made in the data folder"
            )
        return Tokens([key.encode() for key in keys])

    @cached_property
    def desk(self) -> FrontDesk:
        """The front desk."""
        return FrontDesk(
            store=self.readers,
            mailer=self.post_office,
            tokens=self.tokens,
            settings=DeskSettings(base_url=self.base_url, timezone=self.settings.schedule.timezone),
        )

    @property
    def base_url(self) -> str:
        """Where readers reach the pages: the setting, else this machine."""
        web = self.settings.web
        return self.settings.newsletter.base_url.rstrip("/") or f"http://{web.host}:{web.port}"

    @property
    def links(self) -> Links:
        """What makes readers' links."""
        return Links(self.base_url, self.tokens)

    @property
    def background(self) -> Background:
        """The archive's word statistics, brought up to date with its newest papers."""
        mark, _, blob = (self.facts.get("background") or b"0 ").partition(b" ")
        known = Background.from_bytes(blob) if blob else Background.empty()
        fresh = list(self.archive.all(after=int(mark)))
        if not fresh:
            return known
        background = known.updated(fresh)
        stored = b"%d %s" % (fresh[-1].id, background.to_bytes())
        self.facts.set("background", stored, self.clock())
        return background

    def editor(self) -> Editor:
        """Return who chooses the papers, with the archive's statistics of this moment."""
        of = self.settings.edition
        return Editor(
            offered=lambda since, upto: self.archive.offered(after=since, upto=upto),
            background=self.background,
            rules=Rules(of.max_papers, of.min_papers, self.settings.ranking.floor),
        )

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
