"""The lab: the code that ranks editions, measured on collections with judgements."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from digest.errors import DigestError, how_to_add
from digest.ranking.background import Background
from digest.ranking.collection import Collection, Query
from digest.ranking.corpus import Corpus
from digest.ranking.index import Index
from digest.ranking.taste import Opinion, Taste

if TYPE_CHECKING:
    from digest.papers import Paper
    from digest.ranking.semantics import Semantics
    from subscribers.profile import Profile

MEASURES = ("ndcg@10", "map", "mrr", "recall@100")
DEPTH = 1000
ENOUGH_FOR_LIKES = 15  # relevant documents a query needs to give some away as likes
LIKES_DRAWS = 5
LIKES_SEED = 1
RESAMPLES = 1000

Run = list[dict[int, float]]  # per query: paper number → score
PerQuery = dict[str, list[float]]  # measure → one value a query
Ranker = Callable[[Collection, Sequence[Taste], int | None, int], Run]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Means over the queries, with 95 % bootstrap intervals."""

    ranker: str
    queries: int
    means: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]

    def as_json(self) -> dict[str, object]:
        """Return the object that `--json` prints."""
        intervals = {name: list(pair) for name, pair in self.intervals.items()}
        return {"ranker": self.ranker, "queries": self.queries, **self.means, "ci": intervals}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rankers on the same queries, by nDCG@10."""

    first: str
    second: str
    differences: Mapping[str, float]  # query → second minus first
    mean: float
    p_permutation: float  # two-sided paired randomisation test
    p_t: float  # paired t-test


def our_ranker(semantics: Semantics | None) -> Ranker:
    """Return the ranker of editions, with or without a model."""

    def rank(collection: Collection, tastes: Sequence[Taste], batch: int | None, seed: int) -> Run:
        background = Background.of(collection.papers)
        corpus = Corpus.of(collection.papers, background, semantics)
        run: Run = [{} for _ in collection.queries]
        for papers in editions(collection.papers, batch, seed):
            index = Index.build(papers, background, corpus, semantics, least_meaning=0.0)
            profiles = [query.profile for query in collection.queries]
            rankings = index.rank(profiles, tastes=tastes or None, depth=DEPTH)
            for scores, ranking in zip(run, rankings, strict=True):
                scores.update(zip(ranking.papers, ranking.scores, strict=True))
        return run

    return rank


def editions(papers: Sequence[Paper], batch: int | None, seed: int = 1) -> list[Sequence[Paper]]:
    """Split papers at random into editions of `batch`; all in one without it."""
    if not batch:
        return [papers]
    shuffled = list(papers)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an experiment that can be repeated
    return [shuffled[at : at + batch] for at in range(0, len(shuffled), batch)]


def evaluation(
    collection: Collection, name: str, ranker: Ranker, *, batch: int | None = None, likes: int = 0
) -> tuple[Evaluation, PerQuery]:
    """Measure a ranker; with `likes`, on the queries with enough relevant documents."""
    if likes:
        values, count = _with_likes(collection, ranker, batch, likes)
    else:
        values = measure(collection.queries, ranker(collection, (), batch, 1))
        count = len(collection.queries)
    means = {each: fmean(values[each]) for each in MEASURES}
    return Evaluation(name, count, means, {e: bootstrap(values[e]) for e in MEASURES}), values


def _with_likes(
    collection: Collection, ranker: Ranker, batch: int | None, likes: int
) -> tuple[PerQuery, int]:
    """Give some relevant papers away as likes, and look for the others; mean over the draws."""
    queries = [q for q in collection.queries if len(q.relevant) >= ENOUGH_FOR_LIKES]
    if not queries:
        raise DigestError(f"no query has {ENOUGH_FOR_LIKES} relevant documents: no --likes here")
    generator = random.Random(LIKES_SEED)  # noqa: S311 - an experiment that can be repeated
    paper_of = {paper.id: paper for paper in collection.papers}
    draws = []
    for _ in range(LIKES_DRAWS):
        liked = [set(generator.sample(sorted(q.relevant), likes)) for q in queries]
        tastes = [tuple(Opinion(paper_of[n], "like") for n in sorted(each)) for each in liked]
        rest = [
            Query(q.id, q.profile, {n: g for n, g in q.relevant.items() if n not in each})
            for q, each in zip(queries, liked, strict=True)
        ]
        part = Collection(collection.name, collection.papers, tuple(rest))
        run = ranker(part, tastes, batch, 1)
        hidden = [
            {number: score for number, score in scores.items() if number not in each}
            for scores, each in zip(run, liked, strict=True)
        ]
        draws.append(measure(rest, hidden))
    mean = {each: np.mean([draw[each] for draw in draws], axis=0).tolist() for each in MEASURES}
    return mean, len(queries)


def measure(queries: Sequence[Query], run: Run) -> PerQuery:
    """Return each measure query by query, by ir-measures. Raises DigestError when it is missing."""
    try:
        import ir_measures  # noqa: PLC0415 - the extra `lab` may be absent
        from ir_measures import AP, RR, R, nDCG  # noqa: PLC0415
    except ImportError:
        raise DigestError(how_to_add("ir-measures", "lab")) from None
    named = {nDCG @ 10: "ndcg@10", AP: "map", RR: "mrr", R @ 100: "recall@100"}
    qrels = [
        ir_measures.Qrel(query.id, str(number), grade)
        for query in queries
        for number, grade in query.relevant.items()
    ]
    scored = [
        ir_measures.ScoredDoc(query.id, str(number), score)
        for query, scores in zip(queries, run, strict=True)
        for number, score in _untied(scores)
    ]
    found = {(query.id, name): 0.0 for query in queries for name in MEASURES}
    if scored:
        for each in ir_measures.iter_calc(list(named), qrels, scored):
            found[each.query_id, named[each.measure]] = each.value
    return {name: [found[query.id, name] for query in queries] for name in MEASURES}


def _untied(scores: Mapping[int, float]) -> list[tuple[int, float]]:
    """Return our order as falling scores, so that no measure breaks ties its own way."""
    order = sorted(scores, key=lambda number: (-scores[number], number))[:DEPTH]
    return [(number, float(-place)) for place, number in enumerate(order)]


@dataclass(frozen=True, slots=True)
class Threshold:
    """What one floor would let through, over all queries of a collection."""

    floor: float
    picks: float  # papers a query
    precision: float  # share of them that are relevant
    recall: float  # share of the relevant ones that get through


def threshold_curve(collection: Collection, semantics: Semantics | None) -> list[Threshold]:
    """Return what floors from 0 to 0.8 let through, ranked as for readers: no cut-off but them."""
    background = Background.of(collection.papers)
    corpus = Corpus.of(collection.papers, background, semantics)
    index = Index.build(collection.papers, background, corpus, semantics)
    rankings = index.rank([q.profile for q in collection.queries], depth=len(collection.papers))
    pairs = [
        (score, number in query.relevant)
        for query, ranking in zip(collection.queries, rankings, strict=True)
        for number, score in zip(ranking.papers, ranking.scores, strict=True)
    ]
    scores = np.array([score for score, _ in pairs])
    relevant = np.array([hit for _, hit in pairs], dtype=bool)
    wanted = sum(len(query.relevant) for query in collection.queries)
    found = []
    for floor in np.arange(0, 0.81, 0.05):
        through = scores >= floor
        hits = int((through & relevant).sum())
        found.append(
            Threshold(
                round(float(floor), 2),
                float(through.sum()) / len(collection.queries),
                hits / max(int(through.sum()), 1),
                hits / max(wanted, 1),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Past:
    """One reader and one past edition, with what they liked of it."""

    papers: Sequence[Paper]
    profile: Profile
    liked: frozenset[int]


def replayed_feedback(
    past: Sequence[Past], semantics: Semantics | None, archive: Sequence[Paper]
) -> float:
    """Return how often a liked paper stands above another of its edition.

    The mean over editions and readers of the area under the ROC curve: 0.5 is chance.
    Raises DigestError without any like.
    """
    background = Background.of(archive)
    corpus = Corpus.of(archive, background, semantics)
    areas = []
    indexes: dict[tuple[int, ...], Index] = {}  # by edition: many readers liked something of one
    for each in past:
        edition = tuple(paper.id for paper in each.papers)
        if (index := indexes.get(edition)) is None:
            index = Index.build(each.papers, background, corpus, semantics, least_meaning=0.0)
            indexes[edition] = index
        ranking = index.rank([each.profile], depth=len(each.papers))[0]
        score = dict(zip(ranking.papers, ranking.scores, strict=True))
        good = np.array([score.get(number, 0.0) for number in each.liked])
        rest = np.array([score.get(p.id, 0.0) for p in each.papers if p.id not in each.liked])
        if len(good) and len(rest):
            above = (good[:, None] > rest).mean() + 0.5 * (good[:, None] == rest).mean()
            areas.append(float(above))
    if not areas:
        raise DigestError("no reader has liked a paper of a past edition yet: nothing to replay")
    return fmean(areas)


def bootstrap(values: Sequence[float], seed: int = 1) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of a mean (Efron 1979)."""
    generator = np.random.default_rng(seed)
    samples = generator.choice(np.asarray(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(samples.mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def compare(
    collection: Collection,
    first: tuple[str, PerQuery],
    second: tuple[str, PerQuery],
    seed: int = 1,
) -> Comparison:
    """Compare two rankers' nDCG@10 query by query (Smucker et al., CIKM 2007)."""
    from scipy import stats  # noqa: PLC0415 - slow to import, and for the lab alone

    a, b = np.array(first[1]["ndcg@10"]), np.array(second[1]["ndcg@10"])
    difference = b - a
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(10_000, len(difference)))
    beyond = np.abs((signs * difference).mean(axis=1)) >= abs(difference.mean()) - 1e-12
    same = not np.any(difference)
    names = [q.id for q in collection.queries] if len(difference) == len(collection.queries) else []
    return Comparison(
        first[0],
        second[0],
        dict(zip(names, difference.tolist(), strict=False)),
        float(difference.mean()),
        1.0 if same else float((beyond.sum() + 1) / (len(beyond) + 1)),
        1.0 if same else float(stats.ttest_rel(b, a).pvalue),
    )
