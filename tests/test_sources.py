"""Sources of the settings: asked in turn, read, judged, remembered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.app import App
from digest.errors import NotFound, SettingsError
from digest.settings import Settings, load_settings
from digest.supply import fetch_due, fetch_now, sources_of
from digest.zone_data import version

NOW = datetime(2026, 3, 11, 7, 0, tzinfo=UTC)  # a Wednesday
DUMP = b"""@article{one, title={On the Sleep of Sea Otters}, abstract={They hold hands.}}
@article{two, title={A Theory of Lukewarm Tea}, abstract={Neither hot nor cold.}}
"""


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> App:
    settings = Settings.model_validate(
        {
            "sources": [{"name": "drop", "kind": "folder", "path": "drop", "every_minutes": 30}],
            "dumps": {"settle_seconds": 0},
            "ranking": {"semantic": "off"},
        }
    )
    (tmp_path / "drop").mkdir()
    return App(settings, tmp_path, clock=clock)


def test_a_folder_is_read_filed_away_and_found_fresh(app: App, tmp_path: Path) -> None:
    (tmp_path / "drop" / "papers.bib").write_bytes(DUMP)
    (fetch,) = fetch_now(app, sources_of(app).due())
    assert (fetch.health, fetch.papers, fetch.new) == ("fresh", 2, 2)
    assert (tmp_path / "drop" / "done" / "papers.bib").is_file()
    assert app.archive.count() == 2


def test_a_source_is_asked_again_after_its_minutes_and_when_the_clock_was_set_back(
    app: App, clock: Clock
) -> None:
    fetch_now(app, sources_of(app).due())
    assert sources_of(app).due() == []
    clock.now = NOW + timedelta(minutes=30)
    assert [source.name for source in sources_of(app).due()] == ["drop"]
    clock.now = NOW - timedelta(days=1)
    assert [source.name for source in sources_of(app).due()] == ["drop"]


def test_what_is_no_dump_is_set_aside_with_a_report_and_the_rest_is_kept(
    app: App, tmp_path: Path
) -> None:
    (tmp_path / "drop" / "a.bin").write_bytes(b"\x00\x01\x02")
    (tmp_path / "drop" / "b.bib").write_bytes(DUMP)
    (fetch,) = fetch_now(app, sources_of(app).due())
    assert (fetch.health, fetch.new) == ("failed", 2)
    assert (tmp_path / "drop" / "rejected" / "a.bin.report.txt").is_file()


def test_the_operator_is_told_after_three_failures_and_once_a_day(
    tmp_path: Path, clock: Clock
) -> None:
    settings = Settings.model_validate(
        {
            "newsletter": {"operator": "operator@example.org"},
            "sources": [{"name": "lost", "kind": "folder", "path": "nowhere", "every_minutes": 30}],
        }
    )
    app = App(settings, tmp_path, clock=clock)
    told = []
    for turn in range(60):
        clock.now = NOW + turn * timedelta(minutes=30)
        fetch_due(app)
        told.append(len(list(tmp_path.glob("**/new/*"))))
    assert told[:3] == [0, 0, 1]
    assert told[-1] == 2
    mail = next(tmp_path.glob("**/new/*")).read_text()
    assert "the source lost is failed" in mail


def test_an_unknown_source_names_those_there_are(app: App) -> None:
    with pytest.raises(NotFound, match="drop"):
        sources_of(app).named("drip")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name="a"\nkind="url"', "needs url"),
        ('name="a"\nkind="folder"', "needs path"),
        ('name="A b"\nkind="folder"\npath="x"', "sources.0.name"),
        ('name="a"\nkind="url"\nurl="http://x.example"\npath="x"', "needs url"),
        (
            'name="a"\nkind="folder"\npath="x"\n[[sources]]\nname="a"\nkind="folder"\npath="y"',
            "two",
        ),
    ],
)
def test_a_source_that_is_not_whole_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f"[[sources]]\n{text}\n")
    with pytest.raises(SettingsError, match=said):
        load_settings(file)


def test_the_time_zone_data_has_a_version(tmp_path: Path) -> None:
    (tmp_path / "tzdata.zi").write_text("# version 2031z\nR x\n")
    assert version([str(tmp_path)]).startswith("2031z/")
