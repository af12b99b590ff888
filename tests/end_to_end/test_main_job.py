"""The main job, end to end: dumps in, one personal mail a day out, nobody gets a paper twice."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import NotFound, SettingsError
from digest.settings import DeliverySettings, Settings, SmtpSettings
from tests.end_to_end.conftest import OTHERS, ROBOTS
from tests.installation import House, paper


@pytest.fixture(scope="module")
def dumps(shared: Path) -> list[Path]:
    return sorted((shared / "dumps").glob("*.txt"))


@pytest.mark.shared
def test_the_real_dumps_in_both_orders_bring_318_papers(tmp_path: Path, dumps: list[Path]) -> None:
    counts = []
    for order in (dumps, dumps[::-1]):
        house = House(tmp_path / f"from-{order[0].name[:3]}")
        readings = [house.app.ingest_file(dump, None, False) for dump in order]
        counts.append([(reading.papers, reading.new) for reading in readings])
        assert not any(reading.rejected for reading in readings)
        assert house.app.archive.count() == 318
        again = house.app.ingest_file(dumps[0], None, False)
        assert (again.already_ingested, again.new) == (True, 0)
        house.app.close()
    assert counts[0] == [(223, 223), (79, 66), (37, 29)]
    assert [papers for papers, _ in counts[1]] == [37, 79, 223]
    assert sum(new for _, new in counts[1]) == 318


@pytest.mark.shared
def test_two_days_of_real_dumps_never_bring_a_paper_twice(house: House, dumps: list[Path]) -> None:
    for number in range(12):
        keywords = ("diffusion", "speech -audio", "reinforcement learning", '"language model"')
        house.reader(f"r{number}@example.org", keywords[number % 4])
    for dump in dumps:
        house.app.ingest_file(dump, None, False)
        figures = house.run()
        told = figures.accounting
        assert (told.eligible, told.accepted + told.nothing_to_send) == (12, 12)
        assert house.run() == figures, "a second run sends nothing"
        house.tomorrow()
    for number in range(12):
        address = f"r{number}@example.org"
        got: list[str] = []
        for edition in (1, 2, 3):
            with suppress(NotFound):  # a quiet day of theirs
                got += house.titles(address, edition)
        assert got
        assert len(got) == len(set(got))


def test_a_second_run_sends_nothing(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS)
    first = house.run()
    assert (first.number, first.papers, first.accounting.accepted) == (1, 4, 1)
    assert house.run() == first
    assert len(house.mails("ada@example.org")) == 1


def test_nothing_new_opens_no_edition(house: House) -> None:
    house.reader("ada@example.org", "robots")
    assert house.run().number is None
    house.ingest(*ROBOTS)
    house.run()
    house.tomorrow()
    house.ingest(*ROBOTS[::-1])
    assert house.run().to_json()["edition"] is None
    assert house.preview("ada@example.org").to_json()["papers"] == []


def test_a_paper_that_the_source_calls_differently_is_not_sent_again(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(paper("Walking Robots: A Survey"), *OTHERS)
    house.run()
    house.tomorrow()
    house.ingest(paper("WALKING ROBOTS – a survey"), paper("Speaking robots"))
    house.run()
    assert "Walking Robots: A Survey" in house.titles("ada@example.org", 1)
    assert house.titles("ada@example.org", 2) == ["Speaking robots"]


def test_later_papers_wait_for_the_next_edition(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS[:2])
    house.run()
    house.ingest(*ROBOTS[2:])
    assert house.run().papers == 2
    house.tomorrow()
    assert house.run().number == 2
    assert set(house.titles("ada@example.org", 2)) == {"Swimming robots", "Flying robots"}


def test_who_joins_later_in_the_day_gets_the_edition_with_the_next_run(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS)
    house.run()
    house.now += timedelta(hours=3)
    house.reader("bob@example.org", "robots")
    figures = house.run()
    assert (figures.number, figures.accounting.accepted) == (1, 2)
    assert len(house.mails("ada@example.org")) == len(house.mails("bob@example.org")) == 1


def test_a_new_reader_begins_with_the_newest_edition(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS[:2])
    house.run()
    house.tomorrow()
    house.reader("bob@example.org", "robots")
    house.ingest(*ROBOTS[2:])
    house.run()
    assert set(house.titles("bob@example.org", 2)) == {"Swimming robots", "Flying robots"}


def test_mail_to_strangers_needs_a_sender_and_a_way_out(house: House) -> None:
    house.reader("ada@example.org", "robots")
    house.ingest(*ROBOTS)
    strange = DeliverySettings(transport="smtp", smtp=SmtpSettings(host="mail.example.org"))
    house = house.reopened(delivery=strange)
    with pytest.raises(SettingsError, match=r"newsletter\.sender.*newsletter\.base_url"):
        house.run()
    assert house.app.editions.all() == [], "nothing was begun"
    house.app.close()


def test_settings_of_the_house_are_immutable() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().edition.max_papers = 3  # type: ignore[misc]
