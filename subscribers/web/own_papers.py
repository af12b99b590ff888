"""What a reader's own desk needs of the rest of the newsletter: their issues, files, answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol

from subscribers.errors import FrontDeskError
from subscribers.messages import Message, message
from subscribers.own_desk import OwnDeskStore
from subscribers.store import Subscriber

CitationForm = Literal["bib", "ris", "json", "md"]
MAX_UPLOAD = 1024 * 1024  # bytes


class LibraryError(FrontDeskError, ValueError):
    """A file that is no bibliography, or none that is read here."""


NO_FILE = message("choose a file with papers in it")
NEITHER = message("this is neither BibTeX nor RIS; export your papers as one of these")


def too_many(count: int) -> Message:
    """Say how many papers a file may have."""
    return message("this file has more than {count} papers; take a part of it", count=count)


def unreadable(reason: str) -> Message:
    """Say what stands in the way of reading a file, in the parser's words."""
    return message("this file cannot be read: {reason}", reason=reason)


@dataclass(frozen=True, slots=True)
class ListedPaper:
    """One paper of an issue."""

    number: int
    title: str
    url: str | None  # http or https only
    authors: tuple[str, ...]
    abstract: str
    venue: str
    published: date | None
    context: str  # as an OpenURL ContextObject, for a COinS span


@dataclass(frozen=True, slots=True)
class ListedIssue:
    """One issue that a reader was sent."""

    edition: int
    day: date
    sent_at: datetime | None  # UTC
    papers: tuple[ListedPaper, ...]  # in the mail's order
    public_url: str  # a page of it that holds no key


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """A paper of a reader's issues that has what they searched for."""

    paper: ListedPaper
    edition: int
    day: date


@dataclass(frozen=True, slots=True)
class FoundPapers:
    """The newest of them."""

    papers: tuple[FoundPaper, ...]
    has_more: bool


class OwnPapers(Protocol):
    """A reader's issues, and papers as files."""

    def count(self, subscriber: int) -> int:
        """Return how many issues a reader was sent."""

    def issues(self, subscriber: int, skip: int, count: int) -> Sequence[ListedIssue]:
        """Return some of a reader's issues, the newest first."""

    def issue(self, subscriber: int, edition: int) -> ListedIssue | None:
        """Return a reader's issue of an edition."""

    def search(self, subscriber: int, text: str) -> FoundPapers:
        """Return papers of a reader's issues in whose title or abstract every word stands."""

    def cited(self, subscriber: int, edition: int, form: CitationForm) -> str | None:
        """Return an issue's papers as a file; None: there is no such issue."""

    def cited_likes(self, subscriber: int, form: CitationForm) -> str:
        """Return the papers that a reader liked, as a file."""

    def kept(self, subscriber: Subscriber) -> Mapping[str, Any]:
        """Return what is kept of a reader beside what the desk itself keeps, ready for JSON."""


WhyKind = Literal[
    "unknown",  # not in the archive
    "several",  # more than one is called so
    "sent",
    "own",  # in their library, or they gave an opinion of it
    "before",  # it was offered before they subscribed
    "never",  # it is in the archive, and was offered to nobody
    "elsewhere",  # in none of the editions that an issue of theirs was made of
    "coming",  # their next issue brings it
    "picked",  # it was chosen for an issue
    "excluded",
    "lacking",
    "no match",
    "below",
    "by meaning",
    "duplicate",
    "crowded out",
]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a paper did not come, or that it did."""

    kind: WhyKind
    title: str = ""  # of the paper that was found
    url: str | None = None
    day: date | None = None  # of the issue that brought it, or of the edition that offered it
    edition: int | None = None  # likewise
    words: tuple[str, ...] = ()  # of the profile: what kept it out, or what nearly matched
    others: tuple[str, ...] = ()  # titles: of the several, of those that came instead
    share: float = 0.0  # how well it matched its best keyword, of what is asked for
    place: int = 0  # its own among all that fit


class WhyNots(Protocol):
    """Explains."""

    def why_not(self, reader: Subscriber, text: str) -> WhyNot:
        """Say why the paper of a title, a link, a DOI or an arXiv id did not come."""


@dataclass(frozen=True, slots=True)
class LibraryPaper:
    """A paper that a reader uploaded."""

    number: int  # of the library
    title: str


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What came of an upload."""

    added: int
    known: int  # that the library had already, or the file twice
    no_room: int  # beyond what a library holds
    rejections: tuple[tuple[int | None, str], ...]  # the line and why, in English


class OwnLibrary(Protocol):
    """Papers that readers uploaded: theirs alone, known, and never sent as new."""

    def add(self, subscriber: int, data: bytes) -> Uploaded:
        """Add the papers of a `.bib` or `.ris` file. Raises LibraryError."""

    def papers(self, subscriber: int) -> Sequence[LibraryPaper]:
        """Return a reader's papers, the newest first."""

    def remove(self, subscriber: int, number: int | None = None) -> int:
        """Forget them, or the one of a number; return how many."""


@dataclass(frozen=True, slots=True)
class OwnDesk:
    """All of it."""

    kept: OwnDeskStore
    papers: OwnPapers
    why: WhyNots
    library: OwnLibrary
