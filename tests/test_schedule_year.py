"""Weeks and years through the real store and the real tick, with a plain oracle beside them.

After every tick, each reader's wall clock and calendar are looked at by hand: either their newest
slot was served, or one of the good reasons for silence holds. In the end each slot of the calendar
has its answer, or nobody looked while it was the newest.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, insert, select, update

from digest.editions import Edition
from digest.scheduling import House, tick
from digest.storage.database import Database, open_database, sqlite_url
from digest.storage.deliveries import DeliveryStore
from digest.storage.editions import EditionStore
from digest.storage.migrate import migrate
from digest.storage.rhythms import RhythmStore
from digest.storage.schema import deliveries, papers, subscribers

EVERY_ZONE = sorted(available_timezones() - {"localtime"})
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOUSE = House("Europe/Berlin", 7, 0, timedelta(hours=20), timedelta(hours=72), approve=False)

Kind = Literal["down", "clock back", "move", "hour", "cadence", "pause"]
Answer = Literal["served", "had", "paused", "nothing new", "waits"]


@dataclass
class Reader:
    """A reader as the oracle knows them."""

    zone: str
    hour: int
    cadence: str
    weekdays: tuple[int, ...]
    confirmed_at: datetime
    paused_until: date | None = None

    @property
    def wanted(self) -> Sequence[int]:
        every = {"daily": range(7), "weekdays": range(5), "weekly": self.weekdays[:1]}
        return every.get(self.cadence, self.weekdays)

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone if self.zone in EVERY_ZONE else HOUSE.zone)

    def slot(self, day: date) -> datetime | None:
        """Return when a day's issue is due by the wall clock, None when there is none."""
        at = datetime.combine(day, time(self.hour), self.tz).astimezone(UTC)
        return at if day.weekday() in self.wanted else None

    def newest(self, now: datetime) -> tuple[date, datetime] | None:
        """Return the newest slot since they confirmed."""
        today = now.astimezone(self.tz).date()
        for day in (today - n * DAY for n in range(9)):
            at = self.slot(day)
            if at and at <= now:
                return (day, at) if at >= self.confirmed_at else None
        return None

    def next(self, day: date) -> datetime:
        slots = (self.slot(day + n * DAY) for n in range(1, 10))
        return next(at for at in slots if at)

    def period(self, day: date) -> str:
        weekly = "{}-W{:02}-{}".format(*day.isocalendar())
        return weekly if self.cadence == "weekly" else day.isoformat()


@dataclass(frozen=True)
class Happening:
    """Something that disturbs the peace."""

    at: datetime
    kind: Kind
    reader: int = 1
    amount: int = 0  # hours down or back, days of a pause, the new hour
    zone: str = "UTC"
    cadence: str = "daily"
    weekdays: tuple[int, ...] = (0,)


