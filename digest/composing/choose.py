"""Which papers of a ranking go into an issue. Pure: a ranking in, picks out.

The floor, near-duplicates and the issue's size decide, then the fill: an issue that has a match but
fewer than `min_papers` of them is filled with what is popular, labelled as trending.
"""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Protocol

from digest.ranking.interface import Explanation, Pick, Ranking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.papers import Paper
    from subscribers.profile import Profile

FLOOR = 0.01


class Explains(Protocol):
    """What choosing needs of the index."""

    @property
    def papers(self) -> Sequence[Paper]:
        """The edition's papers, the most popular first."""

    def explain(self, profile: Profile, number: int) -> Explanation:
        """Say why a paper has its score."""

    def allowed(self, profile: Profile, number: int) -> bool:
        """Whether no exclusion and no requirement of the profile forbids the paper."""


def choose(
    profile: Profile,
    ranking: Ranking,
    index: Explains,
    *,
    sent: Container[int] = (),
    max_papers: int = 10,
    min_papers: int = 3,
    floor: float = FLOOR,
) -> tuple[Pick, ...]:
    """Choose the papers of one issue, best first, the trending fill last.

    Without a single match there is no fill either: the reader has a quiet day.
    """
    chosen = [
        (number, score)
        for number, score in zip(ranking.papers, ranking.scores, strict=True)
        if score >= floor and number not in sent
    ][:max_papers]
    picks = [_pick(profile, number, score, index) for number, score in chosen]
    if picks and len(picks) < min_papers:
        picks += _fill(profile, picks, index, sent, min(min_papers, max_papers) - len(picks))
    return tuple(picks)


def _pick(profile: Profile, number: int, score: float, index: Explains) -> Pick:
    why = index.explain(profile, number)
    return Pick(number, score, "picked", why.reasons, why.spans, why.closest_sentence)


def _fill(
    profile: Profile, picks: list[Pick], index: Explains, sent: Container[int], count: int
) -> list[Pick]:
    """Return the most popular papers that are not chosen, not sent and not forbidden."""
    chosen = {pick.paper for pick in picks}
    popular = (
        paper.id
        for paper in index.papers
        if paper.id not in chosen and paper.id not in sent and index.allowed(profile, paper.id)
    )
    return [Pick(number, 0.0, "trending") for number, _ in zip(popular, range(count), strict=False)]
