"""What the readers' pages ask of composing: a preview while keywords are typed."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import accumulate
from threading import Event, Lock

from digest.choosing.editor import Editor, IssueFor, Offer
from digest.choosing.issue_for import Planned
from digest.composing.excerpt import cut
from digest.composing.links import paper_url
from digest.editions import Edition
from digest.papers import Paper
from digest.ranking.interface import Pick
from digest.ranking.semantics import Semantics
from digest.web.later_meanings import LaterMeanings
from digest.web.vocabulary import Budget, Vocabulary
from subscribers.preferences import BREADTHS
from subscribers.profile import Item, Profile, parse, to_text
from subscribers.store import Breadth, Subscriber
from subscribers.web.interfaces import (
    KeywordHits,
    PreviewedIssue,
    PreviewedPaper,
    PreviewReason,
    Sample,
)

RECENT = timedelta(days=30)
_LINES = 180  # characters of an abstract in a preview
_FRESH = timedelta(minutes=5)  # how long a preview's papers are kept in hand
_ITEMS = 2_000  # items of visitors that are kept worked out: about 10 MB
_AT_ONCE, _AT_ONCE_LETTERS = 1, 60  # keywords that are embedded while somebody waits
_SOON, _SOON_LETTERS = 4, 120  # after the answer, for the next one: as much as another answer
_VECTORS = 20_000  # of what visitors type: about 20 MB
_ANSWERS = 200  # previews that are kept, for who types the same
_SAMPLE_TOPICS, _SAMPLE_PAPERS = 3, 3
_DAYS = 10  # editions that a preview is replayed on


@dataclass(frozen=True, slots=True)
class _Papers:
    """The papers of previews, ranked in one way."""

    offer: Offer  # the newest edition's
    recent: Offer  # the last 30 days'


@dataclass(frozen=True, slots=True)
class _Stock:
    """What previews are made from, for a few minutes."""

    at: datetime
    edition: Edition | None
    since: int  # editions after this one are offered
    by_words: _Papers
    by_meaning: _Papers  # the same as by words where there is no model
    semantics: Semantics | None
    days: float  # that the recent papers span
    vocabulary: Vocabulary
    editor: Editor
    answers: OrderedDict[tuple[str, int | None, Breadth, bool], PreviewedIssue] = field(
        default_factory=OrderedDict
    )
    sample: Sample | None = None


def _at_once(work: Callable[[], None]) -> None:
    work()


class Previews:
    """Ranks the newest edition for somebody who is only trying (a PreviewService)."""

    def __init__(
        self,
        *,
        newest: Callable[[], Edition | None],
        seen_since: Callable[[datetime], Sequence[Paper]],
        editor: Callable[[], Editor],
        search_url: str,
        clock: Callable[[], datetime],
        max_papers: int = 10,
        in_background: Callable[[Callable[[], None]], None] = _at_once,
        later: LaterMeanings | None = None,
        first_within: float = 0.0,
    ) -> None:
        """Begin without papers; `first_within`: seconds that a visitor waits for the first."""
        self._newest = newest
        self._seen_since = seen_since
        self._editor = editor
        self._search_url = search_url
        self._clock = clock
        self._max_papers = max_papers
        self._stock: _Stock | None = None
        self._visitors: tuple[Semantics | None, Semantics | None] | None = None
        self._lock = Lock()  # an index is ranked by one thread at a time
        self._renewing = Lock()
        self._tried = Event()  # to take the first papers apart
        self._first_within = first_within
        self._in_background = in_background
        self._later = later or LaterMeanings(_at_once)

    def preview(
        self, profile: Profile, max_papers: int | None, breadth: Breadth = "normal"
    ) -> PreviewedIssue | None:
        """Return the newest edition's issue with a profile; None when there is no paper yet."""
        with self._lock:
            stock = self._in_hand()
            if not stock.by_words.recent.papers:
                return None
            asked = (to_text(profile), max_papers, breadth, self._is_by_words(stock, profile))
            made = stock.answers.get(asked)
            if made is None:
                made = stock.answers[asked] = self._made(stock, profile, *asked)
            stock.answers.move_to_end(asked)
            while len(stock.answers) > _ANSWERS:
                stock.answers.popitem(last=False)
            return made

    def sample(self) -> Sample | None:
        """Return what came lately; None when there is nothing to show yet.

        It is there at once, but for who comes in the moments after the start.
        """
        held = self._stock
        self.make_ready()
        if held is None:
            self._tried.wait(self._first_within)
        return self._stock.sample if self._stock else None

    def make_ready(self) -> None:
        """Take the papers apart in the background, before anybody asks."""
        if self._is_stale(self._stock):
            self._in_background(self._renew)

    def _is_by_words(self, stock: _Stock, profile: Profile) -> bool:
        """Return whether a preview must do without its keywords' meaning, which it has next time.

        To embed a short keyword takes some milliseconds; a hundred of them, or a long one, far
        more than anybody who only looks may cost. So each preview has a few of them embedded,
        and the page asks again.
        """
        if stock.semantics is None:
            return False
        texts = [item.text for item in profile.wanted if item.scope is None]
        unknown = stock.semantics.unknown_keywords(texts)
        if len(unknown) <= _AT_ONCE and sum(map(len, unknown)) <= _AT_ONCE_LETTERS:
            return False
        self._later.work_out(stock.semantics, _first_few(unknown))
        return True

    def _made(
        self,
        stock: _Stock,
        profile: Profile,
        keywords: str,
        max_papers: int | None,
        breadth: Breadth,
        is_by_words: bool,
    ) -> PreviewedIssue:
        papers = stock.by_words if is_by_words else stock.by_meaning
        reader = Subscriber(0, "", "", keywords, max_papers=max_papers, breadth=breadth)
        due = IssueFor(reader, stock.since, read=profile)
        picks = stock.editor.choose_from(papers.offer, due)
        matching = stock.editor.matching(papers.recent, profile, breadth)
        counts = stock.editor.counts(papers.recent, profile.wanted, breadth)
        fitting = {
            wish: len(stock.editor.matching(papers.offer, profile, wish)) for wish in BREADTHS
        }
        replayed = _replayed(stock, matching, max_papers or self._max_papers)
        hits = _hits(stock, profile.wanted, counts)
        shown = tuple(self._shown(papers.offer.papers[pick.paper], pick) for pick in picks)
        for offer in (papers.offer, papers.recent):
            offer.index.forget_items(beyond=_ITEMS)
        return PreviewedIssue(
            edition=stock.edition.label.isoformat() if stock.edition else "",
            candidates=len(papers.offer.papers.keys() - papers.offer.updated.keys()),
            papers=shown,
            keywords=hits,
            per_day=len(matching) / stock.days if stock.days >= 2 else None,
            replayed=replayed,
            fitting=fitting,
            is_by_words=is_by_words,
        )

    def _in_hand(self) -> _Stock:
        """Return the stock, which is made anew meanwhile when it is old."""
        if self._stock is None:
            self._renew()
        elif self._is_stale(self._stock):
            self._in_background(self._renew)
        assert self._stock is not None  # noqa: S101  (renewed above)
        return self._stock

    def _is_stale(self, held: _Stock | None) -> bool:
        return (
            held is None
            or self._clock() - held.at >= _FRESH
            or _number(held.edition) != _number(self._newest())
        )

    def _renew(self) -> None:
        with self._renewing:
            try:
                if self._is_stale(self._stock):  # another was quicker
                    self._stock = self._new_stock()
            finally:
                self._tried.set()  # nobody waits where it fails

    def _new_stock(self) -> _Stock:
        now, newest = self._clock(), self._newest()
        editor = self._editor()
        recent = list(self._seen_since(now - RECENT))
        since = Planned.of_edition(newest).since if newest else 0
        first = min((p.first_seen for p in recent if p.first_seen), default=now)
        offered = Offer.of(recent, editor.knowledge)
        issue = editor.offer(since, newest.number) if newest else offered
        by_words = _Papers(issue.for_previews(None), offered.for_previews(None))
        semantics = self._semantics(editor)
        stock = _Stock(
            at=now,
            edition=newest,
            since=since,
            by_words=by_words,
            by_meaning=_Papers(issue.for_previews(semantics), offered.for_previews(semantics))
            if semantics
            else by_words,
            semantics=semantics,
            days=(now - first).total_seconds() / 86400,
            vocabulary=Vocabulary.of(recent, offered.index.documents),
            editor=editor,
        )
        if semantics:
            semantics.keyword_vectors(stock.vocabulary.topics)  # they are there to be pressed
        return replace(stock, sample=self._sample(stock))

    def _semantics(self, editor: Editor) -> Semantics | None:
        """Return the model with a memory for what visitors type, the same from stock to stock."""
        told = editor.knowledge.semantics
        if self._visitors is None or self._visitors[0] is not told:
            self._visitors = (told, told.for_visitors(_VECTORS) if told else None)
        return self._visitors[1]

    def _sample(self, stock: _Stock) -> Sample | None:
        """Return what the front page shows: an issue for what most of the papers are about."""
        topics = stock.vocabulary.topics
        if not topics:
            return None
        keywords = topics[:_SAMPLE_TOPICS]
        profile = parse(", ".join(f'"{topic}"' for topic in keywords))
        whole, issue = (
            self._made(stock, profile, to_text(profile), most, "normal", is_by_words=False)
            for most in (None, _SAMPLE_PAPERS)
        )
        since = stock.at - timedelta(days=7)
        papers = stock.by_words.recent.papers.values()
        week = sum(1 for paper in papers if paper.first_seen and paper.first_seen >= since)
        return Sample(week, topics, keywords, issue, whole)

    def _shown(self, paper: Paper, pick: Pick) -> PreviewedPaper:
        return replace(
            shown_alone(paper, self._search_url),
            score=pick.score,
            section=pick.section,
            reasons=tuple(
                PreviewReason(r.keyword, r.field, r.standing, r.missing) for r in pick.reasons
            ),
        )


