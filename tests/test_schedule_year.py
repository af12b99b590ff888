"""A year through the real store and the real tick: nobody misses a period, no paper is lost."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from digest.scheduling import House, tick
from digest.storage.database import Database, open_database, sqlite_url
from digest.storage.deliveries import DeliveryStore
from digest.storage.editions import EditionStore
from digest.storage.migrate import migrate
from digest.storage.rhythms import RhythmStore
from digest.storage.schema import deliveries, papers, subscribers

ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Africa/Cairo",
    "Pacific/Pago_Pago", "Australia/Lord_Howe", "America/Santiago", "Nowhere/Land",
)  # fmt: skip
START = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
READERS = 18
HOUSE = House("Europe/Berlin", 7, 20, timedelta(hours=20), timedelta(hours=72), approve=False)


class Press:
    """The store, and a newsletter whose mails all arrive."""

    def __init__(self, folder: Path) -> None:
        self.database: Database = open_database(sqlite_url(folder / "digest.db"))
        migrate(self.database, backups=folder / "backups", now=START)
        self.editions = EditionStore(self.database)
        self.rhythms = RhythmStore(self.database, DeliveryStore(self.database))
        self.papers = 0

    def subscribe(self, rng: random.Random, reader: int) -> None:
        values = {
            "id": reader, "email": f"r{reader}@example.org", "email_key": f"r{reader}@example.org",
            "keywords": "x", "state": "active", "created_at": START, "confirmed_at": START,
            "timezone": ZONES[reader % len(ZONES)], "hour": rng.randrange(24),
            "cadence": rng.choice(["daily", "daily", "weekdays", "days", "weekly"]),
            "weekdays": sorted(rng.sample(range(7), 2)),
        }  # fmt: skip
        with self.database.write() as connection:
            connection.execute(insert(subscribers).values(values))

    def dump(self, now: datetime) -> None:
        self.papers += 1
        values = {
            "title": f"Paper {self.papers}", "abstract": "", "source_title": "",
            "source_abstract": "", "authors": [], "links": [], "keywords": [], "position": 0,
            "first_seen": now, "provenance": {},
        }  # fmt: skip
        with self.database.write() as connection:
            connection.execute(insert(papers).values(values))

    def change(self, reader: int, **values: object) -> None:
        with self.database.write() as connection:
            where = subscribers.c.id == reader
            connection.execute(update(subscribers).where(where).values(**values, next_due_at=None))

    def tick(self, now: datetime) -> None:
        tick(now, HOUSE, self.editions, self.rhythms)
        with self.database.write() as connection:
            arrived = {"state": "accepted", "changed_at": now}
            connection.execute(
                update(deliveries).where(deliveries.c.state == "planned").values(arrived)
            )

    def issues(self, reader: int) -> list[tuple[int, int, str, datetime]]:
        d = deliveries.c
        query = select(d.since, d.edition, d.period, d.changed_at)
        with self.database.read() as connection:
            rows = connection.execute(query.where(d.subscriber_id == reader).order_by(d.id))
            return [tuple(row) for row in rows]


def live(press: Press, rng: random.Random, days: int, *, trouble: bool) -> set[date]:
    """Let days pass, an hour a step; return the days on which the scheduler was down."""
    down: set[date] = set()
    now, up_again, offset = START, START, timedelta(0)
    while now < START + days * DAY:
        now += HOUR
        if now.hour == 4 and now.weekday() < 5:
            press.dump(now)
        if trouble and rng.random() < 0.002:
            up_again = now + rng.choice([3, 30, 200]) * HOUR
        if trouble and rng.random() < 0.002:
            offset = -rng.choice([1, 5, 30]) * HOUR  # the clock is set back, and right again
        if trouble and rng.random() < 0.01:
            press.change(
                rng.randint(1, READERS), timezone=rng.choice(ZONES), hour=rng.randrange(24)
            )
        if trouble and rng.random() < 0.004:
            pause = (now + rng.randrange(20) * DAY).date()
            press.change(rng.randint(1, READERS), paused_until=pause)
        if now < up_again:
            down.add(now.date())
            continue
        press.tick(now + offset)
        offset = timedelta(0)
    return down


@pytest.mark.parametrize("seed", [2026])
def test_a_year_of_troubles_loses_and_repeats_no_paper_and_serves_no_period_twice(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    press = Press(tmp_path)
    for reader in range(1, READERS + 1):
        press.subscribe(rng, reader)
    live(press, rng, 365, trouble=True)
    newest = press.editions.newest()
    assert newest is not None
    for reader in range(1, READERS + 1):
        issues = press.issues(reader)
        periods = [period for _, _, period, _ in issues]
        assert len(periods) == len(set(periods))
        assert len(issues) > 15
        for (_, upto, _, _), (since, _, _, _) in pairwise(issues):
            assert since == upto, f"reader {reader}: editions lost or repeated"
        assert issues[-1][1] > newest.number - 25


def test_without_trouble_every_day_with_papers_brings_one_issue_at_the_readers_hour(
    tmp_path: Path,
) -> None:
    press = Press(tmp_path)
    rng = random.Random(7)
    for reader in range(1, READERS + 1):
        press.subscribe(rng, reader)
        press.change(reader, cadence="daily")
    live(press, rng, 40, trouble=False)
    newest = press.editions.newest()
    assert newest is not None
    for reader in range(1, READERS + 1):
        issues = press.issues(reader)
        assert [upto for _, upto, _, _ in issues[1:]] == list(
            range(issues[0][1] + 1, issues[-1][1] + 1)
        ), "one edition an issue, none left out"
        assert issues[-1][1] >= newest.number - 1
        hours = {at.hour for _, _, _, at in issues}
        assert len(hours) == 1, (
            f"reader {reader} moved about: {sorted(hours)}"
        )  # no zone here moves its clocks in these weeks
