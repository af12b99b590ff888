"""`digest ingest` and `digest papers`: what is read, what is refused, what is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import PAPERS, Digest
from tests.installation import page

pytestmark = pytest.mark.usefixtures("plain")


def test_ingest_tells_what_it_read(digest: Digest, dump: Path, tmp_path: Path) -> None:
    said = digest("ingest", dump, "--captured-at", "2026-02-03", "--json")
    assert (said.code, said.err) == (0, "")
    assert said.one == {
        "dumps": [
            {
                "path": str(dump),
                "format": "page-text",
                "captured_at": "2026-02-03",
                "papers": 4,
                "new": 4,
                "same_as": [],
                "without_abstract": 0,
                "rejected": 0,
                "already_ingested": False,
                "problems": [],
                "notes": [],
            }
        ],
        "archive": 4,
    }
    (again,) = digest("ingest", dump, "--json").one["dumps"]
    assert (again["already_ingested"], again["new"]) == (True, 0)
    assert "already ingested" in digest("ingest", dump).out


def test_ingest_tells_which_papers_it_had(digest: Digest, tmp_path: Path) -> None:
    entry = "@misc{k, title={%s}, doi={10.1000/%s}}\n"
    otters, tea = entry % ("On Sea Otters", "otter"), entry % ("On Lukewarm Tea", "tea")
    (tmp_path / "first.bib").write_text(otters)
    digest("ingest", tmp_path / "first.bib")
    (tmp_path / "second.bib").write_text(otters + tea)
    assert (
        "read 2 papers, 1 new, 1 the same as paper 1"
        in digest("ingest", tmp_path / "second.bib").out
    )
    (tmp_path / "third.bib").write_text(tea + otters + tea + "@misc{x, title={Open")
    (told,) = digest("ingest", tmp_path / "third.bib", "--json").one["dumps"]
    assert (told["papers"], told["new"], told["rejected"]) == (3, 0, 1)
    assert told["same_as"] == [2, 1, 2]


def test_a_bad_file_is_refused_and_the_others_are_read(
    digest: Digest, dump: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "prose").write_text("Dear diary,\ntoday I read nothing at all.\n")
    (tmp_path / "folder").mkdir()
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(200_000_000)
    bad = [tmp_path / name for name in ("empty", "binary", "prose", "folder", "huge", "missing")]
    said = digest("ingest", *bad, dump, "--json")
    assert said.code == 1
    *refused, good = said.one["dumps"]
    assert (good["papers"], said.one["archive"]) == (4, 4)
    for told, path in zip(refused, bad, strict=True):
        assert (told["path"], told["format"], told["rejected"]) == (str(path), None, 1)
        (problem,) = told["problems"]
        assert set(problem) == {"line", "reason"}
        assert problem["reason"]
    reasons = {Path(told["path"]).name: told["problems"][0] for told in refused}
    assert reasons["huge"]["line"] == 1
    assert "folder" in reasons["folder"]["reason"]
    assert "No such file" in reasons["missing"]["reason"]


def test_a_wrong_line_is_named_and_the_rest_is_kept(digest: Digest, tmp_path: Path) -> None:
    (tmp_path / "cut.txt").write_bytes(page(*PAPERS) + b"\nA title that lost its abstract")
    said = digest("ingest", tmp_path / "cut.txt")
    assert said.code == 1
    assert "read 4 papers, 4 new, rejected 1: line 11: " in said.out


def test_seeding_the_archive_offers_nothing(digest: Digest, dump: Path) -> None:
    assert digest("ingest", "--archive-only", dump, "--json").one["archive"] == 4
    assert digest("run", "--json").one["edition"] is None


def test_papers_are_told_with_all_that_is_known(digest: Digest, dump: Path) -> None:
    digest("ingest", dump)
    lines = digest("papers", "--json").lines
    assert [each["title"] for each in lines] == [title for title, _ in PAPERS]
    wanted = "id title abstract author_count authors published comments upvotes links first_seen"
    assert set(wanted.split()) <= set(lines[0])
    assert [each["title"] for each in digest("papers", "swimming", "--json").lines] == [
        "Swimming robots"
    ]
