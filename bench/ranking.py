"""Throughput of ranking against named baselines, all ratios from one run.

    .venv/bin/python bench/ranking.py [--subscribers 1000000] [--papers 600] [--threads 2]

Times are wall-clock; contestants take turns and the best try of each counts, so that what disturbs
one disturbs the others. Synthetic papers and readers (3 to 8 items, words by Zipf's law), each
reader drawn for themselves; nothing is read from outside, so the meaning is timed on random vectors
of the model's width: its cost does not depend on them. The bare products get the same matrices,
threads and shards; scikit-learn gets the same papers and readers, one reader at a time.
With --collections DIR… it prints nDCG@10 beside stemmed BM25 instead.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity
from sparse_dot_topn import sp_matmul_topn

from digest.papers import Paper
from digest.ranking import lab
from digest.ranking.audience import Audience, Sent
from digest.ranking.background import Background
from digest.ranking.baseline import bm25
from digest.ranking.collection import read_collection
from digest.ranking.corpus import Corpus
from digest.ranking.index import DEPTH, Index
from digest.ranking.semantics import Semantics, Vectors, unit
from digest.ranking.text import stem
from digest.ranking.topn import NO_SCORE
from subscribers.profile import Item, Profile

WIDTH = 384
NAIVE = 300  # readers for the slow baseline
FEW = 20_000  # readers for what is timed beside
TOP = 10
TRIES = 5
SHARD = 50_000  # readers ranked in one call
VOCABULARY = 20_000
SHARES = 1 / (np.arange(VOCABULARY) + 50.0)
SHARES /= SHARES.sum()
ITEMS = tuple(Item(text=f"w{rank}x", words=(f"w{rank}x",)) for rank in range(VOCABULARY))


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


def make_readers(count: int, rng: np.random.Generator) -> list[Audience]:
    """Return readers in shards, as `Audience.of` would make them of their profiles."""
    shards = []
    for start in range(0, count, SHARD):
        sizes = rng.integers(3, 9, min(SHARD, count - start))
        shards.append((sizes, rng.choice(VOCABULARY, size=int(sizes.sum()), p=SHARES)))
    used = np.unique(np.concatenate([np.unique(ranks) for _, ranks in shards]))
    items = tuple(ITEMS[rank] for rank in used)
    return [
        Audience(items, (), (), sparse.csr_matrix(
            (np.ones(len(ranks)), np.searchsorted(used, ranks).astype(np.int32),
             np.concatenate([[0], np.cumsum(sizes)])), shape=(len(sizes), len(used))))
        for sizes, ranks in shards
    ]  # fmt: skip


def profiles_of(audience: Audience, count: int) -> list[Profile]:
    """Return the profiles of the first readers."""
    bounds, items = audience.weights.indptr, audience.weights.indices
    return [
        Profile(tuple(audience.wanted[item] for item in items[bounds[row] : bounds[row + 1]]))
        for row in range(count)
    ]


def contest(*works: Callable[[], object]) -> list[float]:
    """Return the wall-clock seconds of each one's quickest try; they take turns."""
    best = [float("inf")] * len(works)
    for _ in range(TRIES):
        for at, work in enumerate(works):
            start = time.perf_counter()
            work()
            best[at] = min(best[at], time.perf_counter() - start)
    return best


def naive(papers: list[Paper], profiles: list[Profile]) -> Callable[[], None]:
    """Return scikit-learn's transform and cosine, one reader at a time."""
    vectorizer = TfidfVectorizer()
    matrix = vectorizer.fit_transform([f"{p.title} {p.abstract}" for p in papers])

    def work() -> None:
        for profile in profiles[:NAIVE]:
            query = vectorizer.transform([" ".join(item.text for item in profile.wanted)])
            scores = cosine_similarity(query, matrix)[0]
            np.argsort(-scores)[:TOP]

    return work


class Setting(NamedTuple):
    """What a run of the bench compares on."""

    papers: list[Paper]
    background: Background
    naive: Callable[[], None]
    threads: int


def speed(subscribers: int, count: int, threads: int) -> None:
    rng = np.random.default_rng(1)
    papers = make_papers(count, rng)
    background = Background.of(papers)
    everybody = make_readers(subscribers, rng)
    profiles = profiles_of(everybody[0], min(FEW, subscribers))
    setting = Setting(papers, background, naive(papers, profiles), threads)
    index = Index.build(papers, background)
    check(index, everybody[0], profiles[:500])
    print(f"{threads} threads of {os.cpu_count()} cores; load before: {load()}")
    for size in sorted({10_000, 100_000} - {subscribers}):
        print(throughput("lexical", setting, make_readers(size, rng)))
    print(throughput("lexical", setting, everybody))
    print(throughput("lexical", setting, everybody, depth=DEPTH))
    print(f"peak memory so far {peak():,.0f} MB")
    sent_cost(index, everybody[0], threads)
    as_a_run(index, profiles)
    alone = Corpus.of(papers, background)
    print(throughput("related", setting, everybody, corpus=alone))
    semantics = Semantics(RandomModel())
    corpus = Corpus.of(papers, background, semantics)
    print(throughput("blend", setting, everybody, corpus=corpus, semantics=semantics))
    print(f"peak memory {peak():,.0f} MB; load after: {load()}")


