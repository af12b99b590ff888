"""Sources of the settings: asked in turn, read, judged, remembered."""

from __future__ import annotations

import mailbox
import os
import threading
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from digest.app.application import App, open_app
from digest.dumps import text
from digest.errors import NotFound, SettingsError
from digest.operations.sources import fetch_due, fetch_now, sources_of
from digest.schedule.zone_data import version
from digest.settings import Settings, load_settings

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
    return open_app(settings, tmp_path, clock=clock)


def test_a_folder_is_read_filed_away_and_found_fresh(app: App, tmp_path: Path) -> None:
    (tmp_path / "drop" / "papers.bib").write_bytes(DUMP)
    (fetch,) = fetch_now(app, sources_of(app).due())
    assert (fetch.health, fetch.papers, fetch.new) == ("fresh", 2, 2)
    assert (tmp_path / "drop" / "done" / "papers.bib").is_file()
    assert app.stores.archive.count() == 2


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


AWKWARD = ["a\nb.bib", "Übung 100 %.bib", 'it\'s "quoted" $(x).bib', "-rf.bib", "日本語.bib"]


@pytest.mark.parametrize("name", AWKWARD)
def test_a_file_may_have_any_name(app: App, tmp_path: Path, name: str) -> None:
    (tmp_path / "drop" / name).write_bytes(DUMP + b"@misc{bad, title={Open\n")
    (fetch,) = fetch_now(app, sources_of(app).due())
    assert fetch.new == 2
    done = tmp_path / "drop" / "done"
    assert {path.name for path in done.iterdir()} == {name, f"{name}.report.txt"}
    assert "line 3" in (done / f"{name}.report.txt").read_text()


def test_a_name_that_is_not_utf8_is_no_trouble(app: App, tmp_path: Path) -> None:
    (tmp_path / "drop" / os.fsdecode(b"caf\xe9.bib")).write_bytes(DUMP)
    (fetch,) = fetch_now(app, sources_of(app).due())
    assert (fetch.health, fetch.new) == ("fresh", 2)
    assert (tmp_path / "drop" / "done" / os.fsdecode(b"caf\xe9.bib")).is_file()


