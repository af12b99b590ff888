"""A newsletter in time: the real store and the real tick, with a plain oracle beside them.

After every tick, each reader's wall clock and calendar are looked at by hand: either their newest
slot was served, or one of the good reasons for silence holds. In the end each slot of the calendar
has its answer, or nobody looked while it was the newest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import event, func, insert, select, update

from digest.editions import Edition
from digest.schedule.tick import TOO_FAR, TimeRules, tick
from digest.storage.database import Database, open_database, sqlite_url
from digest.storage.deliveries import DeliveryStore
from digest.storage.editions import EditionStore
from digest.storage.migrate import migrate
from digest.storage.rhythms import RhythmStore
from digest.storage.schema import deliveries, editions, papers, subscribers
from tests.blank_store import lay_blank_store

EVERY_ZONE = sorted(available_timezones() - {"localtime"})
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOUSE = TimeRules("Europe/Berlin", 7, 0, timedelta(hours=20), timedelta(hours=72), approve=False)

Kind = Literal["down", "clock back", "clock ahead", "move", "hour", "cadence", "pause"]
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
    amount: int = 0  # hours down, back or ahead, days of a pause, the new hour
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
    late: timedelta = timedelta(0)  # by how much a tick misses the moment that it waits for
    answers: dict[tuple[int, date], Answer] = field(default_factory=dict)
    ticks: list[datetime] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)  # readers whose rhythm did not stay
    ran_ahead: bool = False  # the clock did, at least once
    fell_back: bool = False  # by more than a day

    def __post_init__(self) -> None:
        lay_blank_store(self.folder)
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
                    self.fell_back |= offset < -DAY
                elif each.kind == "clock ahead":
                    offset = each.amount * HOUR + each.amount * timedelta(seconds=7.3)
                    self.ran_ahead = True
                else:
                    self._change(each, now)
            while dump <= now:
                if dump.weekday() in self.dump_days:
                    self._dump(dump)
                dump += DAY
            was_wrong = offset
            if now >= down_until:
                self._tick(now + offset)
                offset = timedelta(0)  # a clock that is wrong is soon set right
            if was_wrong and not offset:
                now += MINUTE  # the next tick, by the right clock
            else:
                now = self._next_moment(now, dump, max(down_until, now))

    def _next_moment(self, now: datetime, dump: datetime, up: datetime) -> datetime:
        with self.database.read() as connection:
            active = subscribers.c.next_due_at > now
            look = connection.scalar(select(func.min(subscribers.c.next_due_at)).where(active))
        opening = datetime.combine(now.date(), time(HOUSE.hour), ZoneInfo(HOUSE.zone))
        openings = [opening + n * DAY for n in (0, 1) if opening + n * DAY > now]
        wakes: list[datetime] = [dump, openings[0].astimezone(UTC), *([look] if look else [])]
        wakes += [self.happenings[0].at] if self.happenings else []
        return max(min(wakes) + self.late, up, now + MINUTE)

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
        self.rhythms.forget_moments(after=now + TOO_FAR)  # as the server's duty does
        done = tick(now, HOUSE, self.editions, self.rhythms)
        if done.planned:
            with self.database.write() as connection:
                arrived = {"state": "accepted", "changed_at": now}
                planned = deliveries.c.state == "planned"
                connection.execute(update(deliveries).where(planned).values(arrived))
        self.ticks.append(now)
        self._look_on(now)

    def _look_on(self, now: datetime) -> None:
        """Give each reader's newest slot its answer; fail where there is none.

        Of an edition that a clock which was ahead has opened, or that is ahead by a clock which is
        behind: who waits for a moment within a day, by either, goes on waiting for it.
        """
        newest = self.editions.newest()
        alive = newest if newest and newest.expires_at > now else None
        s = subscribers.c
        columns = (s.id, s.last_period, s.last_edition, s.next_due_at)
        with self.database.read() as connection:
            rows = {row.id: row for row in connection.execute(select(*columns))}
        for number, reader in self.readers.items():
            slot = reader.newest(now)
            if slot:
                row = rows[number]
                last = self._last_that_counts(number, reader, now, row.last_period)
                answer = _answer(reader, slot, now, last, row.last_edition, alive)
                if answer == "served" and self.answers.get((number, slot[0])) != "served":
                    before = _answer(reader, slot, now, None, row.last_edition - 1, newest)
                    assert before is None, f"reader {number}: served early, though {before}"
                from_ahead = newest is not None and newest.opened_at > now
                if answer is None and from_ahead and now < row.next_due_at <= now + TOO_FAR:
                    answer = "waits"
                assert answer, f"reader {number} ({reader}) is owed {slot} at {now}: {row}"
                key = number, slot[0]
                if self.answers.get(key) != "served":
                    self.answers[key] = answer

    def _last_that_counts(
        self, number: int, reader: Reader, now: datetime, last: str | None
    ) -> str | None:
        """Return the last period; after a clock that ran ahead, the last that is not ahead."""
        today = now.astimezone(reader.tz).date()
        if not (self.ran_ahead and last and date.fromisoformat(last) > today):
            return last
        periods = [period for _, _, period, _ in self.issues(number)]
        return max(
            (period for period in periods if date.fromisoformat(period) <= today),
            key=date.fromisoformat,
            default=None,
        )

    def issues(self, reader: int) -> list[tuple[int, int, str, datetime]]:
        """Return a reader's issues: (after which edition, up to which, period, when)."""
        d = deliveries.c
        query = select(d.since, d.edition, d.period, d.changed_at)
        with self.database.read() as connection:
            rows = connection.execute(query.where(d.subscriber_id == reader).order_by(d.id))
            return [tuple(row) for row in rows]

    def _too_late(self) -> list[int]:
        """Return issues of editions whose time was over when they were planned."""
        query = select(deliveries.c.id).where(deliveries.c.edition == editions.c.number)
        with self.database.read() as connection:
            over = query.where(deliveries.c.changed_at >= editions.c.expires_at)
            return list(connection.scalars(over))

    def check(self) -> int:
        """Look back on it all; return how many issues there were."""
        assert self._too_late() == [], "an edition whose time was over was offered"
        count = 0
        for number, reader in self.readers.items():
            issues = self.issues(number)
            count += len(issues)
            days = [date.fromisoformat(period) for _, _, period, _ in issues]
            if self.ran_ahead or self.fell_back:  # the same to who looks: a slot that was missed
                assert len(set(days)) == len(days), "no period twice"
            else:
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
    if newest.opened_at > now:
        return None  # by a clock that ran ahead: it does not wait
    if at < begins and reader.next(day) - now <= DAY:
        return "waits"
    return None
