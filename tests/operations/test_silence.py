"""Three days without mail are explained: once, truly, and never to who expects silence."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from digest.operations.silence import explain_silence
from digest.settings import EditionSettings, NewsletterSettings, Settings, SourceSettings
from digest.storage.fetches import Fetch
from subscribers.preferences import read_preferences
from tests.installation import LEXICAL, Installation, paper

BASE = "https://digest.example.org"


def open_installation(folder: Path, quiet_day: str = "explain", **more: object) -> Installation:
    newsletter = NewsletterSettings(base_url=BASE, quiet_day=quiet_day)  # type: ignore[arg-type]
    settings = Settings(ranking=LEXICAL, newsletter=newsletter, **more)  # type: ignore[arg-type]
    return Installation(folder, settings)


def subjects(installed: Installation, email: str = "ada@example.org") -> list[str]:
    mails = [message_from_bytes(raw, policy=default) for raw in installed.mails(email)]
    return sorted(str(mail["Subject"]) for mail in mails)


def days(installed: Installation, count: int, about: str | None) -> None:
    """Let days go by, each with a paper about something, or with none."""
    for _ in range(count):
        installed.tomorrow()
        if about:
            installed.ingest(paper(f"{about} on {installed.now:%d %B}"))
        installed.run()


@pytest.fixture
def installed(tmp_path: Path) -> Installation:
    made = open_installation(tmp_path)
    made.reader("ada@example.org", "tides")
    made.ingest(paper("Tides that turn"))
    made.run()
    assert len(subjects(made)) == 1
    return made


@pytest.mark.parametrize(
    ("about", "said"), [("Whales", "nothing matched"), (None, "there were no new papers")]
)
def test_the_third_quiet_day_is_explained_once(
    installed: Installation, about: str | None, said: str
) -> None:
    days(installed, 2, about)
    assert len(subjects(installed)) == 1
    days(installed, 1, about)
    told = [each for each in subjects(installed) if "Why you have had no mail" in each]
    assert told == [f"Why you have had no mail: {said}"]
    days(installed, 8, about)
    assert len(subjects(installed)) == 2


def test_a_new_silence_is_explained_anew(installed: Installation) -> None:
    days(installed, 4, "Whales")
    days(installed, 1, "Tides")
    assert len(subjects(installed)) == 3
    days(installed, 3, "Whales")
    assert len(subjects(installed)) == 4


def test_the_letter_names_what_came_nearest_and_leads_to_the_keywords(
    installed: Installation,
) -> None:
    reader = installed.app.desk.by_email("ada@example.org")
    installed.app.desk.change(
        reader, read_preferences({"keywords": "tides, -whales"}), installed.now
    )
    days(installed, 3, "Whales")
    letter = next(
        mail
        for mail in (message_from_bytes(raw, policy=default) for raw in
                     installed.mails("ada@example.org"))
        if "Why" in str(mail["Subject"])
    )  # fmt: skip
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert f"{BASE}/m/" in text
    assert "/preferences" in text


def test_who_is_not_to_hear_does_not(installed: Installation) -> None:
    app, now = installed.app, installed.now
    for name, cadence in (("we", "weekly"), ("wd", "weekdays")):
        wishes = read_preferences({"keywords": "whales^2, squid", "cadence": cadence})
        app.desk.add(f"{name}@example.org", wishes, now, confirmed=True, how="test")
    installed.reader("new@example.org", "tides", confirmed=False)
    gone = installed.reader("gone@example.org", "tides")
    app.desk.pause(gone, None, now)
    days(installed, 4, "Kelp")
    for who in ("we", "wd", "new", "gone"):
        assert not any("Why" in each for each in subjects(installed, f"{who}@example.org"))
    assert any("Why" in each for each in subjects(installed))


@pytest.mark.parametrize("setting", ["nothing", "note"])
def test_the_other_settings_send_no_letter(tmp_path: Path, setting: str) -> None:
    installed = open_installation(tmp_path, setting)
    installed.reader("ada@example.org", "tides")
    days(installed, 5, "Whales")
    assert not any("Why" in each for each in subjects(installed))
    assert len(subjects(installed)) == (0 if setting == "nothing" else 5)


def test_a_trial_tells_nobody_else(tmp_path: Path) -> None:
    installed = open_installation(tmp_path, edition=EditionSettings(only_to=("bo@example.org",)))
    for who in ("ada", "bo"):
        installed.reader(f"{who}@example.org", "tides")
    days(installed, 5, "Whales")
    assert subjects(installed) == []
    assert len(subjects(installed, "bo@example.org")) == 1


def test_an_edition_that_waits_for_a_person_is_no_silence_of_ours(tmp_path: Path) -> None:
    installed = open_installation(tmp_path, edition=EditionSettings(approve=True))
    installed.reader("ada@example.org", "tides")
    days(installed, 5, "Tides")
    assert subjects(installed) == []


def test_two_at_once_tell_once(installed: Installation) -> None:
    days(installed, 2, "Whales")
    installed.tomorrow()
    assert explain_silence(installed.app) == 1
    assert explain_silence(installed.app) == 0


def test_after_a_pause_three_days_go_by_again(installed: Installation) -> None:
    desk = installed.app.desk
    (ada,) = installed.app.stores.readers.every()
    desk.pause(ada, None, installed.now, how="form", source="operator")
    days(installed, 10, "Whales")
    desk.resume(desk.by_number(ada.id), installed.now, how="form")
    days(installed, 2, "Whales")
    assert len(subjects(installed)) == 1, "they heard nothing because they asked for it"
    days(installed, 2, "Whales")
    assert len(subjects(installed)) == 2


def test_a_sick_source_is_the_reason_when_it_is(tmp_path: Path) -> None:
    source = SourceSettings(name="page", kind="folder", path=Path("incoming"))
    made = open_installation(tmp_path, sources=[source])
    made.reader("ada@example.org", "tides")
    made.ingest(paper("Tides that turn"))
    made.run()
    made.app.stores.fetches.save(Fetch("page", made.now, "failed", "no answer"))
    days(made, 3, None)
    told = [each for each in subjects(made) if "Why you have had no mail" in each]
    assert told == ["Why you have had no mail: our source is not answering"]