@dataclass
class World:
    """A newsletter whose mails all arrive, and whoever looks on."""

    folder: Path
    start: datetime
    readers: dict[int, Reader]
    happenings: list[Happening]
    dump_days: Sequence[int] = range(5)
    answers: dict[tuple[int, date], Answer] = field(default_factory=dict)
    ticks: list[datetime] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)  # readers whose rhythm did not stay

    def __post_init__(self) -> None:
        self.database: Database = open_database(sqlite_url(self.folder / "digest.db"))
        event.listen(  # nobody pulls the plug here
            self.database.engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF")
        )
        migrate(self.database, backups=self.folder / "backups", now=self.start)
        self.editions = EditionStore(self.database)
        self.rhythms = RhythmStore(self.database, DeliveryStore(self.database))
        for number, reader in self.readers.items():
            self._subscribe(number, reader)
        self.happenings.sort(key=lambda each: each.at)

    def _subscribe(self, number: int, reader: Reader) -> None:
        address = f"r{number}@example.org"
        values = {
            "id": number, "email": address, "email_key": address, "keywords": "x",
            "state": "active", "created_at": reader.confirmed_at,
            "confirmed_at": reader.confirmed_at, "timezone": reader.zone, "hour": reader.hour,
            "cadence": reader.cadence, "weekdays": list(reader.weekdays),
        }  # fmt: skip
        with self.database.write() as connection:
            connection.execute(insert(subscribers).values(values))

    def live(self, days: int) -> None:
        """Let days pass, from one moment at which something may happen to the next."""
        now, end = self.start, self.start + days * DAY
        dump = datetime.combine(now.date(), time(4), UTC)
        down_until, offset = now, timedelta(0)
        while now < end:
            while self.happenings and self.happenings[0].at <= now:
                each = self.happenings.pop(0)
                if each.kind == "down":
                    down_until = max(down_until, now + each.amount * HOUR)
                elif each.kind == "clock back":
                    offset = -each.amount * HOUR
                else:
                    self._change(each, now)
            while dump <= now:
                if dump.weekday() in self.dump_days:
                    self._dump(dump)
                dump += DAY
            if now >= down_until:
                self._tick(now + offset)
                offset = timedelta(0)  # a clock that was set back is soon set right
            now = self._next_moment(now, dump, max(down_until, now))

    def _next_moment(self, now: datetime, dump: datetime, up: datetime) -> datetime:
        with self.database.read() as connection:
            active = subscribers.c.next_due_at > now
            look = connection.scalar(select(func.min(subscribers.c.next_due_at)).where(active))
        opening = datetime.combine(now.date(), time(HOUSE.hour), ZoneInfo(HOUSE.zone))
        openings = [opening + n * DAY for n in (0, 1) if opening + n * DAY > now]
        wakes: list[datetime] = [dump, openings[0].astimezone(UTC), *([look] if look else [])]
        wakes += [self.happenings[0].at] if self.happenings else []
        return max(min(wakes), up, now + MINUTE)

    def _change(self, each: Happening, now: datetime) -> None:
        reader = self.readers[each.reader]
        values: dict[str, object] = {}
        match each.kind:
            case "move":
                reader.zone, values["timezone"] = each.zone, each.zone
            case "hour":
                reader.hour, values["hour"] = each.amount % 24, each.amount % 24
            case "cadence":
                reader.cadence, reader.weekdays = each.cadence, each.weekdays
                values |= {"cadence": each.cadence, "weekdays": list(each.weekdays)}
            case "pause":
                until = (now + each.amount * DAY).date()
                reader.paused_until, values["paused_until"] = until, until
        if each.kind != "pause":
            self.changed.add(each.reader)
        with self.database.write() as connection:
            where = subscribers.c.id == each.reader
            connection.execute(update(subscribers).where(where).values(**values, next_due_at=None))

    def _dump(self, now: datetime) -> None:
        values = {
            "title": f"Paper of {now}", "abstract": "", "source_title": "", "source_abstract": "",
            "authors": [], "links": [], "keywords": [], "position": 0, "first_seen": now,
            "provenance": {},
        }  # fmt: skip
        with self.database.write() as connection:
            connection.execute(insert(papers).values(values))

    def _tick(self, now: datetime) -> None:
        done = tick(now, HOUSE, self.editions, self.rhythms)
        if done.planned:
            with self.database.write() as connection:
                arrived = {"state": "accepted", "changed_at": now}
                planned = deliveries.c.state == "planned"
                connection.execute(update(deliveries).where(planned).values(arrived))
        self.ticks.append(now)
        self._look_on(now)

    def _look_on(self, now: datetime) -> None:
        """Give each reader's newest slot its answer; fail where there is none."""
        newest = self.editions.newest()
        alive = newest if newest and newest.expires_at > now else None
        columns = (subscribers.c.id, subscribers.c.last_period, subscribers.c.last_edition)
        with self.database.read() as connection:
            rows = {row.id: row for row in connection.execute(select(*columns))}
        for number, reader in self.readers.items():
            slot = reader.newest(now)
            if slot:
                row = rows[number]
                answer = _answer(reader, slot, now, row.last_period, row.last_edition, alive)
                if answer == "served" and self.answers.get((number, slot[0])) != "served":
                    before = _answer(reader, slot, now, None, row.last_edition - 1, newest)
                    assert before is None, f"reader {number}: served early, though {before}"
                assert answer, f"reader {number} ({reader}) is owed {slot} at {now}: {row}"
                key = number, slot[0]
                if self.answers.get(key) != "served":
                    self.answers[key] = answer

    def issues(self, reader: int) -> list[tuple[int, int, str, datetime]]:
        """Return a reader's issues: (after which edition, up to which, period, when)."""
        d = deliveries.c
        query = select(d.since, d.edition, d.period, d.changed_at)
        with self.database.read() as connection:
            rows = connection.execute(query.where(d.subscriber_id == reader).order_by(d.id))
            return [tuple(row) for row in rows]

    def check(self) -> int:
        """Look back on it all; return how many issues there were."""
        count = 0
        for number, reader in self.readers.items():
            issues = self.issues(number)
            count += len(issues)
            days = [date.fromisoformat(period) for _, _, period, _ in issues]
            assert all(one < other for one, other in pairwise(days)), "no period twice"
            for (_, upto, _, _), (since, _, _, _) in pairwise(issues):
                assert since == upto, f"reader {number}: papers lost or repeated"
            if number not in self.changed:
                for day in self._slots(reader):
                    self._answered(number, reader, day, days)
        return count

    def _slots(self, reader: Reader) -> Iterator[date]:
        day, last = self.start.date() + 2 * DAY, self.ticks[-1].date() - 2 * DAY
        while day < last:
            if reader.slot(day):
                yield day
            day += DAY

    def _answered(self, number: int, reader: Reader, day: date, days: list[date]) -> None:
        at = reader.slot(day)
        assert at
        over = reader.next(day)
        looked = any(at <= each < over for each in self.ticks)
        answer = self.answers.get((number, day))
        assert (answer is None) == (not looked), "somebody looked, or nobody could"
        assert (answer == "served") == (day in days) or answer == "had"


