"""A language without words is refused with those there are, wherever it is chosen."""

from __future__ import annotations

import pytest

from digest.composing.issue_composer import build_renderers
from digest.errors import SettingsError
from digest.settings import NewsletterSettings, Settings
from subscribers.preferences import PreferencesError, is_spoken, read_preferences


@pytest.mark.parametrize(
    ("tag", "spoken"),
    [("de", True), ("de-AT", True), ("DE_at", True), ("en-GB", True), ("xx", False),
     ("d", False), ("dex", False), ("pt", False), ("pt-BR", True)],
)  # fmt: skip
def test_a_more_general_language_will_do(tag: str, spoken: bool) -> None:
    assert is_spoken(tag, ["en", "de", "pt-BR"]) is spoken


def test_readers_and_settings_are_told_which_there_are() -> None:
    with pytest.raises(PreferencesError, match="de, en"):
        read_preferences({"keywords": "tides", "language": "tlh"}, ["en", "de"])
    assert read_preferences({"keywords": "tides", "language": "tlh"}).language == "tlh"
    with pytest.raises(SettingsError, match=r"newsletter\.language.*'tlh'.*de.*en"):
        build_renderers(Settings(newsletter=NewsletterSettings(language="tlh")))