def load() -> str:
    return ", ".join(f"{each:.1f}" for each in os.getloadavg())


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def check(index: Index, shard: Audience, profiles: list[Profile]) -> None:
    """Make sure that readers made as arrays are the readers made as profiles."""
    arrays, objects = index.rank(shard), index.rank(profiles)
    if [arrays[at].papers for at in range(len(profiles))] != [each.papers for each in objects]:
        raise SystemExit("the synthetic readers are not what their profiles say")


def throughput(
    name: str,
    setting: Setting,
    readers: list[Audience],
    *,
    depth: int = TOP,
    corpus: Corpus | None = None,
    semantics: Semantics | None = None,
) -> str:
    """Return a line about one way of ranking: scoring the items, then the readers."""
    size, threads = sum(map(len, readers)), setting.threads
    scoring = float("inf")
    for _ in range(1 if semantics else TRIES):
        gc.collect()  # the index of the try before
        stem.cache_clear()  # a new process knows the words of its papers, not those of its readers
        index = Index.build(setting.papers, setting.background, corpus, semantics)
        start = time.perf_counter()
        items = index.score_items(readers[0])
        scoring = min(scoring, time.perf_counter() - start)

    def bare() -> None:
        for shard in readers:
            sp_matmul_topn(
                shard.weights, items, depth, threshold=NO_SCORE, sort=True, n_threads=threads
            )

    def rank() -> None:
        for shard in readers:
            index.rank(shard, depth=depth, threads=threads)

    naive, product, ours = contest(setting.naive, bare, rank)
    total, base = scoring + ours, NAIVE / naive
    line = (
        f"{name:8s} {size:9,d} readers, the best {depth}: {size / total:10,.0f} readers/s"
        f" = {size / total / base:6,.0f} × scikit-learn ({base:,.0f}/s),"
        f" {product / total:.2f} × bare sparse_dot_topn"
    )
    if semantics:
        dense = dense_product(size, len(index.papers))
        line += f", {(product + dense) / total:.2f} × with the bare dense product"
    return f"{line}; {items.shape[0]:,} items {scoring:.3f} s, then {size / ours:,.0f} readers/s"


def dense_product(size: int, papers: int) -> float:
    """Return the seconds of a bare float32 product of readers × 384 × papers, by shards."""
    rng = np.random.default_rng(2)
    left = rng.standard_normal((10_000, WIDTH), dtype=np.float32)
    right = rng.standard_normal((WIDTH, papers), dtype=np.float32)
    return contest(lambda: left @ right)[0] * size / 10_000


def sent_cost(index: Index, audience: Audience, threads: int) -> None:
    """Print what leaving out the papers already sent costs: five of those on offer a reader."""
    chooser = random.Random(1)
    numbers = [paper.id for paper in index.papers]
    sent = [frozenset(chooser.sample(numbers, 5)) for _ in range(len(audience))]
    blobs = [np.array(list(each), "<u4").tobytes() for each in sent]
    plain, packed, sets = contest(
        lambda: index.rank(audience, depth=TOP, threads=threads),
        lambda: index.rank(audience, depth=TOP, threads=threads, sent=Sent.unpacked(blobs)),
        lambda: index.rank(audience, depth=TOP, threads=threads, sent=sent),
    )
    print(
        f"leaving out 5 sent papers a reader: {packed / plain:.2f} × the time without,"
        f" {sets / plain:.2f} × when they come as sets"
    )


def as_a_run(index: Index, profiles: list[Profile]) -> None:
    """Print what a run reaches: profiles by the shard, one thread, five times the papers."""
    shards = [profiles[start : start + 500] for start in range(0, len(profiles), 500)]
    compiling, ranking = contest(
        lambda: [Audience.of(shard) for shard in shards],
        lambda: [index.rank(shard) for shard in shards],
    )
    print(
        f"shards of 500 profiles, one thread, the best {DEPTH}: {len(profiles) / ranking:,.0f}"
        f" readers/s; compiling the profiles is {compiling / ranking:.0%} of it"
    )


def quality(folders: list[Path]) -> None:
    print("collection  queries    stemmed BM25   ours, lexical   ratio")
    for folder in folders:
        for kind in ("queries", "keywords"):
            collection = read_collection(folder, kind)
            base, _ = lab.evaluation(collection, "bm25", bm25)
            ours, _ = lab.evaluation(collection, "lexical", lab.our_ranker(None))
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
