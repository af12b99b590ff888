"""Which papers of a ranking go into an issue. Pure: a ranking in, picks out.

In this order: the floor, which is held against the keyword that a paper matches best, and what was
sent leave papers out; so does an opinion of them (who liked a paper knows it, as from their own
library); so do dislikes, but never more than a part of a keyword's papers; likes bring papers that
no keyword does, to a part of the places; of near-duplicates the better stays; the best `max_papers`
are taken; a keyword that took nearly all of them gives its weakest places to good papers of other
keywords; an issue that has a match but fewer than `min_papers` is filled with what is popular
outside the keywords, labelled as trending; so is the place kept for it, if any.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from digest.ranking.interface import Explanation, Grounds, Pick, Picks, Ranking

if TYPE_CHECKING:
    from digest.papers import Paper
    from digest.ranking.taste import Taste
    from subscribers.profile import Profile

FLOOR = 0.3
OUTSIDE = 0.05  # what matches less is outside the keywords, and may fill an issue
LIKED = 0.15  # what likes give at least to a paper that no keyword brings
LIKED_SHARE = 0.3  # of an issue for such papers
DISLIKED_SHARE = 0.5  # of the papers that a keyword leads, which dislikes may leave out
SHARE = 0.7  # of an issue that one keyword may lead while others have good papers
_NONE: frozenset[int] = frozenset()
GOOD = 0.6  # a paper is good enough to displace another with this share of its score


class Explains(Protocol):
    """What choosing needs of the index."""

    @property
    def papers(self) -> Sequence[Paper]:
        """The edition's papers, the most popular first."""

    def explain(self, profile: Profile, number: int, taste: Taste = ()) -> Explanation:
        """Say why a paper has its score."""

    def grounds(
        self, profile: Profile, numbers: Sequence[int], taste: Taste = ()
    ) -> Sequence[Grounds]:
        """Say what picks of some papers hold of that."""

    def allowed(self, profile: Profile, number: int) -> bool:
        """Whether no exclusion and no requirement of the profile forbids the paper."""

    def leading(self, profile: Profile, numbers: Sequence[int]) -> tuple[int, ...]:
        """Which of the profile's items gives most to each paper; -1: none."""

    def best(
        self, profile: Profile, numbers: Sequence[int], *, by_words: bool = False
    ) -> tuple[float, ...]:
        """How well each paper matches the item that it matches best, whatever its weight.

        `by_words`: items whose words do not stand in a paper do not count for it.
        """

    def taste_of(self, taste: Taste, numbers: Sequence[int]) -> Sequence[tuple[float, float]]:
        """What a taste gives each of some papers, and what it takes from it."""

    @property
    def duplicates(self) -> Mapping[int, frozenset[int]]:
        """The papers that say nearly the same as another; most have none and are not there."""


@dataclass(frozen=True, slots=True)
class _Either:
    """The papers of two collections: what was sent, and what readers had an opinion of before."""

    sent: Container[int]
    known: frozenset[int] | set[int]

    def __contains__(self, paper: object) -> bool:
        return paper in self.known or paper in self.sent


Candidate = tuple[int, float]  # a paper that may be picked, and its score


@dataclass(frozen=True, slots=True)
class Limits:
    """What an issue holds: the newsletter's rule, or what it comes to for one reader."""

    max_papers: int = 10
    min_papers: int = 3  # an issue with fewer is filled
    floor: float = FLOOR
    by_words: bool = False  # a keyword's meaning alone brings no paper
    trending: int = 0  # places for what is popular outside the keywords, labelled


_USUAL = Limits()


def choose(
    profile: Profile,
    ranking: Ranking,
    index: Explains,
    *,
    limits: Limits = _USUAL,
    taste: Taste = (),
    sent: Container[int] = (),
) -> Picks:
    """Choose the papers of one issue, best first, the trending ones last.

    The places kept for what is popular outside the keywords stay free when all that is popular
    matches. Without a single match there is no fill either: the reader has a quiet day.
    """
    chosen, fill = decisions(profile, ranking, index, limits=limits, taste=taste, sent=sent)
    grounds = index.grounds(profile, [paper for paper, _ in chosen], taste)
    picks = [
        Pick(paper, score, "picked", *why)
        for (paper, score), why in zip(chosen, grounds, strict=True)
    ]
    filling = (Pick(paper, 0.0, "trending", grounds=0) for paper in fill)
    return Picks((*picks, *filling))


