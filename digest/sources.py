"""Asking the sources: who is due, what each brought, and how well each is.

A fetch is visit → ingest → judge → keep. It runs in a thread of its own and never in the way of
a send; a source that fails costs nothing but its own record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Protocol

from digest.dumps import health
from digest.dumps.health import FetchRecord
from digest.dumps.http import Fetcher
from digest.errors import NotFound
from digest.places import Visit, visit_folder, visit_mailbox, visit_url, without_validators
from digest.readings import Reading
from digest.settings import Source
from digest.storage.fetches import Fetch

TELL_AFTER_FAILURES = 3  # in a row; one lost connection is nobody's business
TELL_AGAIN = timedelta(days=1)
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
        key = f"{self.prefix}:{name}"
        if len(key) <= 200:  # the column's width; a host name may have 253 letters
            return key
        return f"{self.prefix}:{hashlib.sha256(name.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class HostPauses:
    """When each host was last asked, across restarts; a Pace for the fetcher."""

    moments: Moments

    def last_fetch(self, host: str) -> datetime | None:
        """Return the moment, or None."""
        return self.moments.get(host)

    def note_fetch(self, host: str, at: datetime) -> None:
        """Keep the moment."""
        self.moments.set(host, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The sources of the settings, and what they need of the world."""

    configured: Sequence[Source]
    data: Path  # relative paths start here
    fetches: Fetches
    facts: Facts
    fetcher: Callable[[], Fetcher]
    ingest: Callable[[bytes, str, str | None], Reading]  # (bytes, name, format)
    clock: Callable[[], datetime]
    settled: timedelta
    max_bytes: int

    def named(self, name: str) -> Source:
        """Return a source by name; raises NotFound, naming those there are."""
        for source in self.configured:
            if source.name == name:
                return source
        known = ", ".join(source.name for source in self.configured) or "none yet"
        raise NotFound(f"there is no source {name!r}; the settings have: {known}")

    def next_fetch(self, source: Source) -> datetime | None:
        """Return when a source is asked next; None: at once."""
        last = self.fetches.last(source.name)
        now = self.clock()
        if last is None or last.at > now:  # the clock was set back
            return None
        turn = last.at + timedelta(minutes=source.every_minutes)
        pause = Moments(self.facts, "not-before").get(source.name)
        return max(turn, pause) if pause and pause - now < timedelta(days=2) else turn

    def due(self) -> list[Source]:
        """Return the sources whose turn has come."""
        now = self.clock()
        return [each for each in self.configured if (self.next_fetch(each) or now) <= now]

    def fetch(self, source: Source) -> Fetch:
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
        if any(reading.rejected for reading in readings):
            visit = without_validators(visit)
        if visit.retry_at:
            Moments(self.facts, "not-before").set(source.name, visit.retry_at)
        fetch = _judged(source.name, now, visit, readings, "; ".join(errors) or None, past)
        self.fetches.save(fetch)
        return fetch

    def worth_telling(self, fetch: Fetch) -> bool:
        """Tell whether the operator should hear of it now: at most once a day and source.

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

    def _visit(self, source: Source, last: Fetch | None) -> Visit:
        if source.kind == "url":
            return visit_url(
                source,
                self.fetcher(),
                etag=last.etag if last else None,
                last_modified=last.last_modified if last else None,
            )
        path = self.data / (source.path or "")
        if source.kind == "mailbox":
            return visit_mailbox(path)
        return visit_folder(path, now=self.clock(), settled=self.settled, max_bytes=self.max_bytes)


def _judged(
    name: str,
    now: datetime,
    visit: Visit,
    readings: Sequence[Reading],
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
    told = health.judge([_record(each) for each in condensed(past, now.date())], record)
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
