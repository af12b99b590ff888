"""What the readers' pages ask of composing: a preview while keywords are typed, past issues."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from email.message import EmailMessage
from email.policy import default
from threading import Lock

from digest.choosing.editor import Editor, IssueFor, Offer
from digest.choosing.issue_for import Planned
from digest.composing.excerpt import cut
from digest.composing.links import paper_url
from digest.delivery.freezing import Freezer
from digest.delivery.message import Recipe
from digest.editions import Edition
from digest.errors import NotFound
from digest.papers import Paper
from digest.ranking.interface import Pick
from digest.ranking.text import tokens_of
from digest.storage.recipes import RecipeStore
from subscribers.profile import Item, Profile, to_text
from subscribers.store import Subscriber
from subscribers.web.interfaces import (
    KeywordHits,
    MailedIssue,
    PreviewedIssue,
    PreviewedPaper,
    PreviewReason,
)
from subscribers.words import normalised

RECENT = timedelta(days=30)
_LINES = 180  # characters of an abstract in a preview
_FRESH = timedelta(minutes=5)  # how long a preview's papers are kept in hand


@dataclass(frozen=True, slots=True)
class _Stock:
    """What previews are made from, for a few minutes."""

    at: datetime
    edition: Edition | None
    since: int  # editions after this one are offered
    offer: Offer  # the newest edition's papers
    recent: Offer  # the last 30 days'
    days: float  # that the recent papers span
    vocabulary: tuple[str, ...]
    stems: frozenset[str]  # that stand in the recent papers
    editor: Editor


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
    ) -> None:
        self._newest = newest
        self._seen_since = seen_since
        self._editor = editor
        self._search_url = search_url
        self._clock = clock
        self._stock: _Stock | None = None
        self._lock = Lock()

    def preview(self, profile: Profile, max_papers: int | None) -> PreviewedIssue | None:
        """Return the newest edition's issue with a profile; None when there is no paper yet."""
        with self._lock:  # handlers run in threads; an index is not made for two at once
            stock = self._in_hand()
            if not stock.recent.papers:
                return None
            reader = Subscriber(0, "", "", to_text(profile), max_papers=max_papers)
            picks = stock.editor.choose_from(stock.offer, IssueFor(reader, stock.since))
            hits = tuple(_hits(stock, item) for item in profile.wanted)
            matching = len(stock.editor.matching(stock.recent, profile))
        return PreviewedIssue(
            edition=stock.edition.label.isoformat() if stock.edition else "",
            candidates=len(stock.offer.papers.keys() - stock.offer.updated.keys()),
            papers=tuple(self._shown(stock.offer.papers[pick.paper], pick) for pick in picks),
            keywords=hits,
            per_day=matching / stock.days if stock.days >= 2 else None,
        )

    def _in_hand(self) -> _Stock:
        now = self._clock()
        newest, held = self._newest(), self._stock
        if held and now - held.at < _FRESH and _number(held.edition) == _number(newest):
            return held
        editor = self._editor()
        recent = list(self._seen_since(now - RECENT))
        since = Planned.of_edition(newest).since if newest else 0
        first = min((p.first_seen for p in recent if p.first_seen), default=now)
        days = (now - first).total_seconds() / 86400
        words = {
            word for paper in recent for word in paper.title.casefold().split() if len(word) > 3
        }
        offered = Offer.of(recent, editor.knowledge)
        self._stock = _Stock(
            now,
            newest,
            since,
            editor.offer(since, newest.number) if newest else offered,
            offered,
            days,
            tuple(sorted(words)),
            frozenset().union(*(document.stems() for document in offered.index.documents)),
            editor,
        )
        return self._stock

    def _shown(self, paper: Paper, pick: Pick) -> PreviewedPaper:
        return PreviewedPaper(
            title=paper.title,
            url=paper_url(paper, self._search_url),
            abstract=_opening(paper.abstract),
            score=pick.score,
            section=pick.section,
            reasons=tuple(PreviewReason(r.keyword, r.field) for r in pick.reasons),
        )


def _number(edition: Edition | None) -> int | None:
    return edition.number if edition else None


def _hits(stock: _Stock, item: Item) -> KeywordHits:
    count = len(stock.editor.matching(stock.recent, Profile((item,))))
    if count:
        unknown, close = _misspelt(stock, item)
        return KeywordHits(item.text, count, close, unknown)
    return KeywordHits(item.text, 0, _close_to(stock, item.words))


def _close_to(stock: _Stock, words: Iterable[str]) -> tuple[str, ...]:
    """Return words of recent titles that are written much like some others."""
    close = [
        near
        for word in words
        for near in get_close_matches(word, stock.vocabulary, n=2, cutoff=0.75)
        if near != word
    ]
    return tuple(dict.fromkeys(close))[:3]


def _misspelt(stock: _Stock, item: Item) -> tuple[str, tuple[str, ...]]:
    """Return the first word of an item that stands nowhere, and what is written much like it."""
    if item.scope in ("author", "org"):
        return "", ()
    for typed in item.text.split():
        words = normalised(typed)
        if not any(stems in stock.stems for stems in _stems_of(words)) and (
            close := _close_to(stock, words)
        ):
            return typed, close
    return "", ()


def _stems_of(words: Iterable[str]) -> list[str]:
    return [token.stem for word in words for token in tokens_of(word)]


def _opening(abstract: str) -> str:
    at = cut(abstract, _LINES)
    return abstract[: at.end] + ("…" if at.ellipsis else "")


@dataclass(frozen=True, slots=True)
class PastIssues:
    """Gives issues back exactly as they were mailed (an IssueReader)."""

    recipes: RecipeStore
    freezer: Freezer

    def read(self, subscriber: int, edition: int) -> MailedIssue | None:
        """Return what a reader was mailed; None: nothing, or it is no longer kept."""
        try:
            recipe = Recipe.unpack(self.recipes.of_reader(subscriber, edition))
            raw, _ = self.freezer.preview(recipe)
        except NotFound:
            return None
        message = email.message_from_bytes(raw, policy=default)
        assert isinstance(message, EmailMessage)  # noqa: S101  (the default policy makes these)
        html = message.get_body(preferencelist=("html",))
        text = message.get_body(preferencelist=("plain",))
        return MailedIssue(
            recipe.subject,
            html.get_content() if html else None,
            text.get_content() if text else "",
        )
