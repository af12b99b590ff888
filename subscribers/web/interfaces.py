"""What the readers' pages need of the rest of the newsletter: previews, issues, papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from subscribers.profile import Profile
from subscribers.store import Breadth


@dataclass(frozen=True, slots=True)
class PreviewReason:
    """Why a paper is in the preview."""

    keyword: str  # the item's text, as the reader typed it
    field: str  # 'title', 'abstract', 'authors', 'meaning', …: shown as it is
    standing: str = ""  # of several words: 'phrase', 'close', 'apart', 'part', 'word'
    missing: tuple[str, ...] = ()  # of 'part': the words that are not in the paper


@dataclass(frozen=True, slots=True)
class PreviewedPaper:
    """One paper of the preview."""

    title: str
    url: str | None  # http or https only
    abstract: str  # cut to a line or two; may be empty
    score: float
    section: Literal["picked", "trending"]
    reasons: tuple[PreviewReason, ...] = ()  # strongest first
    authors: tuple[str, ...] = ()  # shown where there are no reasons
    context: str = ""  # for the title of a COinS span, where there is one


@dataclass(frozen=True, slots=True)
class KeywordHits:
    """How one wanted item did lately."""

    text: str  # the item's
    hits: int  # papers of the last 30 days that match it
    suggestions: tuple[str, ...] = ()  # from the archive's vocabulary, for the word that is unknown
    unknown: str = ""  # the first word, as typed, that stands in none of these papers


@dataclass(frozen=True, slots=True)
class PreviewedIssue:
    """What the newest edition's issue would be with a profile; before any, one of all papers."""

    edition: str  # its label, to show: '2026-03-02'; empty: there is none yet
    candidates: int  # papers in that edition, else in the archive
    papers: tuple[PreviewedPaper, ...]
    keywords: tuple[KeywordHits, ...]  # in the profile's order
    per_day: float | None = None  # matching papers to expect a day; None: too early to say
    replayed: tuple[int, ...] = ()  # papers that the last editions would have had, newest first
    fitting: Mapping[Breadth, int] = field(default_factory=dict)  # candidates that match, at each
    is_by_words: bool = False  # what fits by meaning is still being looked for: ask again soon


@dataclass(frozen=True, slots=True)
class Sample:
    """What came lately, for who does not know the newsletter yet."""

    week: int  # papers of the last seven days
    topics: tuple[str, ...]  # to try, as titles write them; the commonest first
    keywords: tuple[str, ...]  # some of them: what the issue is for
    issue: PreviewedIssue  # the newest edition's, for those, with its first papers
    whole: PreviewedIssue  # the same, with all


class PreviewService(Protocol):
    """Ranks the newest edition for somebody who is only trying."""

    def preview(
        self, profile: Profile, max_papers: int | None, breadth: Breadth = "normal"
    ) -> PreviewedIssue | None:
        """Return the issue; None when there is no paper in the archive yet."""

    def sample(self) -> Sample | None:
        """Return what came lately, at once; None when there is nothing to show yet."""


@dataclass(frozen=True, slots=True)
class MailedIssue:
    """An issue as it was mailed."""

    subject: str
    html: str | None  # the whole HTML part; None: the reader wanted text only
    text: str


class IssueReader(Protocol):
    """Gives back issues."""

    def read(self, subscriber: int, edition: int) -> MailedIssue | None:
        """Return what a reader was mailed; None: nothing, or it is no longer kept."""


@dataclass(frozen=True, slots=True)
class PublicEdition:
    """An edition, for everybody."""

    name: str  # its day, and its part where it is not the day's first: '2026-12-01-2'
    day: date
    papers: int  # that it offered


class PublicPapers(Protocol):
    """Papers without readers."""

    def numbered(self, papers: Sequence[int]) -> Sequence[PreviewedPaper]:
        """Return papers by their numbers, in that order; what is not known is left out."""

    def editions(self) -> Sequence[PublicEdition]:
        """Return the editions that everybody may see, the newest first."""

    def edition(self, name: str) -> tuple[PublicEdition, Sequence[PreviewedPaper]] | None:
        """Return an edition and its papers; None: there is none that everybody may see."""
