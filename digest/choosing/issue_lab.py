"""What readers would see, measured: the picks of daily issues against judgements.

A collection is split into editions; each query is a reader, and each edition makes one issue by the
very rules of the product. Precision is the share of all picks that are relevant, recall the mean
share of an edition's relevant papers that are picked (of issues that have any), F1 the harmonic
mean of the two. What fills an issue below `min_papers` is labelled as popular in a mail and is
counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from digest.choosing.choose import Limits, decisions
from digest.ranking.background import Background
from digest.ranking.corpus import Corpus
from digest.ranking.index import Index
from digest.ranking.lab import RESAMPLES, editions

if TYPE_CHECKING:
    from digest.ranking.collection import Collection
    from digest.ranking.semantics import Semantics

EDITION = 200  # papers, unless asked otherwise
FLOORS = tuple(round(0.05 * step, 2) for step in range(17))
NAMES = ("picks", "precision", "recall", "f1", "empty", "fill")


@dataclass(frozen=True, slots=True)
class IssueQuality:
    """The issues of all queries and editions at one floor, with 95 % bootstrap intervals."""

    floor: float
    picks: float  # matches an issue; what fills it is not among them
    precision: float
    recall: float
    f1: float
    empty: float  # share of issues without a pick
    fill: float  # papers an issue that fill it
    intervals: dict[str, tuple[float, float]]  # resampled by query

    def as_json(self) -> dict[str, object]:
        """Return the object that `--json` prints."""
        plain: dict[str, object] = {name: getattr(self, name) for name in ("floor", *NAMES)}
        return plain | {"ci": {name: list(pair) for name, pair in self.intervals.items()}}


def issue_quality(
    collection: Collection,
    semantics: Semantics | None,
    limits: Limits,
    floors: Sequence[float],
    *,
    edition: int = EDITION,
    seed: int = 1,
) -> list[IssueQuality]:
    """Measure a collection's issues by some limits, at each of some floors instead of theirs."""
    background = Background.of(collection.papers)
    corpus = Corpus.of(collection.papers, background, semantics)
    indexes = [
        Index.build(papers, background, corpus, semantics)
        for papers in editions(collection.papers, edition, seed)
    ]
    counted: dict[float, list[npt.NDArray[Any]]] = {floor: [] for floor in floors}
    for index in indexes:
        for floor, found in _counted(collection, index, limits, floors).items():
            counted[floor].append(found)
    return [_quality(floor, np.stack(found)) for floor, found in counted.items()]


def _counted(
    collection: Collection, index: Index, limits: Limits, floors: Sequence[float]
) -> dict[float, npt.NDArray[Any]]:
    """Return picks, hits, relevant papers and fill of each query's issue: queries × 4."""
    rankings = index.rank([query.profile for query in collection.queries])
    here = index.place.keys()
    found: dict[float, list[tuple[int, ...]]] = {floor: [] for floor in floors}
    for query, ranking in zip(collection.queries, rankings, strict=True):
        relevant = here & query.relevant.keys()
        for floor in floors:
            picked, fill = decisions(
                query.profile,
                ranking,
                index,
                limits=replace(limits, floor=floor),
            )
            hits = sum(paper in relevant for paper, _ in picked)
            found[floor].append((len(picked), hits, len(relevant), len(fill)))
    return {floor: np.array(rows, float) for floor, rows in found.items()}


def _quality(floor: float, counted: npt.NDArray[Any]) -> IssueQuality:
    """Sum up issues × queries × (picks, hits, relevant, fill)."""
    measured = _measures(counted)
    generator = np.random.default_rng(1)
    queries = counted.shape[1]
    draws = [
        _measures(counted[:, generator.integers(queries, size=queries)]) for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(np.array(draws), [2.5, 97.5], axis=0)
    intervals = dict(zip(NAMES, zip(low.tolist(), high.tolist(), strict=True), strict=True))
    return IssueQuality(floor, *measured, intervals)


def _measures(counted: npt.NDArray[Any]) -> tuple[float, float, float, float, float, float]:
    """Return picks, precision, recall, F1, share of empty issues and fill."""
    picks, hits, relevant, fill = counted.reshape(-1, 4).T
    precision = hits.sum() / max(picks.sum(), 1)
    some = relevant > 0
    recall = float((hits[some] / relevant[some]).mean()) if some.any() else 0.0
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return (
        float(picks.mean()),
        float(precision),
        recall,
        float(f1),
        float((picks == 0).mean()),
        float(fill.mean()),
    )
