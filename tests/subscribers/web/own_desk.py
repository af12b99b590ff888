"""What a reader's own desk is made of, in memory, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, get_args

from subscribers.own_desk import FeedKey, MutedItem
from subscribers.store import Subscriber
from subscribers.web.own_papers import (
    CitationForm,
    FoundPaper,
    FoundPapers,
    LibraryError,
    LibraryPaper,
    ListedIssue,
    ListedPaper,
    OwnDesk,
    Uploaded,
    WhyKind,
    WhyNot,
)
from tests.subscribers.desk import NOW, TITLES


@dataclass
class MemoryOwnStore:
    """An OwnDeskStore."""

    items: list[tuple[int, MutedItem]] = field(default_factory=list)
    keys: dict[int, FeedKey] = field(default_factory=dict)
    last: int = 0

    def note_muted(self, subscriber: int, keywords: str, at: datetime) -> None:
        self.last += 1
        self.items.append((subscriber, MutedItem(self.last, keywords, at)))

    def muted(self, subscriber: int) -> Sequence[MutedItem]:
        return [item for reader, item in reversed(self.items) if reader == subscriber]

    def forget_muted(self, subscriber: int, number: int) -> bool:
        before = len(self.items)
        self.items = [i for i in self.items if i[0] != subscriber or i[1].number != number]
        return len(self.items) < before

    def feed_key(self, subscriber: int) -> FeedKey | None:
        return self.keys.get(subscriber)

    def make_feed_key(self, subscriber: int, now: datetime) -> FeedKey:
        self.last += 1
        self.keys[subscriber] = FeedKey(self.last, now.replace(microsecond=0))
        return self.keys[subscriber]

    def drop_feed_key(self, subscriber: int) -> bool:
        return self.keys.pop(subscriber, None) is not None


PAPERS = {
    number: ListedPaper(
        number,
        title,
        f"https://papers.example/{number}?a=b&c=d",
        ("Ann Moss", "Bo Li"),
        "What it is about, <in short> & plainly.",
        "Journal of Tests",
        date(2026, 2, 27),
        f"ctx_ver=Z39.88-2004&rft.atitle={number}",
    )
    for number, title in TITLES.items()
}
ISSUES = (
    ListedIssue(12, date(2026, 3, 9), None, (PAPERS[7],), "https://papers.example/shared/12"),
    ListedIssue(
        5, date(2026, 3, 2), NOW, (PAPERS[7], PAPERS[8]), "https://papers.example/shared/5"
    ),
)


class Papers:
    """Two issues of every reader (an OwnPapers)."""

    def count(self, subscriber: int) -> int:
        return 41  # so that there are more pages

    def issues(self, subscriber: int, skip: int, count: int) -> Sequence[ListedIssue]:
        return ISSUES[:count]

    def issue(self, subscriber: int, edition: int) -> ListedIssue | None:
        return next((each for each in ISSUES if each.edition == edition), None)

    def search(self, subscriber: int, text: str) -> FoundPapers:
        found = tuple(
            FoundPaper(paper, 5, date(2026, 3, 2))
            for paper in PAPERS.values()
            if text.casefold() in paper.title.casefold()
        )
        return FoundPapers(found, has_more=text == "e")

    def cited(self, subscriber: int, edition: int, form: CitationForm) -> str | None:
        return f"{form} of {edition}\n" if self.issue(subscriber, edition) else None

    def cited_likes(self, subscriber: int, form: CitationForm) -> str:
        return f"{form} of likes\n"

    def kept(self, subscriber: Subscriber) -> Mapping[str, Any]:
        return {"issues": [{"edition": 5, "papers": []}], "library": []}


_FOUND = {
    "title": "Learning without forgetting <fast>",
    "url": "https://papers.example/1",
    "day": date(2026, 3, 2),
    "edition": 5,
}
EVERY_ANSWER = [
    WhyNot(
        kind,
        **(_FOUND if kind not in ("unknown", "several") else {}),
        words=("continual learning", "<b>robots</b>"),
        others=("A paper & one more", "Another paper, with a title of some length to wrap"),
        share=0.43,
        place=14,
    )  # type: ignore[arg-type]
    for kind in get_args(WhyKind)
]


@dataclass
class Answers:
    """Answers with what a test has put there (a WhyNots)."""

    next: WhyNot = field(default_factory=lambda: WhyNot("unknown"))

    def why_not(self, reader: Subscriber, text: str) -> WhyNot:
        return self.next


@dataclass
class Library:
    """Takes one paper a line (an OwnLibrary)."""

    titles: dict[int, str] = field(default_factory=dict)

    def add(self, subscriber: int, data: bytes) -> Uploaded:
        if not data.startswith(b"@"):
            raise LibraryError("this is neither BibTeX nor RIS")
        lines = [line for line in data.decode().splitlines() if line]
        for line in lines[:-1]:
            self.titles[len(self.titles) + 1] = line
        return Uploaded(len(lines) - 1, 1, 2, ((len(lines), "no title"),))

    def papers(self, subscriber: int) -> Sequence[LibraryPaper]:
        return [LibraryPaper(number, title) for number, title in self.titles.items()]

    def remove(self, subscriber: int, number: int | None = None) -> int:
        gone = list(self.titles) if number is None else [number]
        return sum(self.titles.pop(each, None) is not None for each in gone)


def memory_own_desk() -> OwnDesk:
    return OwnDesk(MemoryOwnStore(), Papers(), Answers(), Library())
