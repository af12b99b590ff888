"""Why a paper did not come, asked by its reader: each answer, from a whole installation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from digest.archive.dump_results import IncomingDump
from digest.operations.dumps import ingest_one
from digest.operations.library import UploadedLibraries
from digest.operations.why_not import WhyNotAnswers
from digest.settings import EditionSettings
from subscribers.store import Subscriber
from subscribers.web.own_papers import WhyNot
from tests.installation import Installation, paper


@pytest.fixture
def installed(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "data")


def ask(installed: Installation, reader: Subscriber, text: str) -> WhyNot:
    again = installed.app.desk.by_number(reader.id)
    return WhyNotAnswers(installed.app).why_not(again, text)


def test_what_the_archive_lacks_is_unknown(installed: Installation) -> None:
    ada = installed.reader("ada@example.org", "tides")
    for text in ("A title of nobody", "2403.12345", "https://doi.org/10.1234/none"):
        assert ask(installed, ada, text).kind == "unknown"


def test_a_paper_is_found_by_link_id_doi_and_title(installed: Installation) -> None:
    bib = b"""@article{a, title={Replay of tides}, doi={10.1234/tides}, abstract={On tides.}}
    @misc{b, title={Tides that turn}, eprint={2604.01234}, archiveprefix={arXiv},
          abstract={Tides turn.}}"""
    ada = installed.reader("ada@example.org", "tides")
    ingest_one(installed.app, IncomingDump("a.bib", bib))
    for text in (
        "10.1234/tides",
        "https://doi.org/10.1234/TIDES",
        "replay of TIDES.",
        "Replay of",
    ):
        assert ask(installed, ada, text).title == "Replay of tides", text
    for text in ("2604.01234", "arXiv:2604.01234v2", "https://arxiv.org/pdf/2604.01234v1"):
        assert ask(installed, ada, text).title == "Tides that turn", text
    several = ask(installed, ada, "tides")
    assert several.kind == "several"
    assert set(several.others) == {"Replay of tides", "Tides that turn"}


def test_each_fate_of_a_paper(tmp_path: Path) -> None:
    installed = Installation(tmp_path / "data").reopened(edition=EditionSettings(min_papers=1))
    ada = installed.reader("ada@example.org", "tides, otters -dull")
    installed.ingest(
        paper("Replay of tides"),
        paper("Tides of a dull kind"),
        paper("Cranes at the weir"),
    )
    assert ask(installed, ada, "Replay of tides").kind == "coming"
    installed.run()
    sent = ask(installed, ada, "Replay of tides")
    assert (sent.kind, sent.edition, sent.day) == ("sent", 1, installed.now.date())
    excluded = ask(installed, ada, "Tides of a dull kind")
    assert (excluded.kind, excluded.words) == ("excluded", ("dull",))
    assert ask(installed, ada, "Cranes at the weir").kind == "no match"
    installed.now += timedelta(days=1)
    late = installed.reader("late@example.org", "tides")
    coming = [paper.title for paper, _ in installed.preview(late.email).picks]
    assert coming == ["Replay of tides", "Tides of a dull kind"]
    assert ask(installed, late, "Replay of tides").kind == "coming", "the first issue brings it"
    assert ask(installed, late, "Cranes at the weir").kind == "no match"
    installed.now += timedelta(days=30)
    later = installed.reader("later@example.org", "tides")
    assert ask(installed, later, "Replay of tides").kind == "before"


def test_what_was_offered_to_nobody_and_what_is_theirs(installed: Installation) -> None:
    ada = installed.reader("ada@example.org", "tides")
    library = b"@article{a, title={Replay of tides}}"
    ingest_one(installed.app, IncomingDump("old.bib", library, archive_only=True))
    assert ask(installed, ada, "Replay of tides").kind == "never"
    installed.ingest(paper("Tides that turn"))
    UploadedLibraries(installed.app).add(ada.id, b"@misc{b, title={Tides that turn}}")
    assert ask(installed, ada, "Tides that turn").kind == "own"


def test_a_full_issue_names_what_came_instead(tmp_path: Path) -> None:
    installed = Installation(tmp_path / "data").reopened(edition=EditionSettings(max_papers=1))
    ada = installed.reader("ada@example.org", "tides")
    installed.ingest(paper("Tides, tides and tides", "Tides of tides"), paper("Replay of tides"))
    installed.run()
    (came,) = installed.titles("ada@example.org", 1)
    (missed,) = {"Tides, tides and tides", "Replay of tides"} - {came}
    told = ask(installed, ada, missed)
    assert (told.kind, told.others, told.place) == ("crowded out", (came,), 2)


def test_a_paused_reader_had_no_issue_that_day(installed: Installation) -> None:
    ada = installed.reader("ada@example.org", "tides")
    installed.app.desk.pause(ada, None, installed.now)
    installed.ingest(paper("Replay of tides"))
    installed.run()
    assert ask(installed, ada, "Replay of tides").kind == "elsewhere"


def test_the_same_editor_answers_for_a_while(installed: Installation) -> None:
    ada = installed.reader("ada@example.org", "otters")
    installed.ingest(paper("Replay of tides"))
    installed.run()
    answers = WhyNotAnswers(installed.app)
    answers.why_not(ada, "Replay of tides")
    held = answers._editor
    assert held is not None
    answers.why_not(ada, "Replay of tides")
    assert answers._editor is held
    installed.now += timedelta(minutes=6)
    answers.why_not(ada, "Replay of tides")
    assert answers._editor is not held
