"""A whole digest in a folder of its own, with a clock that the test turns."""

from __future__ import annotations

import mailbox
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from digest.app.application import App, open_app
from digest.archive.dump_results import DumpResult, IncomingDump
from digest.editions import Figures
from digest.operations import issues as issue_operations
from digest.operations.dumps import ingest_one
from digest.settings import RankingSettings, Settings
from subscribers.preferences import read_preferences
from subscribers.store import Subscriber
from tests.blank_store import lay_blank_store

LEXICAL = RankingSettings(semantic="off")  # whether or not this machine has a model
MORNING = datetime(2026, 4, 1, 7, 0, tzinfo=UTC)


@dataclass
class Installation:
    """An App with its data folder, and short words for what a test does with it."""

    data: Path
    settings: Settings = field(default_factory=lambda: Settings(ranking=LEXICAL))
    now: datetime = MORNING
    app: App = field(init=False)

    def __post_init__(self) -> None:
        if not self.settings.store.url:
            lay_blank_store(self.data)
        self.app = open_app(self.settings, self.data, clock=lambda: self.now)

    def reopened(self, **sections: object) -> Installation:
        """Return the same installation with other settings."""
        self.app.close()
        settings = Settings(**{"ranking": LEXICAL, **sections})  # type: ignore[arg-type]
        return Installation(self.data, settings, self.now)

    def ingest(self, *papers: tuple[str, str]) -> DumpResult:
        return ingest_one(self.app, IncomingDump("page.txt", page(*papers)))

    def reader(self, email: str, keywords: str, *, confirmed: bool = True) -> Subscriber:
        wishes = read_preferences({"keywords": keywords})
        return self.app.desk.add(email, wishes, self.now, confirmed=confirmed, how="test")[0]

    def run(self, day: date | None = None) -> Figures:
        return issue_operations.run(self.app, day)

    def preview(self, email: str, edition: int | None = None) -> issue_operations.Preview:
        return issue_operations.preview(self.app, email, edition)

    def titles(self, email: str, edition: int | None = None) -> list[str]:
        return [paper.title for paper, _ in self.preview(email, edition).picks]

    def tomorrow(self) -> None:
        self.now += timedelta(days=1)

    def mails(self, email: str) -> list[bytes]:
        return mails(self.data, email)


def mails(data: Path, email: str) -> list[bytes]:
    """Return the bytes in a reader's Maildir, by any mail program's way in."""
    folder = data / "mailbox" / email
    if not folder.is_dir():
        return []
    box = mailbox.Maildir(folder, create=False)
    return [box.get_bytes(name) for name in box.keys()]  # noqa: SIM118


def page(*papers: tuple[str, str]) -> bytes:
    """Return a saved page in the layout without blank lines: title line, abstract line."""
    lines = ["Get trending papers in your email inbox once a day!"]
    lines += ["Get trending papers in your email inbox!"]
    for number, (title, abstract) in enumerate(papers):
        lines += [("Subscribe" if number == 0 else "") + title, abstract]
    return "\n".join(lines).encode()


def paper(title: str, about: str = "") -> tuple[str, str]:
    """Return a paper whose abstract is longer than its title and unlike every other's."""
    words = random.Random(title).sample(_WORDS, 16)
    return title, f"{about or title}. We report {' '.join(words[:8])}, and {' '.join(words[8:])}."


_WORDS = """
    amber basil cedar delta ember fjord gravel harbour island jasmine kettle lantern marble
    nectar orchard pebble quartz ribbon saddle timber umbrella velvet willow yarrow zephyr
    anchor bramble copper dahlia easel feather ginger hazel ivory juniper kelp lilac meadow
    nutmeg olive parsley quill raven saffron thistle urn violet walnut yonder zinnia
""".split()  # noqa: SIM905
