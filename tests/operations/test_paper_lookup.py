"""One answer to which paper a text means, whoever asks: `why`, `like`, or a reader."""

from __future__ import annotations

import pytest

from digest.archive.dump_results import IncomingDump
from digest.operations.dumps import ingest_one
from digest.operations.likes import like
from digest.operations.paper_lookup import numbered_or_named, papers_named
from digest.operations.why import why
from digest.operations.why_not import WhyNotAnswers
from tests.installation import Installation

BIB = b"""
@article{a, title={Replay of tides}, doi={10.1234/tides}, abstract={On tides.}}
@misc{b, title={Replay of tides, again}, eprint={2604.01234}, archiveprefix={arXiv},
      abstract={Tides turn.}}
@article{c, title={1}, doi={10.1234/one}, abstract={A number for a title.}}
"""
NAMES = {
    "Replay of tides": [
        "10.1234/tides",
        "https://doi.org/10.1234/TIDES",
        "replay of TIDES.",
        "Replay of tides",  # is also a part of the other's title
    ],
    "Replay of tides, again": [
        "2604.01234",
        "arXiv:2604.01234v2",
        "https://arxiv.org/pdf/2604.01234v1",
        "tides, again",
    ],
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installed = Installation(tmp_path_factory.mktemp("named") / "data")
    ingest_one(installed.app, IncomingDump("a.bib", BIB))
    installed.reader("ada@example.org", "tides")
    return installed


@pytest.mark.parametrize(("title", "text"), [(t, each) for t in NAMES for each in NAMES[t]])
def test_a_text_means_the_same_paper_to_everybody(
    installed: Installation, title: str, text: str
) -> None:
    app = installed.app
    ada = app.desk.by_email("ada@example.org")
    assert why(app, "ada@example.org", text).paper.title == title
    assert like(app, ada, text).title == title
    assert WhyNotAnswers(app).why_not(ada, text).title == title


def test_a_number_is_a_papers_number_to_the_operator_alone(installed: Installation) -> None:
    archive = installed.app.stores.archive
    assert [each.id for each in numbered_or_named(archive, "1")] == [1]
    assert [each.title for each in papers_named(archive, "1")] == ["1"]
    assert numbered_or_named(archive, "9" * 30) == []


def test_of_titles_with_a_part_in_common_the_newest_stand_first(installed: Installation) -> None:
    archive = installed.app.stores.archive
    both = ["Replay of tides, again", "Replay of tides"]
    assert [each.title for each in papers_named(archive, "play of")] == both
    assert [each.title for each in papers_named(archive, "play of", most=1)] == both[:1]


def test_an_identifier_that_the_archive_lacks_means_no_paper(installed: Installation) -> None:
    for text in ("2403.12345", "https://doi.org/10.1234/none", "A title of nobody"):
        assert numbered_or_named(installed.app.stores.archive, text) == []