def decisions(
    profile: Profile,
    ranking: Ranking,
    index: Explains,
    *,
    limits: Limits = _USUAL,
    taste: Taste = (),
    sent: Container[int] = (),
) -> tuple[list[Candidate], list[int]]:
    """Return what `choose` picks, best first, and the papers that fill the issue; no reasons."""
    if taste:
        sent = _Either(sent, {opinion.paper.id for opinion in taste})
    candidates = eligible(profile, ranking, index, limits, sent, taste)
    if not candidates:
        return [], []
    most = limits.max_papers
    missing = min(limits.min_papers, most) - len(candidates)
    count = max(missing, min(limits.trending, most - 1))
    outside = min(OUTSIDE, limits.floor)
    taken = {paper for paper, _ in candidates}

    def matches(number: int) -> bool:  # not all that match need be in the ranking
        return number in taken or index.best(profile, [number])[0] >= outside

    fill = _fill(profile, candidates, matches, index, sent, count)
    wanted = most - len(fill)
    chosen = candidates[:wanted]
    if len(candidates) > wanted and len(profile.wanted) > 1:
        leading = index.leading(profile, [paper for paper, _ in chosen])
        if _surplus(leading, wanted) > 0:
            rest = index.leading(profile, [paper for paper, _ in candidates[wanted:]])
            chosen = diversified(candidates, (*leading, *rest), wanted)
    return chosen, fill


def eligible(
    profile: Profile,
    ranking: Ranking,
    index: Explains,
    limits: Limits,
    sent: Container[int],
    taste: Taste = (),
) -> list[Candidate]:
    """Return what may be picked, best first: at the floor or above, new, no near-duplicates.

    At most a share of an issue is brought by the reader's likes alone.
    """
    floor = limits.floor
    best = index.best(profile, ranking.papers, by_words=limits.by_words)
    new = [paper not in sent for paper in ranking.papers]
    through = [match >= floor and fresh for match, fresh in zip(best, new, strict=True)]
    if taste:
        gains = index.taste_of(taste, ranking.papers)
        liked = [
            at
            for at, gain in enumerate(gains)
            if new[at] and best[at] < floor and gain[0] >= LIKED and not gain[1]
        ]
        for at in _unlike(profile, ranking, index, through, best, [t for _, t in gains], floor):
            through[at] = False
        for at in liked[: int(LIKED_SHARE * limits.max_papers)]:
            through[at] = True
    ranked = zip(ranking.papers, ranking.scores, through, strict=True)
    fresh = [(paper, score) for paper, score, passes in ranked if passes]
    duplicates = index.duplicates
    if duplicates.keys().isdisjoint(ranking.papers):
        return fresh
    kept: list[Candidate] = []
    taken: set[int] = set()
    for each in fresh:
        if each[0] not in taken:
            kept.append(each)
            taken |= duplicates.get(each[0], _NONE)
    return kept


def _unlike(
    profile: Profile,
    ranking: Ranking,
    index: Explains,
    through: Sequence[bool],
    best: Sequence[float],
    taken: Sequence[float],
    floor: float,
) -> list[int]:
    """Return the places of what dislikes leave out: the weakest first, a share of each keyword's.

    So a keyword that is followed is never taken away.
    """
    leading = index.leading(profile, ranking.papers)
    counts = Counter(item for item, passes in zip(leading, through, strict=True) if passes)
    rest = {item: int(DISLIKED_SHARE * count) for item, count in counts.items()}
    out = []
    for at in sorted(range(len(best)), key=lambda at: best[at] - taken[at]):
        if through[at] and best[at] - taken[at] < floor <= best[at] and rest[leading[at]]:
            rest[leading[at]] -= 1
            out.append(at)
    return out


def diversified(
    candidates: Sequence[Candidate], leading: Sequence[int], count: int
) -> list[Candidate]:
    """Return `count` candidates of which one item leads at most SHARE, if others are good enough.

    The weakest papers of the dominating item give way to the best of the others, each only for
    one with GOOD of its score. The order by score stays.
    """
    chosen = list(range(min(count, len(candidates))))
    top = Counter(leading[at] for at in chosen).most_common(1)[0][0]
    others = (at for at in range(len(chosen), len(candidates)) if leading[at] not in (top, -1))
    weakest = [at for at in reversed(chosen) if leading[at] == top]
    surplus = max(_surplus([leading[at] for at in chosen], count), 0)
    for out, better in zip(weakest[:surplus], others, strict=False):
        if candidates[better][1] < GOOD * candidates[out][1]:
            break
        chosen[chosen.index(out)] = better
    return [candidates[at] for at in sorted(chosen)]


def _surplus(leading: Sequence[int], count: int) -> int:
    """Return how many papers one item leads beyond its SHARE of the `count` that are chosen."""
    return max(map(leading.count, set(leading))) - math.ceil(SHARE * count)


def _fill(
    profile: Profile,
    candidates: Sequence[Candidate],
    matches: Callable[[int], bool],
    index: Explains,
    sent: Container[int],
    count: int,
) -> list[int]:
    """Return the most popular papers that match nothing, are not sent and not forbidden."""
    found: list[int] = []
    taken: set[int] = set()
    if count > 0:
        taken.update(*(index.duplicates.get(paper, _NONE) for paper, _ in candidates))
    for paper in index.papers:
        if len(found) >= count:
            break
        if paper.id in taken or paper.id in sent or matches(paper.id):
            continue
        if index.allowed(profile, paper.id):
            found.append(paper.id)
            taken |= index.duplicates.get(paper.id, _NONE)
    return found
