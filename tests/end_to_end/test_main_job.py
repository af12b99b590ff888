"""The main job, end to end: dumps in, one personal mail a day out, nobody gets a paper twice."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import NotFound, SettingsError
from digest.operations.dumps import ingest_file
from digest.settings import DeliverySettings, Settings, SmtpSettings
from tests.end_to_end.conftest import OTHERS, ROBOTS
from tests.installation import Installation, paper


@pytest.fixture(scope="module")
def dumps(shared: Path) -> list[Path]:
    return sorted((shared / "dumps").glob("*.txt"))


@pytest.mark.shared
def test_the_real_dumps_in_both_orders_bring_318_papers(tmp_path: Path, dumps: list[Path]) -> None:
    counts = []
    for order in (dumps, dumps[::-1]):
        installation = Installation(tmp_path / f"from-{order[0].name[:3]}")
        readings = [ingest_file(installation.app, dump) for dump in order]
        counts.append([(reading.papers, reading.new) for reading in readings])
        assert not any(reading.rejected for reading in readings)
        assert installation.app.stores.archive.count() == 318
        again = ingest_file(installation.app, dumps[0])
        assert (again.already_ingested, again.new) == (True, 0)
        installation.app.close()
    assert counts[0] == [(223, 223), (79, 66), (37, 29)]
    assert [papers for papers, _ in counts[1]] == [37, 79, 223]
    assert sum(new for _, new in counts[1]) == 318


@pytest.mark.shared
def test_two_days_of_real_dumps_never_bring_a_paper_twice(
    installation: Installation, dumps: list[Path]
) -> None:
    for number in range(12):
        keywords = ("diffusion", "speech -audio", "reinforcement learning", '"language model"')
        installation.reader(f"r{number}@example.org", keywords[number % 4])
    for dump in dumps:
        ingest_file(installation.app, dump)
        figures = installation.run()
        told = figures.accounting
        assert (told.eligible, told.accepted + told.nothing_to_send) == (12, 12)
        assert installation.run() == figures, "a second run sends nothing"
        installation.tomorrow()
    for number in range(12):
        address = f"r{number}@example.org"
        got: list[str] = []
        for edition in (1, 2, 3):
            with suppress(NotFound):  # a quiet day of theirs
                got += installation.titles(address, edition)
        assert got
        assert len(got) == len(set(got))


def test_a_second_run_sends_nothing(installation: Installation) -> None:
    installation.reader("ada@example.org", "robots")
    installation.ingest(*ROBOTS)
    first = installation.run()
    assert (first.number, first.papers, first.accounting.accepted) == (1, 4, 1)
    assert installation.run() == first
    assert len(installation.mails("ada@example.org")) == 1


def test_nothing_new_opens_no_edition(installation: Installation) -> None:
    installation.reader("ada@example.org", "robots")
    assert installation.run().number is None
    installation.ingest(*ROBOTS)
    installation.run()
    installation.tomorrow()
    installation.ingest(*ROBOTS[::-1])
    assert installation.run().to_json()["edition"] is None
    assert installation.preview("ada@example.org").to_json()["papers"] == []


def test_a_paper_that_the_source_calls_differently_is_not_sent_again(
    installation: Installation,
) -> None:
    installation.reader("ada@example.org", "robots")
    installation.ingest(paper("Walking Robots: A Survey"), *OTHERS)
    installation.run()
    installation.tomorrow()
    installation.ingest(paper("WALKING ROBOTS – a survey"), paper("Speaking robots"))
    installation.run()
    assert "Walking Robots: A Survey" in installation.titles("ada@example.org", 1)
    assert installation.titles("ada@example.org", 2) == ["Speaking robots"]


def test_later_papers_wait_for_the_next_edition(installation: Installation) -> None:
    installation.reader("ada@example.org", "robots")
    installation.ingest(*ROBOTS[:2])
    installation.run()
    installation.ingest(*ROBOTS[2:])
    assert installation.run().papers == 2
    installation.tomorrow()
    assert installation.run().number == 2
    assert set(installation.titles("ada@example.org", 2)) == {"Swimming robots", "Flying robots"}


def test_who_joins_later_in_the_day_gets_the_edition_with_the_next_run(
    installation: Installation,
) -> None:
    installation.reader("ada@example.org", "robots")
    installation.ingest(*ROBOTS)
    installation.run()
    installation.now += timedelta(hours=3)
    installation.reader("bob@example.org", "robots")
    figures = installation.run()
    assert (figures.number, figures.accounting.accepted) == (1, 2)
    assert (
        len(installation.mails("ada@example.org"))
        == len(installation.mails("bob@example.org"))
        == 1
    )


def test_a_new_reader_begins_with_the_newest_edition(installation: Installation) -> None:
    installation.reader("ada@example.org", "robots")
    installation.ingest(*ROBOTS[:2])
    installation.run()
    installation.tomorrow()
    installation.reader("bob@example.org", "robots")
    installation.ingest(*ROBOTS[2:])
    installation.run()
    assert set(installation.titles("bob@example.org", 2)) == {"Swimming robots", "Flying robots"}


def test_mail_to_strangers_needs_a_sender_and_a_way_out(installation: Installation) -> None:
    installation.reader("ada@example.org", "robots")
    installation.ingest(*ROBOTS)
    strange = DeliverySettings(transport="smtp", smtp=SmtpSettings(host="mail.example.org"))
    installation = installation.reopened(delivery=strange)
    with pytest.raises(SettingsError, match=r"newsletter\.sender.*newsletter\.base_url"):
        installation.run()
    assert installation.app.stores.editions.all() == [], "nothing was begun"
    installation.app.close()


def test_settings_of_the_house_are_immutable() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().edition.max_papers = 3  # type: ignore[misc]
