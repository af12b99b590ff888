"""Throughput of ranking against named baselines, all ratios from one run.

    .venv/bin/python bench/ranking.py [--subscribers 1000000] [--papers 600]

Synthetic papers and readers (3 to 8 items, words by Zipf's law); nothing is read from outside, so
the meaning is timed on random vectors of the model's width: its cost does not depend on them.
With --collections DIR… it prints nDCG@10 beside stemmed BM25 instead.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity
from sparse_dot_topn import sp_matmul_topn

from digest.papers import Paper
from digest.ranking import lab
from digest.ranking.audience import Audience
from digest.ranking.background import Background
from digest.ranking.baseline import bm25
from digest.ranking.collection import read_collection
from digest.ranking.corpus import Corpus
from digest.ranking.index import NO_SCORE, Index
from digest.ranking.semantics import Semantics, Vectors, unit
from subscribers.profile import Item, Profile

WIDTH = 384
NAIVE = 300  # readers for the slow baseline
TOP = 10
VOCABULARY = 20_000
SHARES = 1 / (np.arange(VOCABULARY) + 50.0)
SHARES /= SHARES.sum()


class RandomModel:
    """Stands in for the sentence model: a vector per text, at no cost worth timing."""

    name, width = "random", WIDTH

    def embed(self, texts: Sequence[str]) -> Vectors:
        return unit(np.random.default_rng(0).standard_normal((len(texts), WIDTH), dtype=np.float32))


def words(count: int, rng: np.random.Generator) -> list[str]:
    """Return content words by Zipf–Mandelbrot's law: the commonest stands in two papers of five."""
    return [f"w{rank}x" for rank in rng.choice(VOCABULARY, size=count, p=SHARES)]


def make_papers(count: int, rng: np.random.Generator) -> list[Paper]:
    return [
        Paper(n + 1, " ".join(words(title, rng)), " ".join(words(abstract, rng)), position=n)
        for n, title, abstract in zip(
            range(count), rng.integers(4, 12, count), rng.integers(50, 130, count), strict=True
        )
    ]


def make_profiles(count: int, rng: np.random.Generator) -> list[Profile]:
    items = [Item(text=f"w{rank}x", words=(f"w{rank}x",)) for rank in range(VOCABULARY)]
    sizes = rng.integers(3, 9, count)
    ranks = rng.choice(VOCABULARY, size=int(sizes.sum()), p=SHARES)
    made, at = [], 0
    for size in sizes:
        made.append(Profile(tuple(items[rank] for rank in set(ranks[at : at + size].tolist()))))
        at += size
    return made


def timed(work: Callable[[], object], repeat: int = 1) -> float:
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def naive(papers: list[Paper], profiles: list[Profile]) -> float:
    """Return readers a second of scikit-learn's transform and cosine, one reader at a time."""
    vectorizer = TfidfVectorizer()
    matrix = vectorizer.fit_transform([f"{p.title} {p.abstract}" for p in papers])

    def work() -> None:
        for profile in profiles[:NAIVE]:
            query = vectorizer.transform([" ".join(item.text for item in profile.wanted)])
            scores = cosine_similarity(query, matrix)[0]
            np.argsort(-scores)[:TOP]

    return NAIVE / timed(work)


