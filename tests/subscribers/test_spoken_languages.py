"""A language without words is refused with those there are, wherever it is chosen."""

from __future__ import annotations

import pytest

from digest.composing.issue_composer import build_renderers
from digest.composing.locales import Catalogues
from digest.errors import SettingsError
from digest.settings import NewsletterSettings, Settings
from subscribers.preferences import PreferencesError, is_spoken, read_preferences
from subscribers.profile import parse
from subscribers.understood import understood
from subscribers.web.languages import wanted


@pytest.mark.parametrize(
    ("tag", "spoken"),
    [("de", True), ("de-AT", True), ("DE_at", True), ("en-GB", True), ("xx", False),
     ("d", False), ("dex", False), ("pt", False), ("pt-BR", True),
     ("zh-CN", True), ("zh-SG", True), ("zh-TW", False), ("zh-HK", False), ("zh-Hant", False),
     ("zh-Hans-HK", True)],
)  # fmt: skip
def test_a_more_general_language_will_do_unless_it_is_written_otherwise(
    tag: str, spoken: bool
) -> None:
    assert is_spoken(tag, ["en", "de", "pt-BR", "zh"]) is spoken


def test_nobody_gets_a_script_that_they_did_not_ask_for() -> None:
    languages = Catalogues()
    assert languages.words("zh-CN").language == "zh"
    assert languages.words("zh-TW").language == "en"
    assert wanted("zh-TW,zh;q=0.8,en;q=0.5", languages.names()) == "zh", "who asks for both"
    assert wanted("zh-HK,en;q=0.5", languages.names()) == "en"


def test_readers_and_settings_are_told_which_there_are() -> None:
    with pytest.raises(PreferencesError, match="de, en"):
        read_preferences({"keywords": "tides", "language": "tlh"}, ["en", "de"])
    assert read_preferences({"keywords": "tides", "language": "tlh"}).language == "tlh"
    with pytest.raises(SettingsError, match=r"newsletter\.language.*'tlh'.*de.*en"):
        build_renderers(Settings(newsletter=NewsletterSettings(language="tlh")))


_PROFILE = """grasping, "imitation learning"^2, title:survey
Robots: grippers, "soft hands"
by: Ada Lovelace
must: video, drone
never: audio, "text to speech\""""


@pytest.mark.parametrize("language", Catalogues().names())
def test_what_is_shown_of_keywords_is_read_in_every_language(language: str) -> None:
    words = Catalogues().words(language)
    profile = parse(_PROFILE)
    shown = "\n".join(line.told(words.say) for line in understood(profile))
    assert parse(shown) == profile
    assert parse(shown.replace(": ", "：")) == profile, "as Chinese and Japanese write it"
    assert parse(shown.title().replace("Title:", "title:")).excluded != ()