def _answer(
    reader: Reader,
    slot: tuple[date, datetime],
    now: datetime,
    last_period: str | None,
    last_edition: int,
    newest: Edition | None,
) -> Answer | None:
    """Say why a slot is as it is; None: there is no good reason."""
    day, at = slot
    had = date.fromisoformat(last_period) if last_period else None
    if last_period == reader.period(day):
        return "served"
    if had and had >= day:
        return "had"  # they moved west, or the clock was set back
    weekly = "W" in (last_period or "") and reader.cadence == "weekly"
    if had and weekly and had.isocalendar()[:2] == day.isocalendar()[:2]:
        return "had"  # a new weekday brings no second issue in one week
    if reader.paused_until and day < reader.paused_until:
        return "paused"
    if newest is None or newest.number <= last_edition:
        return "nothing new"
    hour = datetime.combine(newest.label, time(HOUSE.hour), ZoneInfo(HOUSE.zone))
    begins = min(hour, newest.opened_at)
    if at < begins and reader.next(day) - now <= DAY:
        return "waits"
    return None


starts = st.datetimes(datetime(2026, 1, 1), datetime(2028, 6, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(minute=1, second=0, microsecond=0)
)
zones = st.one_of(st.sampled_from(EVERY_ZONE), st.sampled_from(EVERY_ZONE), st.just("Nowhere/Land"))
cadences = st.sampled_from(["daily", "daily", "weekdays", "days", "weekly"])
weekdays = st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True).map(tuple)
hours = st.integers(0, 23)


@st.composite
def worlds(draw: st.DrawFn, days: int) -> tuple[datetime, dict[int, Reader], list[Happening]]:
    """Draw a population, its zones from all of tzdata, and what befalls it."""
    start = draw(starts)
    rhythms = st.tuples(zones, hours, cadences, weekdays)
    drawn = draw(st.lists(rhythms, min_size=3, max_size=8))
    readers = {n: Reader(*each, start) for n, each in enumerate(drawn, start=1)}
    happening = st.builds(
        Happening,
        st.integers(1, days * 24 * 60).map(lambda minutes: start + minutes * MINUTE),
        st.sampled_from(["down", "clock back", "move", "hour", "cadence", "pause"]),
        st.integers(1, len(readers)),
        st.sampled_from([1, 3, 5, 20, 30, 100, 21 * 24]),
        zones,
        cadences,
        weekdays,
    )
    return start, readers, draw(st.lists(happening, max_size=8))


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(worlds(days=40))
def test_whatever_befalls_them_each_period_has_one_issue_or_a_good_reason(
    drawn: tuple[datetime, dict[int, Reader], list[Happening]],
) -> None:
    start, readers, happenings = drawn
    with TemporaryDirectory() as folder:
        world = World(Path(folder), start, readers, [*happenings])
        with closing(world.database):
            world.live(days=40)
            world.check()


def test_a_leap_year_of_moves_and_outages(tmp_path: Path) -> None:
    rng, start = random.Random(2028), datetime(2028, 1, 1, 0, 1, tzinfo=UTC)
    odd = ["Africa/Cairo", "Australia/Lord_Howe", "Pacific/Kiritimati", "America/Santiago"]
    readers = {
        n: Reader(zone, rng.randrange(24), cadence, (rng.randrange(7),), start)
        for n, (zone, cadence) in enumerate(zip(odd, ["daily", "weekdays", "weekly", "daily"],
                                                strict=True), start=1)
    }  # fmt: skip
    troubles: list[tuple[Kind, int]] = [
        ("down", 3),
        ("down", 504),
        ("down", 30),
        ("clock back", 30),
    ]
    happenings = [
        Happening(start + rng.randrange(366 * 24) * HOUR, kind, amount=amount)
        for _ in range(3)
        for kind, amount in troubles
    ]
    happenings += [
        Happening(start + rng.randrange(366 * 24) * HOUR, "move", 4, zone=rng.choice(EVERY_ZONE))
        for _ in range(12)
    ]
    world = World(tmp_path, start, readers, happenings)
    with closing(world.database):
        world.live(days=366)
        assert world.check() > 2 * 150
        served = [key for key, answer in world.answers.items() if answer == "served"]
        assert (1, date(2028, 2, 29)) in served


