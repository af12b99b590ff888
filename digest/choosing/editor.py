"""Each reader's papers of an edition: rank what they were not offered yet, and choose.

The one place that a run, a preview and the pages ask what somebody would get.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from digest.choosing.breadth import required
from digest.choosing.choose import Limits, choose
from digest.choosing.why import Answer, explain_absence
from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.corpus import Corpus
from digest.ranking.index import Index
from digest.ranking.interface import Pick, Reason
from digest.ranking.semantics import Semantics
from digest.ranking.taste import Taste
from subscribers.profile import Item, Profile, parse_stored
from subscribers.store import Breadth, Subscriber

NOTHING_SENT: frozenset[int] = frozenset()
Request = tuple[object, ...]  # what decides a reader's picks

_OFFERS = 8  # kept at hand
_MADE = 10_000  # requests of an offer whose picks are kept: about 15 MB


@dataclass(frozen=True, slots=True, eq=False)  # each is its own: a key of what is made of it
class Offer:
    """The papers of some editions in a row, ready to be ranked."""

    papers: Mapping[int, Paper]
    index: Index
    updated: Mapping[int, int | None] = field(default_factory=dict)  # older paper → edition

    @classmethod
    def of(cls, papers: Sequence[Paper], knowledge: Knowledge) -> Offer:
        """Take papers apart for ranking."""
        index = Index.build(papers, knowledge.background, knowledge.corpus, knowledge.semantics)
        updated = {paper.id: paper.updated.edition for paper in papers if paper.updated}
        return cls({paper.id: paper for paper in papers}, index, updated)

    def for_previews(self, semantics: Semantics | None) -> Offer:
        """Return the same papers, ranked with another model or with none; no sentences are told."""
        return replace(self, index=self.index.for_previews(semantics))


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What ranking knows beyond the day's papers."""

    background: Background  # the archive's word statistics
    corpus: Corpus | None = None  # what its newest papers teach
    semantics: Semantics | None = None  # the sentence model, when there is one


@dataclass(frozen=True, slots=True)
class IssueFor:
    """A reader to make an issue for."""

    reader: Subscriber
    since: int  # what editions after this one hold is offered
    sent: Collection[int] = field(default=NOTHING_SENT)  # papers that they have had
    taste: Taste = ()  # what they liked and disliked
    read: Profile | None = None  # their keywords, where these were read already

    @property
    def profile(self) -> Profile:
        """Their keywords."""
        return self.read or _profile(self.reader.keywords)


class LastSent(Protocol):
    """The ledger, asked about the last few editions."""

    def __call__(self, readers: Sequence[int], since: int) -> Mapping[int, Mapping[int, int]]:
        """Return what readers got by the editions from `since` on: paper → the last of them."""


def _nothing(readers: Sequence[int], since: int) -> Mapping[int, Mapping[int, int]]:
    return {}


