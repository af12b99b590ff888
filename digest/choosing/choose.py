"""Which papers of a ranking go into an issue. Pure: a ranking in, picks out.

In this order: the floor and what was sent leave papers out; of near-duplicates the better stays;
the best `max_papers` are taken; a keyword that took nearly all of them gives its weakest places to
good papers of other keywords; an issue that has a match but fewer than `min_papers` is filled with
what is popular outside the keywords, labelled as trending; so is the place kept for it, if any.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from digest.ranking.interface import Explanation, Grounds, Pick, Picks, Ranking

if TYPE_CHECKING:
    from digest.papers import Paper
    from digest.ranking.taste import Taste
    from subscribers.profile import Profile

FLOOR = 0.01
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

    @property
    def duplicates(self) -> Mapping[int, frozenset[int]]:
        """The papers that say nearly the same as another; most have none and are not there."""


Candidate = tuple[int, float]  # a paper that may be picked, and its score


def choose(
    profile: Profile,
    ranking: Ranking,
    index: Explains,
    *,
    taste: Taste = (),
    sent: Container[int] = (),
    max_papers: int = 10,
    min_papers: int = 3,
    floor: float = FLOOR,
    trending: int = 0,
) -> Picks:
    """Choose the papers of one issue, best first, the trending ones last.

    `trending` of the places are kept for what is popular outside the keywords, unless all that is
    popular matches. Without a single match there is no fill either: the reader has a quiet day.
    """
    candidates = eligible(ranking, index, sent, floor)
    if not candidates:
        return Picks()
    missing = min(min_papers, max_papers) - len(candidates)
    count = max(missing, min(trending, max_papers - 1))
    taken = {paper for paper, _ in candidates}

    def matches(number: int) -> bool:  # not all that match need be in the ranking
        if ranking.complete:
            return number in taken
        return number in taken or index.explain(profile, number, taste).score >= floor

    fill = _fill(profile, candidates, matches, index, sent, count)
    wanted = max_papers - len(fill)
    chosen = candidates[:wanted]
    if len(candidates) > wanted and len(profile.wanted) > 1:
        leading = index.leading(profile, [paper for paper, _ in chosen])
        if _surplus(leading, wanted) > 0:
            rest = index.leading(profile, [paper for paper, _ in candidates[wanted:]])
            chosen = diversified(candidates, (*leading, *rest), wanted)
    grounds = index.grounds(profile, [paper for paper, _ in chosen], taste)
    picks = [
        Pick(paper, score, "picked", *why)
        for (paper, score), why in zip(chosen, grounds, strict=True)
    ]
    return Picks((*picks, *fill))


def eligible(
    ranking: Ranking, index: Explains, sent: Container[int], floor: float
) -> list[Candidate]:
    """Return what may be picked, best first: at the floor or above, new, no near-duplicates."""
    ranked = zip(ranking.papers, ranking.scores, strict=True)
    fresh = [each for each in ranked if each[1] >= floor and each[0] not in sent]
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
) -> list[Pick]:
    """Return the most popular papers that match nothing, are not sent and not forbidden."""
    found: list[Pick] = []
    taken: set[int] = set()
    if count > 0:
        taken.update(*(index.duplicates.get(paper, _NONE) for paper, _ in candidates))
    for paper in index.papers:
        if len(found) >= count:
            break
        if paper.id in taken or paper.id in sent or matches(paper.id):
            continue
        if index.allowed(profile, paper.id):
            found.append(Pick(paper.id, 0.0, "trending", grounds=0))
            taken |= index.duplicates.get(paper.id, _NONE)
    return found
