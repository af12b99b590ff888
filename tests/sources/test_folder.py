from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.errors import DumpError
from digest.sources import folder

NOW = datetime(2026, 1, 5, 6, tzinfo=UTC)


def put(path: Path, *, age: float = 60, text: str = "dump") -> Path:
    path.write_text(text)
    when = NOW.timestamp() - age
    os.utime(path, (when, when))
    return path


def test_complete_files_are_ready_the_oldest_first(tmp_path: Path) -> None:
    new = put(tmp_path / "a.txt", age=10)
    old = put(tmp_path / "b.txt", age=99)
    assert folder.ready(tmp_path, now=NOW) == (old, new)


def test_a_file_still_being_written_waits_until_it_settled(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt", age=2)
    assert folder.ready(tmp_path, now=NOW) == ()
    assert folder.ready(tmp_path, now=NOW + timedelta(seconds=3)) == (path,)


def test_a_file_from_the_future_is_not_waited_for(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt", age=-3600)
    assert folder.ready(tmp_path, now=NOW) == (path,)


def test_hidden_partial_linked_and_nested_files_are_left_alone(tmp_path: Path) -> None:
    for name in (".hidden", "a.part", "b.TMP", "c.crdownload", "d~", "#e#"):
        put(tmp_path / name)
    (tmp_path / "sub").mkdir()
    put(tmp_path / "sub" / "inner.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "sub" / "inner.txt")
    assert folder.ready(tmp_path, now=NOW) == ()


def test_a_folder_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DumpError, match="nowhere: the watched folder cannot be read"):
        folder.ready(tmp_path / "nowhere", now=NOW)


def test_an_accepted_file_goes_to_done_and_is_not_ready_again(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt")
    assert folder.file_away(path, accepted=True) == tmp_path / "done" / "a.txt"
    assert folder.ready(tmp_path, now=NOW) == ()
    assert [p.name for p in (tmp_path / "done").iterdir()] == ["a.txt"]


def test_a_rejected_file_has_its_report_beside_it(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt")
    moved = folder.file_away(path, accepted=False, report="line 8: no abstract")
    assert moved == tmp_path / "rejected" / "a.txt"
    report = tmp_path / "rejected" / "a.txt.report.txt"
    assert report.read_text() == "line 8: no abstract\n"


def test_a_file_of_the_same_name_is_never_overwritten(tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        folder.file_away(put(tmp_path / "a.txt", text=text), accepted=True, report=text)
    done = tmp_path / "done"
    assert {p.name: p.read_text().strip() for p in done.iterdir()} == {
        "a.txt": "one",
        "a-2.txt": "two",
        "a-3.txt": "three",
        "a.txt.report.txt": "one",
        "a-2.txt.report.txt": "two",
        "a-3.txt.report.txt": "three",
    }


def test_a_very_long_name_is_cut_to_leave_room_for_its_report(tmp_path: Path) -> None:
    path = put(tmp_path / ("ä" * 125 + ".txt"))
    moved = folder.file_away(path, accepted=False, report="why")
    assert moved.suffix == ".txt"
    assert len(list((tmp_path / "rejected").iterdir())) == 2


def test_a_copy_that_keeps_old_times_waits_until_it_is_complete(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt", age=10**6)
    came = datetime.fromtimestamp(path.stat().st_ctime, UTC)
    assert folder.ready(tmp_path, now=came + timedelta(seconds=2)) == ()
    assert folder.ready(tmp_path, now=came + timedelta(seconds=6)) == (path,)


def test_what_another_process_took_away_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        folder.file_away(tmp_path / "gone.txt", accepted=True, report="none")
    assert list((tmp_path / "done").iterdir()) == []


def test_two_processes_that_file_one_file_at_once_leave_it_under_its_own_name(
    tmp_path: Path,
) -> None:
    path = tmp_path / "8.bib"
    path.write_bytes(b"@misc{k}")
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / "8.bib").touch()  # the other's, right before it moves the file
    assert folder.file_away(path, accepted=True) == tmp_path / "done" / "8.bib"
    with pytest.raises(FileNotFoundError):  # its move comes too late
        folder.file_away(path, accepted=True)
    assert [each.name for each in (tmp_path / "done").iterdir()] == ["8.bib"]
    assert (tmp_path / "done" / "8.bib").read_bytes() == b"@misc{k}"
