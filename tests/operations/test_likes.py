"""What readers bring along is theirs: it teaches their taste and is not news to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.operations.likes import like_all
from tests.installation import Installation, paper


@pytest.mark.parametrize("first", ["the library", "the dump"])
def test_a_paper_of_ones_own_library_is_never_sent_as_new(tmp_path: Path, first: str) -> None:
    installed = Installation(tmp_path / "data")
    ada = installed.reader("ada@example.org", "tides")
    installed.reader("bo@example.org", "tides")
    library = tmp_path / "own.bib"
    library.write_text("@article{a, title={Replay of tides}, author={Moss, Ann}, year={2026}}")

    def bring() -> None:
        assert [p.title for p in like_all(installed.app, ada, (), library).liked] == [
            "Replay of tides"
        ]

    if first == "the library":
        bring()
    installed.ingest(paper("Replay of tides"), paper("Tides that turn"))
    if first == "the dump":
        bring()
    assert installed.titles("ada@example.org") == ["Tides that turn"]
    installed.run()
    assert installed.titles("ada@example.org", 1) == ["Tides that turn"]
    assert len(installed.mails("ada@example.org")) == 1
    if first == "the dump":  # what the archive has had from a library is offered to nobody
        assert set(installed.titles("bo@example.org", 1)) == {"Replay of tides", "Tides that turn"}


@pytest.mark.parametrize("text", ["2403.12345", "A title that nobody has written", "tides"])
def test_a_paper_that_is_not_one_of_the_archive_is_told_and_the_others_are_noted(
    tmp_path: Path, text: str
) -> None:
    installed = Installation(tmp_path / "data")
    ada = installed.reader("ada@example.org", "tides")
    installed.ingest(paper("Replay of tides"), paper("Tides that turn"))
    liked, not_found = like_all(installed.app, ada, (text, "Replay of tides"), None)
    assert [each.title for each in liked] == ["Replay of tides"]
    assert len(not_found) == 1
    assert text in not_found[0]