class Editor:
    """Chooses each reader's papers of an edition; keeps the last few offers at hand."""

    def __init__(
        self,
        offered: Callable[[int, int], Sequence[Paper]],  # editions (after, upto] → papers
        knowledge: Knowledge,
        limits: Limits,  # unless a reader chose otherwise
        last_sent: LastSent = _nothing,  # asked only where an offer holds newer versions
    ) -> None:
        self._limits = limits
        self._last_sent = last_sent
        self.knowledge = knowledge
        # Most readers had their last issue at the previous edition: few distinct offers at once.
        self._offer = lru_cache(maxsize=_OFFERS)(
            lambda since, upto: Offer.of(offered(since, upto), knowledge)
        )
        self._made: dict[Offer, dict[Request, tuple[Pick, ...]]] = {}

    def choose(
        self, dues: Sequence[IssueFor], edition: int
    ) -> list[tuple[Offer, tuple[Pick, ...]]]:
        """Return each reader's picks, in the order asked, with the offer they come from."""
        chosen: dict[int, tuple[Offer, tuple[Pick, ...]]] = {}
        by_since: dict[int, list[int]] = {}
        for at, due in enumerate(dues):
            by_since.setdefault(due.since, []).append(at)
        for since, places in by_since.items():
            offer = self._offer(since, edition)
            picks = self._picks(offer, [dues[at] for at in places])
            chosen.update(zip(places, ((offer, each) for each in picks), strict=True))
        return [chosen[at] for at in range(len(dues))]

    def choose_from(self, offer: Offer, due: IssueFor) -> tuple[Pick, ...]:
        """Return one reader's picks of an offer that is no edition yet."""
        return self._picks(offer, [due])[0]

    def offer(self, since: int, edition: int) -> Offer:
        """Return what an issue is made of that begins after one edition and ends with another."""
        return self._offer(since, edition)

    def why(
        self,
        offer: Offer,
        due: IssueFor,
        paper: int,
        sent: Mapping[int, tuple[datetime | None, int | None]],
    ) -> Answer:
        """Say why a paper is in a reader's issue, or what kept it out.

        sent: the papers they had, and when and in which edition, as far as that matters.
        """
        return explain_absence(
            due.profile,
            paper,
            offer.index,
            limits=self._limits_of(due.reader),
            taste=due.taste,
            sent=sent,
        )

    def reasons(self, offer: Offer, due: IssueFor) -> dict[int, tuple[Reason, ...]]:
        """Return why each paper of an offer that matches a reader does."""
        profile = due.profile
        return {
            number: offer.index.explain(profile, number).reasons
            for number in self.matching(offer, profile, due.reader.breadth)
        }

    def picked_again(self, offer: Offer, reader: Subscriber, pick: Pick) -> Pick:
        """Return a past pick with its reasons and highlights, by the keywords of today."""
        if pick.section == "trending":
            return pick
        why = offer.index.explain(_profile(reader.keywords), pick.paper)
        return replace(pick, reasons=why.reasons, spans=why.spans, grounds=None)

    def matching(self, offer: Offer, profile: Profile, breadth: Breadth = "normal") -> list[int]:
        """Return the papers of an offer that match a profile well enough."""
        floor, by_words = required(breadth, self._limits.floor)
        (ranking,) = offer.index.rank([profile], depth=max(1, len(offer.papers)))
        best = offer.index.best(profile, ranking.papers, by_words=by_words)
        return [paper for paper, match in zip(ranking.papers, best, strict=True) if match >= floor]

    def counts(self, offer: Offer, items: Sequence[Item], breadth: Breadth) -> Sequence[int]:
        """Return how many papers of an offer match each item alone well enough."""
        floor, by_words = required(breadth, self._limits.floor)
        return offer.index.counts(items, floor, by_words=by_words)

    def _limits_of(self, reader: Subscriber) -> Limits:
        most = reader.max_papers or self._limits.max_papers
        floor, by_words = required(reader.breadth, self._limits.floor)
        return replace(self._limits, max_papers=most, floor=floor, by_words=by_words)

    def _picks(self, offer: Offer, dues: Sequence[IssueFor]) -> list[tuple[Pick, ...]]:
        """Return each reader's picks; readers who ask for the same are ranked and chosen once."""
        if offer.updated:
            dues = self._with_updated(offer, dues)
        keys = [_request(offer, due, at) for at, due in enumerate(dues)]
        made = self._made_of(offer)
        fresh = {key: due for key, due in zip(keys, dues, strict=True) if key not in made}
        if fresh:
            made.update(zip(fresh, self._chosen(offer, list(fresh.values())), strict=True))
        picks = [made[key] for key in keys]
        for key, due in fresh.items():
            if due.taste:
                del made[key]
        return picks

    def _made_of(self, offer: Offer) -> dict[Request, tuple[Pick, ...]]:
        """Return what was chosen of an offer so far: many readers ask for the same."""
        if offer not in self._made and len(self._made) >= _OFFERS:
            self._made.clear()
        made = self._made.setdefault(offer, {})
        if len(made) > _MADE:
            made.clear()
        return made

    def _with_updated(self, offer: Offer, dues: Sequence[IssueFor]) -> list[IssueFor]:
        """Except newer versions from what was sent, for readers who have had an older one.

        Who never had the paper is not offered its newer version either: what was not picked does
        not come back.
        """
        editions = [number for number in offer.updated.values() if number is not None]
        readers = [due.reader.id for due in dues]
        had = self._last_sent(readers, min(editions)) if editions else {}
        return [
            replace(due, sent=_unsent(offer.updated, due.sent, had.get(due.reader.id, {})))
            for due in dues
        ]

    def _chosen(self, offer: Offer, dues: Sequence[IssueFor]) -> list[tuple[Pick, ...]]:
        profiles = [due.profile for due in dues]
        tastes = [due.taste for due in dues] if any(due.taste for due in dues) else None
        sent = [due.sent for due in dues]
        rankings = offer.index.rank(profiles, sent=sent, tastes=tastes)
        return [
            choose(
                profile,
                ranking,
                offer.index,
                limits=self._limits_of(due.reader),
                taste=due.taste,
                sent=due.sent,
            )
            for due, profile, ranking in zip(dues, profiles, rankings, strict=True)
        ]


def _request(offer: Offer, due: IssueFor, at: int) -> Request:
    """Return what decides a reader's picks; a taste of one's own is like nobody else's."""
    had = frozenset(offer.papers.keys() & due.sent) if due.sent else NOTHING_SENT
    reader = due.reader
    return (reader.keywords, reader.max_papers, reader.breadth, had, at if due.taste else None)


def _unsent(
    updated: Mapping[int, int | None], sent: Collection[int], last_sent: Mapping[int, int]
) -> frozenset[int]:
    """Return what counts as sent to a reader when older papers are offered as updated."""
    again = {
        paper
        for paper, edition in updated.items()
        if paper in sent and (edition is None or last_sent.get(paper, 0) < edition)
    }
    return frozenset(sent) - again | (updated.keys() - again)


@lru_cache(maxsize=4096)
def _profile(keywords: str) -> Profile:
    return parse_stored(keywords)
