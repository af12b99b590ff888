"""`digest run`, `preview` and `editions`: what they say as JSON, and what they write."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Digest
from tests.installation import page, paper

FIGURES = {
    *("edition", "date", "papers", "eligible", "pending", "accepted", "refused", "deferred"),
    *("suppressed", "nothing_to_send", "uncertain", "expired", "cancelled"),
}
pytestmark = pytest.mark.usefixtures("plain")


def test_run_preview_and_editions_speak_json(digest: Digest, dump: Path, data: Path) -> None:
    digest("ingest", dump)
    digest("subscribers", "add", "ada@example.org", "--confirmed", "--keywords", "robots")
    coming = digest("preview", "ada@example.org", "--json").one
    assert {"subject", "edition", "papers"} <= set(coming)
    assert {"title", "score", "section", "reasons"} <= set(coming["papers"][0])
    assert set(coming["papers"][0]["reasons"][0]) >= {"keyword", "field", "gain", "standing"}
    (dry,) = digest("run", "--dry-run", "--json").lines
    assert dry["email"] == "ada@example.org"
    assert digest("editions", "list", "--json").lines == []
    figures = digest("run", "--date", "2026-02-03", "--json").one
    assert set(figures) >= FIGURES
    assert (figures["edition"], figures["date"], figures["accepted"]) == (1, "2026-02-03", 1)
    assert digest("run", "--date", "2026-02-03", "--json").one == figures
    assert figures.pop("waiting") == 0
    assert digest("editions", "list", "--json").lines == [figures]
    assert digest("editions", "show", "1", "--json").one == figures
    past = digest("preview", "ada@example.org", "--edition", "1", "--json").one
    assert past["papers"] == coming["papers"]
    assert digest("preview", "ada@example.org", "--json").one["papers"] == []


def test_papers_that_come_after_an_edition_was_opened_are_told_of(
    digest: Digest, dump: Path, tmp_path: Path
) -> None:
    digest("ingest", dump)
    digest("subscribers", "add", "ada@example.org", "--confirmed", "--keywords", "robots")
    assert "come since" not in digest("run").out
    later = tmp_path / "later.txt"
    later.write_bytes(page(paper("Diving robots"), paper("Digging robots")))
    digest("ingest", later)
    said = "2 papers have come since it was opened, for the next edition"
    assert said in digest("run").out
    assert digest("run", "--json").one["waiting"] == 2
    assert said in digest("preview", "ada@example.org").out
    assert said in digest("preview", "ada@example.org", "--json").one["note"]


def test_papers_that_come_later_go_out_the_same_day_where_the_operator_says_so(
    digest: Digest, dump: Path, tmp_path: Path
) -> None:
    digest("ingest", dump)
    digest("subscribers", "add", "ada@example.org", "--confirmed", "--keywords", "robots")
    first = digest("run", "--json").one
    later = tmp_path / "later.txt"
    later.write_bytes(page(paper("Diving robots"), paper("Digging robots")))
    digest("ingest", later)
    coming = digest("preview", "ada@example.org", "--extra", "--json").one
    assert (coming["edition"], len(coming["papers"])) == (2, 2)
    (dry,) = digest("run", "--extra", "--dry-run", "--json").lines
    assert dry["subject"] == coming["subject"]
    extra = digest("run", "--extra", "--json").one
    assert (extra["edition"], extra["date"], extra["part"]) == (2, first["date"], 2)
    assert (extra["accepted"], extra["waiting"]) == (1, 0)
    past = digest("preview", "ada@example.org", "--edition", "2", "--json").one
    assert past["papers"] == coming["papers"]
    for again in ("--extra", "--json"), ("--json",):
        assert digest("run", *again, "--json").one == extra
    said = digest("editions", "list", "--json").lines
    assert [(figures["edition"], figures["part"]) for figures in said] == [(1, 1), (2, 2)]


def test_without_an_edition_of_the_day_an_extra_one_is_the_first(
    digest: Digest, dump: Path
) -> None:
    assert digest("run", "--extra", "--json").one["edition"] is None
    digest("ingest", dump)
    assert digest("run", "--extra", "--json").one["part"] == 1


def test_preview_writes_what_the_file_name_asks_for(
    digest: Digest, dump: Path, tmp_path: Path
) -> None:
    digest("ingest", dump)
    digest("subscribers", "add", "ada@example.org", "--confirmed", "--keywords", "robots")
    for name, begins in (("a.html", "<!doctype html"), ("a.txt", ""), ("a.eml", "")):
        assert digest("preview", "ada@example.org", "--out", tmp_path / name).code == 0
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.lower().startswith(begins)
        assert "Walking" in text
    assert "<html" in digest("preview", "ada@example.org", "--html").out
    assert digest("preview", "ada@example.org", "--text").out.startswith("Subject: ")


def test_approving_and_pausing_an_edition(
    digest: Digest, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_EDITION__APPROVE", "true")
    digest("ingest", dump)
    digest("subscribers", "add", "ada@example.org", "--confirmed", "--keywords", "robots")
    assert "editions approve 1" in digest("run").out
    for verb, state in (("approve", "finished"), ("pause", "paused"), ("resume", "finished")):
        assert digest("editions", verb, "1", "--json").one["state"] == state
    assert digest("run", "--json").one["accepted"] == 1
    assert digest("editions", "cancel", "1", "--json").one["state"] == "cancelled"
    assert digest("editions", "settle", "1", "--resend", "--json").one["uncertain"] == 0