def _number(edition: Edition | None) -> int | None:
    return edition.number if edition else None


def _first_few(keywords: Sequence[str]) -> Sequence[str]:
    """Return the first of some keywords, and more while they are few and short."""
    letters = list(accumulate(map(len, keywords[:_SOON])))
    return keywords[: max(1, sum(1 for each in letters if each <= _SOON_LETTERS))]


def _replayed(stock: _Stock, matching: Sequence[int], most: int) -> tuple[int, ...]:
    """Return how many papers the last editions would have brought, the newest first.

    Of editions that lie wholly within the recent papers; so of the first of them, none.
    """
    editions = {paper.edition for paper in stock.by_words.recent.papers.values() if paper.edition}
    found = Counter(stock.by_words.recent.papers[number].edition for number in matching)
    last = sorted(editions, reverse=True)[:-1][:_DAYS]
    return tuple(min(found[edition], most) for edition in last)


def _hits(stock: _Stock, items: Sequence[Item], counts: Sequence[int]) -> tuple[KeywordHits, ...]:
    vocabulary, budget = stock.vocabulary, Budget()
    hits = []
    for item, count in zip(items, counts, strict=True):
        unknown, close = vocabulary.misspelt(item, budget)
        hits.append(KeywordHits(item.text, count, close, unknown))
    return tuple(hits)


def shown_alone(paper: Paper, search_url: str) -> PreviewedPaper:
    """Return a paper as a page shows it to somebody of whom nothing is known."""
    return PreviewedPaper(
        title=paper.title,
        url=paper_url(paper, search_url),
        abstract=_opening(paper.abstract),
        score=0.0,
        section="picked",
        authors=paper.authors,
    )


def _opening(abstract: str) -> str:
    at = cut(abstract, _LINES)
    return abstract[: at.end] + ("…" if at.ellipsis else "")
