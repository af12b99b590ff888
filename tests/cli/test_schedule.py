"""`digest schedule`: who is due when, and what the clocks do in a span of days."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Said, inside
from tests.installation import Installation

ROWS = [
    "email,name,keywords,timezone,hour,cadence",
    "ada@example.org,Ada,robots,Europe/Berlin,2,daily",
    "eve@example.org,Eve,robots,Europe/Berlin,2,daily",
    "kim@example.org,Kim,robots,Asia/Tokyo,7,weekdays",
]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGEST_SCHEDULE__STAGGER_MINUTES", "0")
    monkeypatch.setenv("DIGEST_RANKING__SEMANTIC", "off")
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "data"


@pytest.fixture
def readers(data: Path, capsys: Any, tmp_path: Path) -> Path:
    file = tmp_path / "readers.csv"
    file.write_text("\n".join(ROWS))
    assert inside(capsys, data, "subscribers", "import", file, "--confirmed").code == 0
    return data


def simulated(capsys: Any, data: Path, span: str) -> list[tuple[Any, ...]]:
    said = inside(capsys, data, "schedule", "--simulate", span, "--json")
    assert said.code == 0
    names = ("local", "zone", "readers", "note")
    return [tuple(row[name] for name in names) for row in said.lines]


def test_a_simulation_shows_every_send_and_what_the_clocks_do(readers: Path, capsys: Any) -> None:
    found = simulated(capsys, readers, "2026-03-28..2026-03-30")
    assert found == [
        ("2026-03-28T02:00:00+01:00", "Europe/Berlin", 2, ""),
        ("2026-03-29T03:00:00+02:00", "Europe/Berlin", 2, "02:00 does not exist on this day"),
        ("2026-03-30T07:00:00+09:00", "Asia/Tokyo", 1, ""),
        ("2026-03-30T02:00:00+02:00", "Europe/Berlin", 2, ""),
        ("2026-03-31T07:00:00+09:00", "Asia/Tokyo", 1, ""),  # the installation's days are UTC's
    ]


def test_one_day_is_a_span_too_and_a_table_has_a_head(readers: Path, capsys: Any) -> None:
    said = inside(capsys, readers, "schedule", "--simulate", "2026-10-25")
    head, berlin, _ = (line.split("\t") for line in said.out.splitlines())
    assert head == ["at", "until", "local", "zone", "period", "readers", "note"]
    assert berlin[3:5] == ["Europe/Berlin", "2026-10-25"]
    assert berlin[-1] == "02:00 comes twice on this day; this is the first"


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ("tomorrow", "is no span"),
        ("2026-04-05..2026-03-25", "ends before it begins"),
        ("2026-01-01..2046-01-01", "ten years"),
    ],
)
def test_a_span_that_is_none_is_refused_with_a_word(
    readers: Path, capsys: Any, span: str, told: str
) -> None:
    said = inside(capsys, readers, "schedule", "--simulate", span)
    assert said.code == 2
    assert told in " ".join(said.err.split())


def test_the_next_sends_are_counted_by_moment(readers: Path, capsys: Any) -> None:
    rows = inside(capsys, readers, "schedule", "--json").lines
    assert sum(row["readers"] for row in rows) == 3
    assert {row["readers"] for row in rows} == {1, 2}


def test_nothing_is_sent_or_changed_by_looking(readers: Path, capsys: Any) -> None:
    before = inside(capsys, readers, "subscribers", "export").out
    inside(capsys, readers, "schedule")
    inside(capsys, readers, "schedule", "--simulate", "2026-03-28..2026-03-30")
    assert inside(capsys, readers, "subscribers", "export").out == before
    assert not (readers / "mailbox").exists()


def test_without_readers_it_says_so(data: Path, capsys: Any) -> None:
    assert "no active readers" in inside(capsys, data, "schedule").out
    assert simulated(capsys, data, "2026-03-28..2026-03-30") == []


def test_a_zone_that_nobody_knows_is_a_warning(data: Path, capsys: Any) -> None:
    installation = Installation(data)
    ada = installation.reader("ada@example.org", "robots")
    from sqlalchemy import update

    from digest.storage.schema import subscribers

    with installation.app.stores.database.write() as connection:
        where = subscribers.c.id == ada.id
        connection.execute(update(subscribers).where(where).values(timezone="Mars/Olympus"))
    installation.app.close()
    said: Said = inside(capsys, data, "schedule", "--simulate", "2026-03-28")
    assert "unknown time zone 'Mars/Olympus', using UTC" in said.err
    assert said.out.count("Mars/Olympus") == 1
