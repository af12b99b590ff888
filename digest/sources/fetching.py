"""Asking the sources: who is due, what each brought, and how well each is.

A fetch is visit → ingest → judge → keep. It runs in a thread of its own and never in the way of
a send; a source that fails costs nothing but its own record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Protocol

from digest.archive.dump_results import DumpResult
from digest.errors import DumpError, NotFound
from digest.settings import SourceSettings
from digest.sources import health
from digest.sources.health import FetchRecord
from digest.sources.http import Fetcher, next_turn
from digest.sources.places import (
    SourceVisit,
    visit_folder,
    visit_mailbox,
    visit_url,
    without_validators,
)
from digest.storage.fetches import Fetch

TELL_AFTER_FAILURES = 3  # in a row; one lost connection is nobody's business
TELL_AGAIN = timedelta(days=1)
HOST = "host"  # facts: when a host had its last turn
PARSERS = "parsers"  # facts: which parsers, of which versions, read a source's last answer
_RECENT = 20  # of today's fetches; of earlier days the best one counts


class Fetches(Protocol):
    """Where fetches are kept."""

    def save(self, fetch: Fetch) -> None:
        """Write a fetch down."""

    def last(self, source: str) -> Fetch | None:
        """Return a source's last fetch."""

    def history(self, source: str) -> Sequence[Fetch]:
        """Return a source's fetches, the newest first."""


class Facts(Protocol):
    """Single values that outlive a process."""

    def get(self, name: str) -> bytes | None:
        """Return a value, None when it was never set."""

    def set(self, name: str, value: bytes, now: datetime) -> None:
        """Set a value."""

    def change(self, name: str, new: Callable[[bytes], bytes], now: datetime) -> bytes:
        """Set a value made of the one before (b"" if there was none), at once; return it."""

    def forget(self, prefix: str, before: datetime) -> int:
        """Remove the values of such names that were set before then."""


def _key(prefix: str, name: str) -> str:
    key = f"{prefix}:{name}"
    if len(key) <= 200:  # the column's width; a host name may have 253 letters
        return key
    return f"{prefix}:{hashlib.sha256(name.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments by name, kept as facts."""

    facts: Facts
    prefix: str

    def get(self, name: str) -> datetime | None:
        """Return a moment, None when there is none."""
        value = self.facts.get(self._key(name))
        return datetime.fromisoformat(value.decode()) if value else None

    def set(self, name: str, at: datetime) -> None:
        """Keep a moment."""
        self.facts.set(self._key(name), at.isoformat().encode(), at)

    def _key(self, name: str) -> str:
        return _key(self.prefix, name)


