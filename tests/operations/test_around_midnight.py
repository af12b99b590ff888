"""A run, beside a server or without one, at either side of midnight and in any zone.

Whichever of them opened which day's edition: a run leaves nobody without what there is to send, it
says whose edition that was, and nothing goes twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from digest.editions import Figures
from digest.operations.coming_edition import day_of_run
from digest.operations.edition_reports import who_waits
from digest.operations.serving import Duties
from digest.settings import EditionSettings, ScheduleSettings
from digest.states import State
from digest.storage.schema import deliveries
from tests.installation import Installation, paper

EAST, WEST = "Pacific/Kiritimati", "America/Los_Angeles"
READERS = ["ada@example.org", "bob@example.org", "eve@example.org"]
PAPERS = [paper(f"{word} robots") for word in ("Big", "Old", "Red")]
NEW = [paper(f"{word} robots") for word in ("New", "Late")]
YESTERDAY, TODAY = date(2026, 5, 12), date(2026, 5, 13)
MIDNIGHT = datetime(2026, 5, 13)


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """Three readers whose hour is noon, and papers; the server's hour is 7. It is 6 yesterday."""
    made = Installation(tmp_path / "data").reopened(
        schedule=ScheduleSettings(
            timezone=getattr(request, "param", WEST), hour=7, stagger_minutes=0
        )
    )
    at(made, timedelta(hours=-18))
    for email in READERS:
        made.reader(email, "robots")
    made.ingest(*PAPERS)
    yield made
    made.app.close()


def at(place: Installation, since_midnight: timedelta) -> None:
    """Turn the clock to so long after midnight, by the newsletter's wall clock."""
    zone = ZoneInfo(place.settings.schedule.timezone)
    place.now = (MIDNIGHT + since_midnight).replace(tzinfo=zone).astimezone(UTC)


def serve(place: Installation) -> None:
    duties = Duties(place.app)
    duties.tick()
    duties.send()


def late_readers(place: Installation) -> None:
    """Let all want their mail at three: whenever an edition is cut here, it waits for that."""
    with place.app.stores.database.write() as connection:
        connection.exec_driver_sql("UPDATE subscribers SET hour = 3, next_due_at = NULL")


def mailed(place: Installation) -> list[int]:
    return [len(place.mails(email)) for email in READERS]


def put_back(place: Installation, state: State) -> None:
    """Let one reader's mail of the first edition be as before it was sent."""
    reader = place.app.desk.by_email(READERS[1])
    row = (deliveries.c.subscriber_id == reader.id) & (deliveries.c.edition == 1)
    with place.app.stores.database.write() as connection:
        connection.execute(update(deliveries).where(row).values(state=state, in_ledger=False))


BEFORE, AFTER = timedelta(minutes=-10), timedelta(minutes=10)


@pytest.mark.parametrize("new", [False, True], ids=["nothing new", "new papers"])
@pytest.mark.parametrize(
    ("opened", "when"),
    [
        (None, BEFORE),
        (None, AFTER),
        (timedelta(hours=-17), BEFORE),
        (timedelta(hours=-17), AFTER),
        (timedelta(minutes=5), AFTER),
    ],
)
@pytest.mark.parametrize("place", [EAST, WEST], indirect=True)
def test_a_run_leaves_nobody_without_what_a_server_opened(
    place: Installation, opened: timedelta | None, when: timedelta, new: bool
) -> None:
    """opened: when the server opened an edition, after midnight yesterday's; None: it was down."""
    late_readers(place)
    if opened is not None:
        at(place, opened)
        Duties(place.app).tick()
        newest = place.app.stores.editions.newest()
        assert newest is not None and newest.label == YESTERDAY
        assert mailed(place) == [0, 0, 0], "their hour has not come"
    at(place, when)
    if new:
        place.ingest(*NEW)
    figures = place.run()
    assert mailed(place) == [1, 1, 1]
    own_day = TODAY if when > timedelta(0) else YESTERDAY
    asked_for = YESTERDAY if opened is not None and not new else own_day
    assert figures.label == asked_for and figures.accounting.accepted == 3
    assert who_waits(place.app, figures) == []
    assert place.run() == (Figures(None, own_day) if figures.label != own_day else figures)
    serve(place)
    assert mailed(place) == [1, 1, 1], "and nobody twice"


def test_todays_edition_brings_what_yesterdays_has_that_nobody_was_sent(
    place: Installation,
) -> None:
    late_readers(place)
    assert place.run(date(2026, 5, 11)).accounting.accepted == 3
    opened = [paper(f"{word} robots") for word in ("Odd", "Even")]
    place.ingest(*opened)
    at(place, timedelta(minutes=5))
    Duties(place.app).tick()
    place.ingest(*NEW)
    at(place, AFTER)
    assert place.run().label == TODAY
    assert sorted(place.titles(READERS[0], 3)) == sorted(title for title, _ in [*opened, *NEW])


@pytest.mark.parametrize("state", [State.PLANNED, State.DEFERRED])
def test_a_run_tells_of_who_waits_for_yesterdays(place: Installation, state: State) -> None:
    at(place, timedelta(hours=-1))
    assert place.run().label == YESTERDAY
    put_back(place, state)
    at(place, AFTER)
    assert day_of_run(place.app) == YESTERDAY
    figures = place.run()
    assert (figures.label, figures.accounting.accepted) == (YESTERDAY, 3)
    assert figures.accounting.finished


def test_a_run_names_a_date_and_means_it(place: Installation) -> None:
    late_readers(place)
    at(place, timedelta(minutes=5))
    Duties(place.app).tick()
    at(place, AFTER)
    assert place.run(TODAY) == Figures(None, TODAY)
    assert mailed(place) == [0, 0, 0]
    assert place.run(YESTERDAY).accounting.accepted == 3


def test_what_is_over_cancelled_or_had_is_not_gone_on_with(place: Installation) -> None:
    at(place, timedelta(hours=-1))
    place.run()
    at(place, AFTER)
    assert day_of_run(place.app) == TODAY, "everybody has had it"
    place.reader("new@example.org", "robots")
    assert day_of_run(place.app) == YESTERDAY, "but for one"
    trial = place.reopened(
        schedule=place.settings.schedule, edition=EditionSettings(only_to=tuple(READERS))
    )
    assert day_of_run(trial.app) == TODAY, "who has no mail in this trial"
    trial.app.close()
    place = place.reopened(schedule=place.settings.schedule)
    at(place, timedelta(days=4))
    assert day_of_run(place.app) == date(2026, 5, 17), "its time is over"
    at(place, AFTER)
    place.app.stores.editions.set_state(1, "cancelled")
    assert day_of_run(place.app) == TODAY
    place.app.close()


def test_an_edition_of_a_day_that_came_twice_is_gone_on_with(tmp_path: Path) -> None:
    """The newsletter moves from Kiritimati to Honolulu, a whole day to the west."""
    east = ScheduleSettings(timezone="Pacific/Kiritimati", hour=7)
    west = ScheduleSettings(timezone="Pacific/Honolulu", hour=7)
    place = Installation(tmp_path / "data").reopened(schedule=east)
    at(place, timedelta(hours=9))
    for email in READERS:
        place.reader(email, "robots")
    place.ingest(*PAPERS)
    assert place.run().label == TODAY
    put_back(place, State.DEFERRED)
    place = place.reopened(schedule=west)
    place.ingest(*NEW)
    assert place.app.today() == YESTERDAY
    assert place.run().label == YESTERDAY
    assert place.app.stores.deliveries.accounting(1).accepted == 3
    place.app.close()
