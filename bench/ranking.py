"""Throughput of ranking against named baselines, all ratios from one run.

    .venv/bin/python bench/ranking.py [--subscribers 1000000] [--papers 600] [--threads 2]

Times are wall-clock, the best of some tries; the bare products get the same threads and shards.
Synthetic papers and readers (3 to 8 items, words by Zipf's law); nothing is read from outside, so
the meaning is timed on random vectors of the model's width: its cost does not depend on them.
With --collections DIR… it prints nDCG@10 beside stemmed BM25 instead.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
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
from digest.ranking.index import Index
from digest.ranking.semantics import Semantics, Vectors, unit
from digest.ranking.topn import NO_SCORE
from subscribers.profile import Item, Profile

WIDTH = 384
NAIVE = 300  # readers for the slow baseline
TOP = 10
TRIES = 5
SHARD = 50_000  # readers ranked in one call
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
    """Return the wall-clock seconds of the quickest try: the one least disturbed by others."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
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

    return NAIVE / timed(work, TRIES)


def speed(subscribers: int, count: int, threads: int) -> None:
    rng = np.random.default_rng(1)
    papers = make_papers(count, rng)
    background = Background.of(papers)
    profiles = make_profiles(min(subscribers, 50_000), rng)
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"{threads} threads of {os.cpu_count()} cores; load before: {load}")
    base = naive(papers, profiles)
    print(f"scikit-learn, one reader at a time     {base:12,.0f} readers/s")
    for semantics in (None, Semantics(RandomModel())):
        # The lexical part alone: the archive teaches nothing; the blend has all of it.
        corpus = Corpus.of(papers, background, semantics) if semantics else None
        for size in sorted({10_000, 100_000, subscribers}):
            index = Index.build(papers, background, corpus, semantics)
            print(throughput(index, repeated(profiles, size), base, threads))
    compiling = timed(lambda: Audience.of(profiles))
    print(f"compiling profiles, once when changed: {len(profiles) / compiling:,.0f}/s")
    sent_cost(index, profiles[:20_000])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB; load after: {os.getloadavg()[0]:.1f}")


def throughput(index: Index, audience: Audience, base: float, threads: int) -> str:
    """Return a line about one index and one audience: scoring its items, then ranking."""
    size = len(audience)
    first = timed(lambda: index.score_items(audience))
    items = index.score_items(audience)
    shards = [part.weights for part in shards_of(audience)]

    def bare_product() -> None:
        for weights in shards:
            sp_matmul_topn(weights, items, TOP, threshold=NO_SCORE, sort=True, n_threads=threads)

    def rank() -> None:
        for part in shards_of(audience):
            index.rank(part, depth=TOP, threads=threads)

    bare, ours = timed(bare_product, TRIES), timed(rank, TRIES)
    total = first + ours
    name = "lexical" if index.scorer.semantics is None else "blend"
    line = (
        f"{name:8s} {size:9,d} readers, {len(audience.wanted):,} items:"
        f" {size / total:10,.0f} readers/s = {size / total / base:6,.0f} × scikit-learn,"
        f" {bare / total:.2f} × bare sparse_dot_topn"
    )
    if name == "blend":
        dense = dense_product(size, len(index.papers))
        line += f", {(bare + dense) / total:.2f} × with the bare dense product"
    return f"{line}; items {first:.2f} s, then {size / ours:,.0f} readers/s"


def repeated(profiles: list[Profile], size: int) -> Audience:
    """Return an audience of any size: the same profiles again and again, as arrays."""
    audience = Audience.of(profiles[: min(size, len(profiles))])
    whole, rest = divmod(size, len(audience))
    parts = [audience.weights] * whole + [audience.weights[:rest]]
    stacked = sparse.vstack(parts, format="csr")
    return Audience(audience.wanted, audience.excluded, audience.required, stacked)


def shards_of(audience: Audience) -> Iterator[Audience]:
    """Yield an audience part by part, as a run ranks it: memory does not grow with the readers."""
    for start in range(0, len(audience), SHARD):
        yield replace(audience, weights=audience.weights[start : start + SHARD])


def dense_product(size: int, papers: int) -> float:
    """Return the seconds of a bare float32 product of readers × 384 × papers, by shards."""
    rng = np.random.default_rng(2)
    left = rng.standard_normal((10_000, WIDTH), dtype=np.float32)
    right = rng.standard_normal((WIDTH, papers), dtype=np.float32)
    return timed(lambda: left @ right, repeat=2) * size / 10_000


def sent_cost(index: Index, profiles: list[Profile]) -> None:
    """Print what leaving out the papers already sent costs."""
    audience = Audience.of(profiles)
    chooser = random.Random(1)
    numbers = [paper.id for paper in index.papers]
    sent = [chooser.sample(numbers, 5) for _ in range(len(audience))]
    plain = timed(lambda: index.rank(audience, depth=TOP), repeat=2)
    without = timed(lambda: index.rank(audience, sent=sent, depth=TOP), repeat=2)
    print(f"leaving out 5 sent papers a reader: {without / plain:.2f} × the time without")


def quality(folders: list[Path]) -> None:
    print("collection  queries    stemmed BM25   ours, lexical   ratio")
    for folder in folders:
        for kind in ("queries", "keywords"):
            collection = read_collection(folder, kind)
            base, _ = lab.evaluate(collection, "bm25", bm25)
            ours, _ = lab.evaluate(collection, "lexical", lab.our_ranker(None))
            a, b = base.means["ndcg@10"], ours.means["ndcg@10"]
            print(f"{collection.name:11s} {kind:10s} {a:10.4f} {b:14.4f} {b / a - 1:+12.1%}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subscribers", type=int, default=1_000_000)
    parser.add_argument("--papers", type=int, default=600)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--collections", type=Path, nargs="*")
    options = parser.parse_args()
    if options.collections:
        quality(options.collections)
    else:
        speed(options.subscribers, options.papers, options.threads)