@dataclass(frozen=True, slots=True)
class HostPauses:
    """When each host is asked, across restarts and between processes; a Pace for the fetcher."""

    facts: Facts

    def take_turn(self, host: str, interval: timedelta, now: datetime) -> datetime:
        """Take the host's next free moment, at once and for nobody else."""

        def later(last: bytes) -> bytes:
            before = datetime.fromisoformat(last.decode()) if last else None
            return next_turn(before, interval, now).isoformat().encode()

        taken = self.facts.change(_key(HOST, host), later, now)
        return datetime.fromisoformat(taken.decode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The sources of the settings, and what they need of the world."""

    configured: Sequence[SourceSettings]
    data: Path  # relative paths start here
    fetches: Fetches
    facts: Facts
    fetcher: Callable[[], Fetcher]
    ingest: Callable[[bytes, str, str | None], DumpResult]  # (bytes, name, format)
    parser_version: Callable[[str], int]  # a format's name → its parser's version today
    clock: Callable[[], datetime]
    settled: timedelta
    max_bytes: int

    def named(self, name: str) -> SourceSettings:
        """Return a source by name; raises NotFound, naming those there are."""
        for source in self.configured:
            if source.name == name:
                return source
        known = ", ".join(source.name for source in self.configured) or "none yet"
        raise NotFound(f"there is no source {name!r}; the settings have: {known}")

    def next_fetch(self, source: SourceSettings) -> datetime | None:
        """Return when a source is asked next; None: at once."""
        last = self.fetches.last(source.name)
        now = self.clock()
        if last is None or last.at > now:  # the clock was set back
            return None
        turn = last.at + timedelta(minutes=source.every_minutes)
        pause = Moments(self.facts, "not-before").get(source.name)
        return max(turn, pause) if pause and pause - now < timedelta(days=2) else turn

    def due(self) -> list[SourceSettings]:
        """Return the sources whose turn has come."""
        now = self.clock()
        return [each for each in self.awake if (self.next_fetch(each) or now) <= now]

    @property
    def awake(self) -> list[SourceSettings]:
        """The sources that are not paused."""
        return [each for each in self.configured if not each.paused]

    def look(self, source: SourceSettings) -> SourceVisit:
        """Return what a source has now; nothing is kept, moved or marked."""
        return self._visit(source, None)

    def fetch(self, source: SourceSettings) -> Fetch:
        """Ask a source now, read what it has, and write down how it is."""
        now = self.clock()
        past = list(self.fetches.history(source.name))
        visit = self._visit(source, past[0] if past else None)
        readings = [
            self.ingest(capture.data, capture.name, source.format or None)
            for capture in visit.captures
        ]
        errors = [visit.error] if visit.error else []
        errors += [reading.summary() for reading in readings if reading.format is None]
        try:
            visit.put_away(readings)
        except OSError as error:
            errors.append(f"{error.filename or source.path}: {error.strerror or error}")
        except DumpError as error:
            errors.append(str(error))
        if any(reading.rejected for reading in readings):
            visit = without_validators(visit)
        if visit.retry_at:
            Moments(self.facts, "not-before").set(source.name, visit.retry_at)
        self._remember_parsers(source, readings, now)
        fetch = _judged(source.name, now, visit, readings, "; ".join(errors) or None, past)
        self.fetches.save(fetch)
        return fetch

    def worth_telling(self, fetch: Fetch) -> bool:
        """Return whether the operator should hear of it now: at most once a day and source.

        Marks it as told.
        """
        if fetch.health == "failed":
            past = self.fetches.history(fetch.source)
            failures = list(takewhile(lambda each: each.health == "failed", past))
            if len(failures) < TELL_AFTER_FAILURES:
                return False
        elif fetch.health != "stale":
            return False
        told = Moments(self.facts, "told")
        before = told.get(fetch.source)
        if before and timedelta(0) <= fetch.at - before < TELL_AGAIN:
            return False
        told.set(fetch.source, fetch.at)
        return True

    def _visit(self, source: SourceSettings, last: Fetch | None) -> SourceVisit:
        if source.kind == "url":
            # What an older parser read has to come again, even if it did not change.
            known = last if last and self._parsers_are_those_of(source) else None
            return visit_url(
                source,
                self.fetcher(),
                etag=known.etag if known else None,
                last_modified=known.last_modified if known else None,
                now=self.clock(),
            )
        path = self.data / (source.path or "")
        if source.kind == "mailbox":
            return visit_mailbox(path)
        return visit_folder(path, now=self.clock(), settled=self.settled, max_bytes=self.max_bytes)

    def _remember_parsers(
        self, source: SourceSettings, readings: Sequence[DumpResult], now: datetime
    ) -> None:
        read = {each.format: each.parser_version for each in readings if each.format}
        if source.kind == "url" and read:
            told = json.dumps([source.format, read], sort_keys=True)
            self.facts.set(_key(PARSERS, source.name), told.encode(), now)

    def _parsers_are_those_of(self, source: SourceSettings) -> bool:
        """Return whether today's parsers are those that read the source's last answer."""
        told = self.facts.get(_key(PARSERS, source.name))
        if told is None:
            return False
        wanted, read = json.loads(told)
        try:
            same = all(self.parser_version(name) == version for name, version in read.items())
        except DumpError:  # a plug-in that is gone
            return False
        return same and bool(wanted == source.format)


def _judged(
    name: str,
    now: datetime,
    visit: SourceVisit,
    readings: Sequence[DumpResult],
    error: str | None,
    past: Sequence[Fetch],
) -> Fetch:
    hashes = [reading.sha256 for reading in readings]
    together = hashlib.sha256("".join(hashes).encode()).hexdigest() if hashes else ""
    record = FetchRecord(
        at=now,
        papers=sum(reading.papers for reading in readings),
        new=sum(reading.new for reading in readings),
        bytes=sum(len(capture.data) for capture in visit.captures),
        digest=hashes[0] if len(hashes) == 1 else together,
        error=error,
        unchanged=visit.unchanged,
    )
    told = health.judge_health([_record(each) for each in condensed(past, now.date())], record)
    # After a failure the last good answer's validators still hold.
    keep = past[0] if past and visit.error else None
    return Fetch(
        source=name,
        at=now,
        health=told.state,
        reason=told.reason,
        bytes=record.bytes,
        papers=record.papers,
        new=record.new,
        sha256=record.digest or None,
        etag=keep.etag if keep else visit.etag,
        last_modified=keep.last_modified if keep else visit.last_modified,
    )


def condensed(history: Sequence[Fetch], today: date) -> list[Fetch]:
    """Return what tells of a source's habits: of each earlier day its best fetch, and today's.

    So a source that is asked every five minutes is judged by weeks, like one asked daily.
    """
    best: dict[date, Fetch] = {}
    recent: list[Fetch] = []
    for fetch in history:  # the newest first
        day = fetch.at.date()
        if day == today and (fetch.new or len(recent) < _RECENT):
            recent.append(fetch)
        elif day != today and (day not in best or _rank(fetch) > _rank(best[day])):
            best[day] = fetch
    return [*recent, *best.values()]


def _rank(fetch: Fetch) -> tuple[bool, int, int]:
    return fetch.health != "failed", fetch.new, fetch.papers


def _record(fetch: Fetch) -> FetchRecord:
    return FetchRecord(
        at=fetch.at,
        papers=fetch.papers,
        new=fetch.new,
        bytes=fetch.bytes,
        digest=fetch.sha256 or "",
        error=fetch.reason if fetch.health == "failed" else None,
    )