# --- the cases that have names ------------------------------------------------------------

MONDAY = datetime(2026, 3, 2, 0, 1, tzinfo=UTC)


def periods(folder: Path, days: int, *happenings: Happening, **reader: object) -> list[str]:
    """Return the periods of one reader's issues, in a world with papers every day."""
    start = reader.pop("start", MONDAY)
    assert isinstance(start, datetime)
    plain = Reader("UTC", 7, "daily", (0,), start)
    world = World(folder, start, {1: replace(plain, **reader)}, [*happenings], range(7))  # type: ignore[arg-type]
    with closing(world.database):
        world.live(days)
        world.check()
        return [period for _, _, period, _ in world.issues(1)]


def on(day: int, hour: int = 12) -> datetime:
    return MONDAY.replace(day=day, hour=hour, minute=0)


def days_of_march(*numbers: int) -> list[str]:
    return [f"2026-03-{number:02}" for number in numbers]


def test_a_quiet_week_brings_an_issue_a_day(tmp_path: Path) -> None:
    assert periods(tmp_path, 5) == days_of_march(2, 3, 4, 5, 6)


def test_moving_west_across_midnight_brings_no_second_issue_for_the_day(tmp_path: Path) -> None:
    # Served for the 4th in Kiritimati, where it is still the 3rd in Pago Pago.
    west = Happening(on(3, 18), "move", zone="Pacific/Pago_Pago")
    found = periods(tmp_path, 5, west, zone="Pacific/Kiritimati")
    assert found == days_of_march(3, 4, 5, 6)


def test_moving_east_takes_up_the_new_days_at_their_hour(tmp_path: Path) -> None:
    # It is the 4th at once, but there is no paper for it; the next edition waits for the 5th, 7:00.
    east = Happening(on(3, 20), "move", zone="Pacific/Auckland")
    found = periods(tmp_path, 5, east, zone="America/Los_Angeles")
    assert found == days_of_march(2, 3, 5, 6, 7)


def test_from_daily_to_weekly_and_back_midway(tmp_path: Path) -> None:
    weekly = Happening(on(4), "cadence", cadence="weekly", weekdays=(4,))
    daily = Happening(on(15), "cadence", cadence="daily")
    assert periods(tmp_path, 16, weekly, daily) == [
        *days_of_march(2, 3, 4), "2026-W10-5", "2026-W11-5", *days_of_march(15, 16, 17)
    ]  # fmt: skip


def test_another_weekday_brings_no_second_weekly_issue_in_a_week(tmp_path: Path) -> None:
    later = Happening(on(3), "cadence", cadence="weekly", weekdays=(3,))
    found = periods(tmp_path, 12, later, cadence="weekly", weekdays=(0,))
    assert found == ["2026-W10-1", "2026-W11-4"]


def test_the_leap_day_has_its_issue(tmp_path: Path) -> None:
    found = periods(tmp_path, 4, start=datetime(2028, 2, 27, 0, 1, tzinfo=UTC))
    assert found == ["2028-02-27", "2028-02-28", "2028-02-29", "2028-03-01"]


def test_a_clock_set_back_brings_nothing_twice(tmp_path: Path) -> None:
    back = [Happening(on(day, hour), "clock back", amount=30) for day, hour in ((3, 8), (4, 6))]
    assert periods(tmp_path, 5, *back) == days_of_march(2, 3, 4, 5, 6)


def test_three_hours_down_lose_no_period(tmp_path: Path) -> None:
    assert periods(tmp_path, 4, Happening(on(3, 5), "down", amount=3)) == days_of_march(2, 3, 4, 5)


def test_three_weeks_down_bring_one_issue_and_then_the_usual_rhythm(tmp_path: Path) -> None:
    found = periods(tmp_path, 25, Happening(on(3, 5), "down", amount=21 * 24))
    assert found == days_of_march(2, 24, 25, 26)


def test_a_pause_is_kept(tmp_path: Path) -> None:
    found = periods(tmp_path, 8, Happening(on(3), "pause", amount=4))
    assert found == days_of_march(2, 3, 7, 8, 9)