def speed(subscribers: int, count: int) -> None:
    rng = np.random.default_rng(1)
    papers = make_papers(count, rng)
    background = Background.of(papers)
    profiles = make_profiles(min(subscribers, 50_000), rng)
    base = naive(papers, profiles)
    print(f"scikit-learn, one reader at a time     {base:12,.0f} readers/s")
    for name, semantics in (("lexical", None), ("blend", Semantics(RandomModel()))):
        # The lexical part alone: the archive teaches nothing; the blend has all of it.
        corpus = Corpus.of(papers, background, semantics) if semantics else None
        compile_time = timed(lambda: Audience.of(profiles))
        for size in sorted({10_000, 100_000, subscribers}):
            audience = repeated(profiles, size)
            index = Index.build(papers, background, corpus, semantics)
            first = timed(lambda i=index, a=audience: i.score_items(a))
            ours = timed(lambda i=index, a=audience: rank_in_shards(i, a))
            items = index.score_items(audience)
            bare = timed(
                lambda a=audience, m=items: sp_matmul_topn(
                    a.weights, m, TOP, threshold=NO_SCORE, sort=True, n_threads=1
                )
            )
            line = (
                f"{name:8s} {size:9,d} readers: {size / (ours + first):12,.0f} readers/s"
                f" = {size / (ours + first) / base:7,.0f} × scikit-learn,"
                f" {bare / (ours + first):.2f} × bare sparse_dot_topn"
            )
            if semantics is not None:
                dense = dense_product(size, count)
                line += f", {(bare + dense) / (ours + first):.2f} × with the bare dense product"
            print(line + f"; {size / ours:,.0f} readers/s once items are scored")
        print(
            f"  distinct items: {len(audience.wanted):,}; compiling profiles, once when changed:"
            f" {len(profiles) / compile_time:,.0f}/s"
        )
    sent_cost(index, profiles)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB")


def repeated(profiles: list[Profile], size: int) -> Audience:
    """Return an audience of any size: the same profiles again and again, as arrays."""
    audience = Audience.of(profiles[: min(size, len(profiles))])
    copies = -(-size // len(audience))
    stacked = sparse.vstack([audience.weights] * copies, format="csr")[:size]
    return Audience(audience.wanted, audience.excluded, audience.required, stacked)


def rank_in_shards(index: Index, audience: Audience, shard: int = 50_000) -> None:
    """Rank as a run does, shard after shard: memory does not grow with the readers."""
    for start in range(0, len(audience), shard):
        part = Audience(
            audience.wanted,
            audience.excluded,
            audience.required,
            audience.weights[start : start + shard],
        )
        index.rank(part, depth=TOP)


def dense_product(size: int, papers: int) -> float:
    """Return the seconds of a bare float32 product of readers × 384 × papers, by shards."""
    rng = np.random.default_rng(2)
    left = rng.standard_normal((10_000, WIDTH), dtype=np.float32)
    right = rng.standard_normal((WIDTH, papers), dtype=np.float32)
    return timed(lambda: left @ right, repeat=2) * size / 10_000


def sent_cost(index: Index, profiles: list[Profile]) -> None:
    """Print what leaving out the papers already sent costs."""
    audience = Audience.of(profiles[:50_000])
    chooser = random.Random(1)
    numbers = [paper.id for paper in index.papers]
    sent = [set(chooser.sample(numbers, 5)) for _ in range(len(audience))]
    plain = timed(lambda: index.rank(audience, depth=TOP), repeat=2)
    without = timed(lambda: index.rank(audience, sent=sent, depth=TOP), repeat=2)
    print(f"leaving out 5 sent papers a reader: {without / plain:.2f} × the time without")


def quality(folders: list[Path]) -> None:
    print("collection  queries    stemmed BM25   ours, lexical   ratio")
    for folder in folders:
        for kind in ("queries", "keywords"):
            collection = read_collection(folder, kind)  # type: ignore[arg-type]
            base, _ = lab.evaluate(collection, "bm25", bm25)
            ours, _ = lab.evaluate(collection, "lexical", lab.our_ranker(None))
            a, b = base.means["ndcg@10"], ours.means["ndcg@10"]
            print(f"{collection.name:11s} {kind:10s} {a:10.4f} {b:14.4f} {b / a - 1:+12.1%}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subscribers", type=int, default=1_000_000)
    parser.add_argument("--papers", type=int, default=600)
    parser.add_argument("--collections", type=Path, nargs="*")
    options = parser.parse_args()
    if options.collections:
        quality(options.collections)
    else:
        speed(options.subscribers, options.papers)
