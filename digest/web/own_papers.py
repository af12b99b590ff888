"""A reader's issues for their own desk, and papers as files (OwnPapers)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Protocol

from digest.composing.links import own_url
from digest.papers import Paper
from digest.storage.libraries import LibraryStore
from digest.storage.own_records import OwnRecordStore
from digest.storage.sent_issues import SentIssue, SentIssueStore
from digest.web.citations.bibtex_writer import written_bibtex
from digest.web.citations.coins import context_object
from digest.web.citations.csl_json_writer import written_csl_json
from digest.web.citations.markdown_writer import written_markdown
from digest.web.citations.ris_writer import written_ris
from digest.web.shown_papers import legible
from subscribers.store import Feedback, Subscriber
from subscribers.web.own_papers import (
    CitationForm,
    FoundPaper,
    FoundPapers,
    ListedIssue,
    ListedPaper,
)

_FOUND = 30  # papers of a search
_SEARCHED = 20_000  # papers, the newest: what ten a day are in five years
_WORDS = 8  # of a search

_WRITERS: Mapping[CitationForm, Callable[[Sequence[Paper]], str]] = {
    "bib": written_bibtex,
    "ris": written_ris,
    "json": written_csl_json,
    "md": written_markdown,
}


class SaidOfPapers(Protocol):
    """Where it stands what readers said of papers."""

    def feedback(self, subscriber: int) -> Sequence[Feedback]:
        """Return all opinions of a reader, newest first."""


@dataclass(frozen=True, slots=True)
class IssuesOnFile:
    """Reads what readers were sent."""

    sent: SentIssueStore
    opinions: SaidOfPapers
    libraries: LibraryStore
    records: OwnRecordStore
    share: Callable[[int, Sequence[int]], str]  # an edition's papers → where they may be shown

    def count(self, subscriber: int) -> int:
        """Return how many issues a reader was sent."""
        return self.sent.count(subscriber)

    def issues(self, subscriber: int, skip: int, count: int) -> Sequence[ListedIssue]:
        """Return some of a reader's issues, the newest first."""
        found = self.sent.page(subscriber, skip=skip, count=count)
        known = self._legible(list(chain.from_iterable(each.papers for each in found)))
        return [self._listed_issue(each, known) for each in found]

    def issue(self, subscriber: int, edition: int) -> ListedIssue | None:
        """Return a reader's issue of an edition."""
        found = self.sent.of_edition(subscriber, edition)
        return self._listed_issue(found, self._legible(found.papers)) if found else None

    def _listed_issue(self, issue: SentIssue, known: Mapping[int, Paper]) -> ListedIssue:
        papers = tuple(_listed_paper(n, known[n]) for n in issue.papers if n in known)
        where = self.share(issue.edition, issue.papers)
        return ListedIssue(issue.edition, issue.label, issue.at, papers, where)

    def search(self, subscriber: int, text: str) -> FoundPapers:
        """Return papers of a reader's issues in whose title or abstract every word stands."""
        words = _folded(text).split()[:_WORDS]
        issues = self.sent.page(subscriber)
        first: dict[int, SentIssue] = {}
        for issue in issues:
            for number in issue.papers:
                first.setdefault(number, issue)
        matching = (
            number
            for number, title, abstract in self.sent.texts(list(first)[:_SEARCHED])
            if _has_all(words, _folded(f"{title}\n{abstract}"))
        )
        numbers = list(islice(matching, _FOUND + 1))
        known = self._legible(numbers[:_FOUND])
        papers = tuple(
            FoundPaper(_listed_paper(number, known[number]), issue.edition, issue.label)
            for number in numbers[:_FOUND]
            if number in known and (issue := first[number])
        )
        return FoundPapers(papers, has_more=len(numbers) > _FOUND)

    def cited(self, subscriber: int, edition: int, form: CitationForm) -> str | None:
        """Return an issue's papers as a file; None: there is no such issue."""
        found = self.sent.of_edition(subscriber, edition)
        return self._written(found.papers, form) if found else None

    def cited_likes(self, subscriber: int, form: CitationForm) -> str:
        """Return the papers that a reader liked, as a file."""
        said = self.opinions.feedback(subscriber)
        return self._written([each.paper for each in said if each.opinion == "more"], form)

    def _legible(self, numbers: Sequence[int]) -> Mapping[int, Paper]:
        return {number: legible(paper) for number, paper in self.sent.papers(numbers).items()}

    def _written(self, numbers: Sequence[int], form: CitationForm) -> str:
        known = self._legible(numbers)
        once = {paper.id: paper for n in numbers if (paper := known.get(n))}
        return _WRITERS[form](list(once.values()))

    def kept(self, subscriber: Subscriber) -> Mapping[str, Any]:
        """Return what is kept of a reader beside what the desk itself keeps, ready for JSON."""
        issues = self.records.issues(subscriber.id)
        ledger = self.records.ledger(subscriber.id)
        known = self.sent.papers([*chain.from_iterable(each["papers"] for each in issues), *ledger])
        library = self.libraries.papers([subscriber.id]).get(subscriber.id, [])
        return {
            "issues": [
                each | {"papers": [_named(n, known.get(n)) for n in each["papers"]]}
                for each in issues
            ],
            "papers_sent": [_named(number, known.get(number)) for number in ledger],
            "library": [
                {"title": p.title, "abstract": p.abstract, "arxiv_id": p.arxiv_id, "doi": p.doi,
                 "added_at": at.isoformat()}
                for p, at in library
            ],
            **self.records.rest(subscriber),
        }  # fmt: skip


def _named(number: int, paper: Paper | None) -> dict[str, Any]:
    """Return a paper as a download names it."""
    if paper is None:
        return {"paper": number}
    told = {"title": paper.title, "url": own_url(paper), "arxiv_id": paper.arxiv_id}
    return {"paper": number, **told, "doi": paper.doi}


def _listed_paper(number: int, paper: Paper) -> ListedPaper:
    return ListedPaper(
        number,
        paper.title,
        own_url(paper),
        paper.authors,
        paper.abstract,
        paper.venue or "",
        paper.published,
        context_object(paper),
    )


def _has_all(words: Sequence[str], text: str) -> bool:
    return all(word in text for word in words)


def _folded(text: str) -> str:
    """Return a text as it is compared: without case, width and accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
