"""What a check-up says of the store: whom a run would write to, and of what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from digest.delivery.epoch import Epoch, EpochFile
from digest.operations.doctor.findings import Check, Verdict
from digest.settings import Settings
from digest.sources.health import NOT_WELL
from digest.storage.database import Database, open_database, sqlite_url
from digest.storage.epoch import EpochStore
from digest.storage.fetches import FetchStore
from digest.storage.migrate import is_newest, schema_version
from digest.storage.subscribers import SqlSubscriberStore

_CLOCK = timedelta(minutes=5)  # what a clock may be behind what it wrote before


def store_of(settings: Settings, data: Path) -> str | None:
    """Return the store's address; None: it is not made yet."""
    path = data / "digest.db"
    if settings.store.url or path.exists():
        return settings.store.url or sqlite_url(path)
    return None


def look_at_store(settings: Settings, data: Path) -> str:
    """Return the store's schema in words. Raises StoreError."""
    url = store_of(settings, data)
    if url is None:
        return f"will be made at first use: {data / 'digest.db'}"
    database = open_database(url)
    try:
        return f"schema {schema_version(database) or 'empty: will be made at first use'}"
    finally:
        database.close()


def look_at_epoch(settings: Settings, data: Path, url: str) -> str:
    """Return how many turns a store knows of. Raises OlderStore when it may not know all."""
    database = open_database(url)
    try:
        if not is_newest(database):
            return "told once the store is brought to this version's schema"
        file = EpochFile(settings.store.epoch_file or data / "epoch")
        Epoch(file, EpochStore(database), database.one_machine).check()
        return f"the store knows all that was sent: {EpochStore(database).get().number} turns"
    finally:
        database.close()


def check_readers_and_papers(settings: Settings, data: Path, now: datetime) -> Iterator[Check]:
    """Yield what a run would find nobody or nothing for."""
    inbox = data / settings.dumps.inbox
    if not settings.sources and not any(inbox.glob("*")):
        said = f"none is set and {inbox} is empty: papers come by `digest ingest` alone"
        yield Check("sources", "warning", said)
    url = store_of(settings, data)
    if url is None:
        return
    database = open_database(url)
    try:
        if is_newest(database):
            yield from _sources(settings, database, now)
            yield _readers(settings, database)
    finally:
        database.close()


def _readers(settings: Settings, database: Database) -> Check:
    active = SqlSubscriberStore(database).count("active")
    if not active:
        said = "nobody has a confirmed subscription: `digest subscribers add`, or open the pages"
        return Check("readers", "warning", said)
    pace = settings.delivery.pace.per_second
    hours = active / pace / 3600 if pace else 0.0
    if hours > settings.edition.expires_hours:
        said = (
            f"at delivery.pace.per_second = {pace:g} {active} mails take {hours:,.0f} hours, longer"
            f" than edition.expires_hours ({settings.edition.expires_hours:g}): not all would leave"
        )
        return Check("readers", "error", said)
    return Check("readers", "ok", f"{active} get mail")


def _sources(settings: Settings, database: Database, now: datetime) -> Iterator[Check]:
    """Name a source that is not well by its last fetch, and a clock that has gone back."""
    fetches = FetchStore(database)
    for source in settings.sources:
        last = fetches.last(source.name)
        if source.paused:
            said = f"{source.name} is paused: `digest sources resume {source.name}`"
            yield Check("sources", "ok", said)
        elif last is None:
            said = f"{source.name} was never asked: `digest fetch {source.name}`"
            yield Check("sources", "warning", said)
        else:
            verdict: Verdict = "warning" if last.health in NOT_WELL else "ok"
            yield Check("sources", verdict, f"{source.name} is {last.health}: {last.reason}")
        if last is not None and last.at > now + _CLOCK:
            yield Check(
                "clock",
                "error",
                f"it says {now:%Y-%m-%d %H:%M} UTC, and {source.name} was asked at"
                f" {last.at:%Y-%m-%d %H:%M}: set this machine's clock (timedatectl)",
            )