def test_a_file_that_grows_while_it_is_read_waits_for_the_next_visit(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "drop" / "a.bib"
    path.write_bytes(DUMP[:80])
    read = text.read_bytes

    def read_and_grow(file: Path, *, max_bytes: int) -> bytes:
        data = read(file, max_bytes=max_bytes)
        with file.open("ab") as writing:
            writing.write(DUMP[len(data) :])
        return data

    monkeypatch.setattr(text, "read_bytes", read_and_grow)
    (fetch,) = fetch_now(app, sources_of(app).due())
    assert (fetch.papers, path.is_file()) == (0, True)
    monkeypatch.undo()
    (fetch,) = fetch_now(app, sources_of(app).configured)
    assert fetch.new == 2


def test_a_folder_that_cannot_be_filed_in_is_told_and_nothing_is_lost(
    app: App, tmp_path: Path
) -> None:
    """As without the right to write: here, what should be the folder `done` leads nowhere."""
    for name in ("a.bib", "b.bib"):
        (tmp_path / "drop" / name).write_bytes(DUMP)
    (tmp_path / "drop" / "done").symlink_to("nowhere")
    (fetch,) = fetch_now(app, sources_of(app).due())
    assert fetch.health == "failed" and "a.bib cannot be moved" in fetch.reason
    assert app.stores.archive.count() == 2
    (again,) = fetch_now(app, sources_of(app).configured)
    assert (again.health, again.new) == ("failed", 0)


def test_a_file_too_large_is_set_aside_with_its_reason(app: App, tmp_path: Path) -> None:
    dumps = app.settings.dumps.model_copy(update={"max_bytes": 1000})
    app.settings = app.settings.model_copy(update={"dumps": dumps})
    (tmp_path / "drop" / "huge.bib").write_bytes(DUMP * 100)
    (tmp_path / "drop" / "small.bib").write_bytes(DUMP)
    (fetch,) = fetch_now(app, sources_of(app).due())
    assert (fetch.health, fetch.new) == ("failed", 2)
    report = tmp_path / "drop" / "rejected" / "huge.bib.report.txt"
    assert "more than 1,000 bytes" in report.read_text()


def test_two_processes_at_one_folder_read_each_file_and_file_it_once(
    app: App, tmp_path: Path, clock: Clock
) -> None:
    other = open_app(app.settings, tmp_path, clock=clock)
    for number in range(12):
        entry = b"@misc{k%d, title={Burrow number %d of the long meadow}}" % (number, number)
        (tmp_path / "drop" / f"{number}.bib").write_bytes(entry)
    fetches: list[Any] = []
    threads = [
        threading.Thread(
            target=lambda each=each: fetches.extend(fetch_now(each, sources_of(each).configured))
        )
        for each in (app, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [fetch.health == "failed" for fetch in fetches] == [False, False]
    assert app.stores.archive.count() == 12
    done = tmp_path / "drop" / "done"
    assert {path.name for path in done.iterdir()} == {f"{number}.bib" for number in range(12)}
    assert all(path.stat().st_size for path in done.iterdir())


def _with_mailbox(tmp_path: Path, clock: Clock) -> App:
    settings = Settings.model_validate(
        {
            "sources": [{"name": "post", "kind": "mailbox", "path": "post", "every_minutes": 30}],
            "ranking": {"semantic": "off"},
        }
    )
    return open_app(settings, tmp_path, clock=clock)


def _mail(subject: str, *attached: bytes) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail.set_content("Good morning.")
    for data in attached:
        mail.add_attachment(data, maintype="text", subtype="x-bibtex", filename="papers.bib")
    return mail


@pytest.mark.parametrize("kind", [mailbox.Maildir, mailbox.mbox])
def test_a_mailboxs_mails_are_read_once_and_a_bad_one_costs_itself(
    tmp_path: Path, clock: Clock, kind: Any
) -> None:
    box = kind(tmp_path / "post")
    box.add(_mail("Monday", DUMP))
    box.add(_mail("No papers"))
    box.close()
    app = _with_mailbox(tmp_path, clock)
    (fetch,) = fetch_now(app, sources_of(app).due())
    assert (fetch.health, fetch.new) == ("failed", 2)
    assert "it is none of" in fetch.reason
    clock.now += timedelta(minutes=30)
    (again,) = fetch_now(app, sources_of(app).due())
    assert (again.health, again.papers) == ("quiet", 0)


def test_a_mailbox_that_is_locked_or_gone_is_a_failure_with_its_reason(
    tmp_path: Path, clock: Clock
) -> None:
    app = _with_mailbox(tmp_path, clock)
    (fetch,) = fetch_now(app, sources_of(app).due())
    assert "neither a Maildir nor an mbox file" in fetch.reason
    box = mailbox.mbox(tmp_path / "post")
    box.add(_mail("Monday", DUMP))
    box.flush()
    box.lock()
    try:
        (fetch,) = fetch_now(app, sources_of(app).configured)
    finally:
        box.unlock()
    assert fetch.new == 2 and "another program holds the mailbox" in fetch.reason
    clock.now += timedelta(minutes=30)
    (again,) = fetch_now(app, sources_of(app).configured)
    assert (again.health, again.new) == ("quiet", 0)


def test_the_operator_is_told_after_three_failures_and_once_a_day(
    tmp_path: Path, clock: Clock
) -> None:
    settings = Settings.model_validate(
        {
            "newsletter": {"operator": "operator@example.org"},
            "sources": [{"name": "lost", "kind": "folder", "path": "nowhere", "every_minutes": 30}],
        }
    )
    app = open_app(settings, tmp_path, clock=clock)
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
