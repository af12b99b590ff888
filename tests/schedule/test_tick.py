"""The tick, with a clock that the test turns and a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.errors import DeliveryError
from digest.operations import editions as edition_operations
from digest.operations.serving import Duties
from digest.schedule import tick as scheduling
from digest.schedule import zone_data
from digest.schedule.due import Rhythm
from digest.schedule.rhythms import RhythmRow
from digest.schedule.zones import Zones
from tests.installation import Installation, paper

NIGHT = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)  # the installation's hour is 7, UTC


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "data", now=NIGHT)
    made.reader("ada@example.org", "robots")
    made.ingest(paper("Walking robots"))
    yield made
    made.app.close()


def tick(installation: Installation) -> tuple[int | None, int]:
    """Return the edition that a tick opened and how many issues it planned."""
    times = replace(installation.app.time_rules, stagger_minutes=0)
    done = scheduling.tick(
        installation.now, times, installation.app.stores.editions, installation.app.stores.rhythms
    )
    return (done.edition.number if done.edition else None), done.planned


def test_the_edition_opens_at_its_hour_and_once(installation: Installation) -> None:
    installation.now = NIGHT.replace(hour=7)
    tick(installation)
    newest = installation.app.stores.editions.newest()
    assert newest is not None
    assert tick(installation) == (None, 0)


@pytest.mark.parametrize(
    ("moment", "days"),
    [("02 02:59", [1]), ("02 03:00", [1]), ("02 03:01", []), ("02 06:59", []), ("02 07:00", [2])],
)
def test_an_edition_may_be_opened_from_its_hour_for_as_long_as_catching_up_allows(
    installation: Installation, moment: str, days: list[int]
) -> None:
    now = datetime.fromisoformat(f"2026-04-{moment}").replace(tzinfo=UTC)
    labels = scheduling.edition_labels(now, installation.app.time_rules, Zones("UTC"))
    assert [label.day for label in labels] == days


def test_what_a_reader_did_not_choose_is_the_installations(installation: Installation) -> None:
    row = RhythmRow(7, None, None, "weekly", (), None, NIGHT, None)
    times = replace(installation.app.time_rules, zone="Asia/Tokyo", hour=9, stagger_minutes=0)
    assert scheduling.rhythm_of(row, times) == Rhythm("Asia/Tokyo", 9, 0, "weekly", (0,))
    spread = replace(times, stagger_minutes=1)
    minutes = {scheduling.rhythm_of(replace(row, id=n), spread).minute for n in range(40)}
    assert minutes == {0, 1}


def test_a_dump_that_comes_later_in_the_day_gets_its_edition(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "late", now=NIGHT.replace(hour=7))
    installation.reader("ada@example.org", "robots")
    installation.now += timedelta(hours=1)
    assert tick(installation) == (None, 0)
    installation.now += timedelta(hours=4)
    installation.ingest(paper("Walking robots"))
    assert tick(installation)[0] == 1
    installation.app.close()


def test_an_edition_of_the_far_future_does_not_stop_the_days_before_it(
    installation: Installation,
) -> None:
    installation.run(datetime(2031, 1, 1, tzinfo=UTC).date())
    installation.now = NIGHT.replace(hour=7) + timedelta(days=1)
    installation.ingest(paper("Speaking robots"))
    assert tick(installation)[0] == 2
    installation.ingest(paper("Flying robots"))
    installation.run(datetime(2032, 1, 1, tzinfo=UTC).date())
    installation.now += timedelta(hours=1)
    assert tick(installation)[0] is None, "the day's edition is open already"


def test_an_edition_of_tomorrow_was_meant_and_today_has_none(installation: Installation) -> None:
    installation.now = NIGHT.replace(hour=7)
    installation.run(installation.now.date() + timedelta(days=1))
    installation.ingest(paper("Speaking robots"))
    assert tick(installation) == (None, 0)


@pytest.mark.parametrize(("early", "planned"), [(timedelta(0), 0), (timedelta(minutes=1), 1)])
def test_an_edition_is_offered_until_its_time_is_over(
    installation: Installation, early: timedelta, planned: int
) -> None:
    installation.now = NIGHT.replace(hour=7) - early
    installation.app.stores.editions.open(
        installation.now.date(), now=installation.now, expiry=timedelta(days=1)
    )
    newest = installation.app.stores.editions.newest()
    assert newest is not None
    installation.now = newest.expires_at - early
    assert tick(installation) == (None, planned)


def test_everybody_who_is_due_is_planned_in_one_tick(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "BATCH", 2)
    for name in ("bob", "carl", "dan", "eve"):
        installation.reader(f"{name}@example.org", "robots")
    installation.now = NIGHT.replace(hour=7)
    assert tick(installation) == (1, 5)


def test_nothing_is_planned_in_a_cancelled_edition(installation: Installation) -> None:
    installation.now = NIGHT.replace(hour=7)
    installation.app.stores.editions.open(
        installation.now.date(), now=installation.now, expiry=timedelta(days=1)
    )
    edition_operations.cancel(installation.app.stores, 1, installation.app.clock())
    installation.now += timedelta(hours=1)
    assert tick(installation) == (None, 0)
    assert installation.app.stores.deliveries.accounting(1).pending == 0


# --- the whole server's tick --------------------------------------------------------------

ADA, EVE = "ada@example.org", "eve@example.org"
PUNCTUAL = {"stagger_minutes": 0}


def step(installation: Installation, to: datetime) -> None:
    """Let the server look and send at a moment."""
    installation.now = to
    duties = Duties(installation.app)
    duties.tick()
    duties.send()


def with_settings(installation: Installation, **sections: object) -> Installation:
    return installation.reopened(**{"schedule": PUNCTUAL, "delivery": {"processes": 1}} | sections)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Installation]:
    """An installation whose server has run for a day: Ada and Eve had an issue on 1 April at 7."""
    made = with_settings(Installation(tmp_path / "data", now=NIGHT))
    for reader in (ADA, EVE):
        made.reader(reader, "robots")
    made.ingest(paper("Walking robots"))
    step(made, NIGHT.replace(hour=7))
    assert len(made.mails(ADA)) == len(made.mails(EVE)) == 1
    yield made
    made.app.close()


def test_after_a_trial_who_was_left_out_gets_what_it_offered(served: Installation) -> None:
    day = NIGHT.replace(day=2)
    served.now = day
    trial = with_settings(served, edition={"only_to": [ADA]})
    trial.ingest(paper("Speaking robots"))
    step(trial, day.replace(hour=7))
    step(trial, day.replace(hour=8))
    assert (len(trial.mails(ADA)), len(trial.mails(EVE))) == (2, 1)
    over = with_settings(trial)
    step(over, day.replace(hour=9))
    assert (len(over.mails(ADA)), len(over.mails(EVE))) == (2, 2)
    assert over.titles(EVE, 2) == ["Speaking robots"]
    over.ingest(paper("Flying robots"))
    step(over, day.replace(day=3, hour=7))
    assert (over.titles(ADA, 3), over.titles(EVE, 3)) == (["Flying robots"], ["Flying robots"])
    over.app.close()


def test_a_trial_of_days_keeps_all_that_it_offered_for_the_others(served: Installation) -> None:
    served.now = NIGHT.replace(day=2)
    trial = with_settings(served, edition={"only_to": [ADA]})
    for day, title in ((2, "Speaking robots"), (3, "Flying robots")):
        trial.now = NIGHT.replace(day=day)
        trial.ingest(paper(title))
        step(trial, trial.now.replace(hour=7))
    over = with_settings(trial)
    step(over, NIGHT.replace(day=3, hour=12))
    assert sorted(over.titles(EVE, 3)) == ["Flying robots", "Speaking robots"]
    assert len(over.mails(EVE)) == 2
    over.app.close()


def test_three_weeks_down_make_one_issue_with_the_best_of_all_that_was_missed(
    served: Installation,
) -> None:
    # The fetches went on, the mail did not: twenty papers fit, and an issue holds ten.
    for day in range(2, 22):
        served.now = NIGHT.replace(day=day)
        title = f"Robots, robots: number {day}" if day % 2 else f"Machines that do work {day}"
        served.ingest(paper(title, "On robots" if day % 2 else "A robot is named once"))
    step(served, NIGHT.replace(day=22, hour=12))
    step(served, NIGHT.replace(day=22, hour=13))
    assert len(served.mails(ADA)) == 2, "one issue, not twenty"
    titles = served.titles(ADA, 2)
    assert len(titles) == 10
    assert all(title.startswith("Robots, robots") for title in titles), "the best of all days"
    served.ingest(paper("Swimming robots"))
    step(served, NIGHT.replace(day=23, hour=7))
    assert served.titles(ADA, 3) == ["Swimming robots"], "then the usual rhythm"


def test_editions_that_nobody_could_be_sent_are_made_up_and_no_paper_is_lost(
    served: Installation,
) -> None:
    mailbox, aside = served.data / "mailbox", served.data / "aside"
    mailbox.rename(aside)
    mailbox.write_text("no folder: nothing can leave")
    for day in range(2, 8):
        served.now = NIGHT.replace(day=day)
        served.ingest(paper(f"Robots of day {day}"))
        with pytest.raises(DeliveryError):
            step(served, served.now.replace(hour=7))
    mailbox.unlink()
    aside.rename(mailbox)
    served.ingest(paper("Robots of day 8"))
    step(served, NIGHT.replace(day=8, hour=7))
    got = [served.titles(ADA, number) for number in range(2, 9) if had(served, ADA, number)]
    assert len(got) == 3, "those whose time was not over; the first of them makes up for the others"
    assert sorted(title for titles in got for title in titles) == [
        f"Robots of day {day}" for day in range(2, 9)
    ]


def had(installation: Installation, reader: str, number: int) -> bool:
    found = installation.app.desk.by_email(reader)
    edition = installation.app.stores.editions.get(number)
    facts = installation.app.stores.windows.facts(found.id, edition, NIGHT, welcome_since=0)
    return facts.state == "accepted"


def test_new_rules_of_time_zones_are_noticed_at_the_next_tick(
    served: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = NIGHT.replace(day=2, hour=9)
    readers = list(served.app.stores.rhythms.rhythms())
    served.app.stores.rhythms.look_again([(row.id, late) for row in readers])  # by the rules of old
    served.ingest(paper("Speaking robots"))
    step(served, NIGHT.replace(day=2, hour=7))
    assert len(served.mails(ADA)) == 1, "what is stored counts while the rules are the same"
    monkeypatch.setattr(zone_data, "version", lambda: "2099a")
    step(served, NIGHT.replace(day=2, hour=7, minute=1))
    assert len(served.mails(ADA)) == 2


def test_another_hour_of_the_house_counts_from_the_next_tick(served: Installation) -> None:
    served.ingest(paper("Speaking robots"))
    served.now = NIGHT.replace(day=2)
    early = with_settings(served, schedule={"stagger_minutes": 0, "hour": 5})
    step(early, NIGHT.replace(day=2, hour=5))
    assert len(early.mails(ADA)) == 2
    early.app.close()


def test_moments_of_a_clock_that_was_far_ahead_are_forgotten(served: Installation) -> None:
    far = NIGHT.replace(year=2031)
    served.app.stores.rhythms.look_again(
        [(row.id, far) for row in served.app.stores.rhythms.rhythms()]
    )
    served.ingest(paper("Speaking robots"))
    step(served, NIGHT.replace(day=2, hour=7))
    assert len(served.mails(ADA)) == 2


def test_a_quiet_tick_changes_no_moment(served: Installation) -> None:
    noon = NIGHT.replace(hour=12)
    step(served, noon)
    looks = [row.id for row in served.app.stores.rhythms.to_look_at(noon, 99, 10)]
    assert looks == []


def test_no_moment_that_a_right_clock_writes_is_taken_for_a_wrong_ones() -> None:
    assert timedelta(0) < scheduling.LOOK_WITHIN < scheduling.TOO_FAR
