"""Who is due, and what a tick does about it. Thin: what is due stands in the database.

A tick takes `now`, asks, and acts; it remembers nothing. So a scheduler that was down for three
weeks and one that was restarted a second ago do the same. `digest serve` calls `tick` once a
minute; `digest run` does not come here, it sends to everybody at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from digest.editions import Edition
from digest.schedule.due import Due, NotYet, Rhythm, due, is_ahead, stagger_minute
from digest.schedule.rhythms import RhythmRow, Served
from digest.schedule.zones import ONE_DAY, Zones

WELCOME_SPAN = timedelta(days=7)  # a first issue brings the best of so long
BATCH = 2000  # readers looked at in one go
# Everybody is looked at once a day at least. So a moment that is further ahead than the second of
# these was written by a clock that ran ahead, and does not count.
LOOK_WITHIN = ONE_DAY
TOO_FAR = timedelta(hours=25)


class Newcomers(Protocol):
    """Where it stands who has just confirmed."""

    def welcome(self, edition: int, since: int, now: datetime, *, email_keys: Sequence[str]) -> int:
        """Plan the first issue of readers who have just confirmed; of some, return of how many."""


class Rhythms(Newcomers, Protocol):
    """Where it stands who is due."""

    def to_look_at(self, now: datetime, newest: int, limit: int) -> Sequence[RhythmRow]:
        """Return readers whose time has come, or who have no time yet."""

    def periods_of(self, reader: int) -> Collection[str]:
        """Return every period for which a reader has an issue."""

    def look_again(self, moments: Sequence[tuple[int, datetime]]) -> None:
        """Write down when to look at readers next."""

    def serve(
        self, edition: int, served: Sequence[Served], now: datetime, *, email_keys: Sequence[str]
    ) -> int:
        """Plan issues and move their readers on; return how many were planned."""


class PastEditions(Protocol):
    """Where editions are kept, asked for their times."""

    def before(self, moment: datetime) -> int:
        """Return the last edition opened before a moment, 0 for none."""


class OpenEditions(PastEditions, Protocol):
    """Where editions are kept."""

    def newest(self) -> Edition | None:
        """Return the newest edition."""

    def open(
        self, label: date, *, now: datetime, expiry: timedelta, approve: bool
    ) -> Edition | None:
        """Cut the edition of a label."""


@dataclass(frozen=True, slots=True)
class TimeRules:
    """What the operator's settings say of time."""

    zone: str
    hour: int
    stagger_minutes: int
    catch_up: timedelta
    expiry: timedelta
    approve: bool
    only_to: tuple[str, ...] = ()  # keys of addresses; empty: everybody


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick did."""

    edition: Edition | None  # opened now
    planned: int
    warnings: tuple[str, ...]  # e.g. unknown time zones


def tick(now: datetime, rules: TimeRules, editions: OpenEditions, rhythms: Rhythms) -> Ticked:
    """Open the day's edition when its hour has come, and plan the issues of whoever is due."""
    zones = Zones(rules.zone)
    opened = open_edition(now, rules, editions, zones)
    newest = editions.newest()
    offer = newest if newest and newest.is_alive(now) else None
    number = offer.number if offer else 0
    planned = 0
    if number:
        planned += plan_welcomes(number, now, editions, rhythms, rules.only_to)
    while rows := rhythms.to_look_at(now, number, BATCH):
        planned += _look(rows, now, rules, rhythms, offer, zones)
        if len(rows) < BATCH:
            break
    return Ticked(opened, planned, tuple(zones.unknown.values()))


def plan_welcomes(
    edition: int,
    now: datetime,
    editions: PastEditions,
    newcomers: Newcomers,
    only_to: Sequence[str],
) -> int:
    """Plan the first issue of all who have just confirmed; return how many."""
    since, planned = welcome_since(now, editions), 0
    while some := newcomers.welcome(edition, since, now, email_keys=only_to):
        planned += some
    return planned


def welcome_since(now: datetime, editions: PastEditions) -> int:
    """Return after which edition a first issue begins."""
    return editions.before(now - WELCOME_SPAN)


