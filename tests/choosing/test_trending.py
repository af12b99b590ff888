"""One place for what is trending: reached by a setting, labelled, and never a match."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digest.settings import EditionSettings, Settings, SettingsError, load_settings
from tests.installation import Installation, paper

TITLES = ("Walking robots", "Folding robots", "Speaking robots", "Flying robots", "Burning stars")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Offer four papers on robots and one on stars to a reader of robots."""
    installation = Installation(tmp_path / "data").reopened(
        edition=EditionSettings(max_papers=3, trending=1)
    )
    installation.ingest(*map(paper, TITLES))
    installation.reader("ada@example.org", "robots")
    installation.run()
    yield installation
    installation.app.close()


def test_the_last_place_is_for_what_is_trending_and_says_so(installation: Installation) -> None:
    picks = [
        (found.title, pick.section)
        for found, pick in installation.preview("ada@example.org", 1).picks
    ]
    assert [section for _, section in picks] == ["picked", "picked", "trending"]
    assert picks[-1][0] == "Burning stars"  # not the third robot, though it came before on the page
    mail = message_from_bytes(installation.mails("ada@example.org")[0], policy=policy.default)
    text = mail.get_body(("plain",)).get_content()
    assert text.index("outside your keywords") < text.index("Burning stars")


def test_no_place_is_kept_unless_a_setting_asks_for_it() -> None:
    assert Settings().edition.trending == 0


def test_more_than_one_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[edition]\ntrending = 2\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="trending"):
        load_settings(tmp_path / "settings.toml")
