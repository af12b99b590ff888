"""A newer version is a reason to show a paper again: where it is wanted, and once."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.archive.dump_results import IncomingDump
from digest.choosing.why import AlreadySent, Picked
from digest.delivery.engine import DeliveryEngine
from digest.errors import NotFound
from digest.operations import editions as edition_operations
from digest.operations.dumps import ingest_one
from digest.schedule import tick as scheduling
from tests.cli.command import dies_after, environment, inside
from tests.installation import Installation, paper

ADA = "ada@example.org"
FIRST = "We teach small robots to walk over gravel, slowly and with great care."
SECOND = "We teach small robots to walk and to run; new trials on ice and on sand are reported."


def answer(identity: str, title: str, abstract: str, version: int) -> bytes:
    """Return an answer of arXiv's API with one paper."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>http://arxiv.org/api/query</id>
<entry><id>http://arxiv.org/abs/{identity}v{version}</id>
<published>2026-03-01T00:00:00Z</published><updated>2026-03-{10 + version}T00:00:00Z</updated>
<title>{title}</title><summary>{abstract}</summary><author><name>A. Lovelace</name></author>
</entry></feed>""".encode()


def listing(identity: str, title: str, abstract: str, version: int, kind: str) -> bytes:
    """Return arXiv's RSS listing of a day with one paper."""
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 version="2.0"><channel><title>cs.RO updates on arXiv.org</title>
<link>http://rss.arxiv.org/rss/cs.RO</link>
<item><title>{title}</title><link>https://arxiv.org/abs/{identity}</link>
<description>arXiv:{identity}v{version} Announce Type: {kind} Abstract: {abstract}</description>
<guid isPermaLink="false">oai:arXiv.org:{identity}v{version}</guid>
<pubDate>Thu, {10 + version} Mar 2026 00:00:00 -0400</pubDate>
<arxiv:announce_type>{kind}</arxiv:announce_type><dc:creator>A. Lovelace</dc:creator></item>
</channel></rss>""".encode()


ROBOTS = ("2603.00001", "Robots that walk")
Tell = Callable[..., None]


@pytest.fixture
def wanted(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data").reopened(
        edition={"show_updated": True, "min_papers": 0}
    )
    installation.reader(ADA, "robots")
    yield installation
    installation.app.close()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data").reopened(edition={"min_papers": 0})
    installation.reader(ADA, "robots")
    yield installation
    installation.app.close()


def tell(
    installation: Installation, abstract: str, version: int, *, announced: bool = False
) -> None:
    data = (
        listing(*ROBOTS, abstract, version, "replace" if announced else "new")
        if announced
        else answer(*ROBOTS, abstract, version)
    )
    reading = ingest_one(installation.app, IncomingDump("arxiv", data))
    assert reading.format == "arxiv"
    assert not reading.problems


def sends(installation: Installation) -> list[str]:
    """Run an edition tomorrow; return the titles that Ada got by it."""
    installation.tomorrow()
    before = len(installation.mails(ADA))
    told = installation.run()
    if told.number is None or len(installation.mails(ADA)) == before:
        return []
    return installation.titles(ADA, told.number)


@pytest.mark.parametrize("announced", [False, True])
def test_a_newer_version_comes_again_once_and_the_mail_says_why(
    wanted: Installation, announced: bool
) -> None:
    tell(wanted, FIRST, 1)
    assert sends(wanted) == ["Robots that walk"]
    tell(wanted, SECOND, 2, announced=announced)
    wanted.tomorrow()
    shown = wanted.preview(ADA)
    assert [(p.title, p.updated.version) for p, _ in shown.picks if p.updated] == [
        ("Robots that walk", 2)
    ]
    assert shown.to_json()["papers"][0]["updated"] == "v2"
    assert sends(wanted) == ["Robots that walk"]
    mail = wanted.preview(ADA, 2)
    text = " ".join(mail.part("plain").split())
    assert "Updated: v2 of Mar 12, 2026. You follow robots" in text
    assert "Updated: v2 of Mar 12, 2026. You follow" in " ".join(mail.part("html").split())
    assert "on ice and on sand" in text, "it is the newer version's abstract"
    tell(wanted, SECOND, 2, announced=announced)
    wanted.ingest(paper("Speaking robots"))
    assert sends(wanted) == ["Speaking robots"]


def test_without_the_setting_a_newer_version_is_only_remembered(plain: Installation) -> None:
    tell(plain, FIRST, 1)
    assert sends(plain) == ["Robots that walk"]
    tell(plain, SECOND, 2)
    tell(plain, SECOND, 3, announced=True)
    assert sends(plain) == []
    (known,) = plain.app.stores.archive.all()
    assert (known.version, known.abstract) == (3, FIRST)
    later = plain.reopened(edition={"show_updated": True, "min_papers": 0})
    tell(later, SECOND, 3, announced=True)
    assert sends(later) == [], "what was passed over then is no news now"
    later.app.close()


def test_with_the_setting_off_no_edition_is_opened_for_versions_that_wait(
    wanted: Installation,
) -> None:
    tell(wanted, FIRST, 1)
    assert sends(wanted) == ["Robots that walk"]
    tell(wanted, SECOND, 2)
    off = wanted.reopened(edition={"min_papers": 0})
    off.tomorrow()
    assert off.run().number is None
    assert (
        scheduling.tick(
            off.now, off.app.time_rules, off.app.stores.editions, off.app.stores.rhythms
        ).edition
        is None
    )
    on = off.reopened(edition={"show_updated": True, "min_papers": 0})
    assert sends(on) == [], "what was passed over then is no news now"
    on.app.close()


def test_with_the_setting_off_an_edition_counts_its_new_papers_alone(wanted: Installation) -> None:
    tell(wanted, FIRST, 1)
    sends(wanted)
    tell(wanted, SECOND, 2)
    off = wanted.reopened(edition={"min_papers": 0})
    off.ingest(paper("Speaking robots"))
    assert sends(off) == ["Speaking robots"]
    assert off.app.stores.editions.get(2).papers == 1
    off.app.close()


def test_each_newer_version_comes_once(wanted: Installation) -> None:
    got = []
    for version in (1, 2, 3):
        tell(wanted, f"{FIRST} Trial {version} is told of here.", version)
        got += [sends(wanted), sends(wanted)]
    assert got == [["Robots that walk"], []] * 3


def test_the_same_words_under_a_higher_number_are_no_news_unless_announced(
    wanted: Installation,
) -> None:
    tell(wanted, FIRST, 1)
    sends(wanted)
    tell(wanted, FIRST.replace("small robots", "small  Robots"), 2)
    assert sends(wanted) == []
    tell(wanted, FIRST, 3, announced=True)
    assert sends(wanted) == ["Robots that walk"]


def test_a_replacement_of_an_unknown_paper_is_not_new(wanted: Installation) -> None:
    tell(wanted, SECOND, 2, announced=True)
    assert sends(wanted) == []
    assert wanted.app.stores.archive.count() == 0


def test_a_newer_version_of_what_no_edition_offered_is_simply_the_paper(
    wanted: Installation,
) -> None:
    tell(wanted, FIRST, 1)
    tell(wanted, SECOND, 2)
    assert sends(wanted) == ["Robots that walk"]
    text = wanted.preview(ADA, 1).part("plain")
    assert "Updated" not in text
    assert "on ice and on" in " ".join(text.split())
    assert sends(wanted) == []


def test_who_never_had_the_paper_is_not_offered_its_newer_version(wanted: Installation) -> None:
    wanted.reader("eve@example.org", "tides")
    tell(wanted, FIRST, 1)
    sends(wanted)
    tell(wanted, SECOND.replace("ice", "tides"), 2)
    sends(wanted)
    assert wanted.mails("eve@example.org") == []
    wanted.reader("new@example.org", "robots")
    assert sends(wanted) == []
    assert wanted.mails("new@example.org") == []


def test_a_reader_of_a_week_gets_both_versions_as_one_new_paper(wanted: Installation) -> None:
    weekly = wanted.reader("weekly@example.org", "robots")
    tell(wanted, FIRST, 1)
    wanted.run()
    assert wanted.mails("weekly@example.org") != []
    wanted.tomorrow()
    wanted.app.desk.pause(weekly, None, wanted.now)
    wanted.ingest(paper("Speaking robots"))
    other = ("2603.00002", "Robots that dance")
    ingest_one(wanted.app, IncomingDump("arxiv", answer(*other, "A first dance of robots.", 1)))
    wanted.run()
    wanted.tomorrow()
    ingest_one(wanted.app, IncomingDump("arxiv", answer(*other, "A second dance, on a rope.", 2)))
    tell(wanted, SECOND, 2)
    resumed = wanted.app.stores.readers.by_ids([weekly.id])[weekly.id]
    wanted.app.desk.resume(resumed, wanted.now)
    told = wanted.run()
    shown = wanted.preview("weekly@example.org", told.number).picks
    assert {p.title: p.updated is not None for p, _ in shown} == {
        "Robots that dance": False,
        "Speaking robots": False,
        "Robots that walk": True,
    }


def test_a_newer_title_is_known_from_then_on(wanted: Installation) -> None:
    tell(wanted, FIRST, 1)
    sends(wanted)
    identity, _ = ROBOTS
    data = listing(identity, "Robots that run", SECOND, 2, "replace")
    ingest_one(wanted.app, IncomingDump("arxiv", data))
    assert sends(wanted) == ["Robots that run"]
    assert wanted.ingest(("Robots that run", SECOND)).new == 0


def test_why_speaks_of_the_newer_version(
    wanted: Installation, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_EDITION__SHOW_UPDATED", "true")
    monkeypatch.setenv("DIGEST_RANKING__SEMANTIC", "off")
    tell(wanted, FIRST, 1)
    sends(wanted)
    tell(wanted, SECOND, 2)

    def why() -> dict[str, Any]:
        return inside(capsys, wanted.data, "why", ADA, "Robots that walk", "--json").one

    coming = why()
    assert coming["answer"] == Picked.__name__
    assert coming["text"].startswith("updated, v2 of 2026-03-12: picked, place 1")
    assert coming["updated"] == {"version": 2, "on": "2026-03-12", "edition": None}
    sends(wanted)
    had = why()
    assert had["answer"] == AlreadySent.__name__
    assert had["details"]["edition"] == 2


class Killed(BaseException):
    """The process dies."""


@pytest.mark.parametrize("step", ["freeze", "ready", "send"])
def test_a_newer_version_comes_exactly_once_however_a_run_dies(
    wanted: Installation, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    tell(wanted, FIRST, 1)
    sends(wanted)
    tell(wanted, SECOND, 2)
    wanted.tomorrow()

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(DeliveryEngine, step, dies)
        with pytest.raises(Killed):
            wanted.run()
    assert len(wanted.mails(ADA)) == 1
    # The next day's edition is planned while the killed one's issue is still to be sent.
    wanted.ingest(paper("Speaking robots"))
    wanted.tomorrow()
    wanted.run()
    wanted.run(wanted.app.stores.editions.get(2).label)
    titles = [
        title for number in (1, 2, 3) for title in _titles(wanted, number)
    ]  # whatever the order in which they left
    assert titles.count("Robots that walk") == 2
    assert titles.count("Speaking robots") == 1
    assert edition_operations.figures(wanted.app.stores, 2).accounting.finished


def test_a_killed_process_is_continued_and_everybody_has_the_newer_version_once(
    tmp_path: Path,
) -> None:
    of = {"edition": {"show_updated": True, "min_papers": 0}}
    installation = Installation(tmp_path / "data", now=datetime.now(UTC)).reopened(**of)
    readers = [f"r{number}@example.org" for number in range(60)]
    for reader in readers:
        installation.reader(reader, "robots")
    tell(installation, FIRST, 1)
    assert installation.run(date(2026, 3, 11)).accounting.accepted == len(readers)
    tell(installation, SECOND, 2)
    installation.app.close()

    def mails_in_all() -> int:
        return sum(
            len(list((box / "new").iterdir())) for box in (installation.data / "mailbox").iterdir()
        )

    killed = subprocess.run(
        dies_after(10, installation.data, "run", "--date", "2026-03-12"),
        env=environment(DIGEST_EDITION__SHOW_UPDATED="true"),
        cwd=tmp_path,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    # Other threads may have been about to move theirs when the process was ended.
    assert len(readers) < mails_in_all() <= len(readers) + 10
    again = Installation(installation.data, installation.settings, datetime.now(UTC))
    assert again.app.stores.deliveries.accounting(2).accepted < len(readers)
    assert again.run(date(2026, 3, 12)).accounting.accepted == len(readers)
    assert {len(again.mails(reader)) for reader in readers} == {2}
    again.app.close()


def _titles(installation: Installation, number: int) -> list[str]:
    try:
        return installation.titles(ADA, number)
    except NotFound:
        return []