def open_edition(
    now: datetime, rules: TimeRules, editions: OpenEditions, zones: Zones
) -> Edition | None:
    """Open the edition whose hour has come: today's, or yesterday's within the catch-up limit.

    Without new papers none is opened; a dump that comes later in the day still gets its edition.
    """
    newest = editions.newest()
    # A label beyond tomorrow is an operator's slip; it must not stop the days until then.
    tomorrow = now.astimezone(zones[rules.zone]).date() + ONE_DAY
    last = newest.label if newest and newest.label <= tomorrow else None
    for label in edition_labels(now, rules, zones):
        if last is None or last < label:
            edition = editions.open(label, now=now, expiry=rules.expiry, approve=rules.approve)
            return edition if edition and edition.opened_at == now else None
    return None


def edition_labels(now: datetime, rules: TimeRules, zones: Zones) -> list[date]:
    """Return the days whose edition may be opened now, the newest first."""
    zone = zones[rules.zone]
    today = now.astimezone(zone).date()
    labels = []
    for label in (today, today - ONE_DAY):
        hour = datetime.combine(label, time(rules.hour), zone)
        if timedelta(0) <= now - hour <= rules.catch_up:
            labels.append(label)
    return labels


def rhythm_of(row: RhythmRow, rules: TimeRules) -> Rhythm:
    """Return a reader's rhythm; what they did not choose is the newsletter's."""
    minute = stagger_minute(row.id, 0, rules.stagger_minutes) if rules.stagger_minutes else 0
    hour = rules.hour if row.hour is None else row.hour
    zone = row.timezone or rules.zone
    return Rhythm(zone, hour, minute, row.cadence, row.weekdays or (0,))  # type: ignore[arg-type]


def due_of(
    row: RhythmRow,
    now: datetime,
    rules: TimeRules,
    zones: Zones,
    periods_of: Callable[[int], Collection[str]],
) -> Due | NotYet:
    """Decide whether a reader's issue is due; see `digest.schedule.due.due`."""
    rhythm = rhythm_of(row, rules)
    return due(
        rhythm,
        now=now,
        last_period=row.last_period,
        since=row.since,
        zones=zones,
        paused_until=row.paused_until,
        catch_up=rules.catch_up,
        served=periods_of(row.id) if is_ahead(rhythm, now, row.last_period, zones) else (),
    )


def _look(
    rows: Sequence[RhythmRow],
    now: datetime,
    rules: TimeRules,
    rhythms: Rhythms,
    newest: Edition | None,
    zones: Zones,
) -> int:
    served: list[Served] = []
    later: list[tuple[int, datetime]] = []
    for row in rows:
        found = due_of(row, now, rules, zones, rhythms.periods_of)
        look_at = min(found.next_at, now + LOOK_WITHIN)
        if not isinstance(found, Due):
            later.append((row.id, look_at))
        elif newest is None or newest.number <= row.last_edition:
            # Due without anything to offer: it stays due until there is an edition for it.
            later.append((row.id, now))
        elif _waits(found, newest, now, rules, zones):
            later.append((row.id, look_at))
        else:
            served.append(Served(row.id, found.period, look_at))
    rhythms.look_again(later)
    if newest is None or not served:
        return 0
    return rhythms.serve(newest.number, served, now, email_keys=rules.only_to)


def _waits(found: Due, newest: Edition, now: datetime, rules: TimeRules, zones: Zones) -> bool:
    """Return whether an edition waits for the reader's next slot and makes up for no past one.

    A day without papers leaves its slot open. Monday's edition must not go out for Sunday's slot
    the moment it is cut: it would come at the newsletter's hour, and so on every day after. But
    who is mailed seldom and missed their slot to an outage does not wait for days.
    """
    hour = datetime.combine(newest.label, time(rules.hour), zones[rules.zone])
    begins = min(hour, newest.opened_at)  # an operator may have cut it early
    if newest.opened_at > now:
        return False  # by a clock that ran ahead: nobody knows when it was, and it may be long ago
    return found.at < begins and found.next_at - now <= ONE_DAY
