"""What a card's words cost, as a ratio to taking the same abstracts apart with scikit-learn.

    .venv/bin/python bench/summarising.py FILE.jsonl [--rounds 15]

FILE is one that `digest lab summarise` reads. The baseline is the analyser of scikit-learn's
`CountVectorizer` with words and word pairs: what a program does that has the features of a linear
model counted by the usual library, before any weight is added up. Both in turns, the middle round
of each; no summary is kept.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from sklearn.feature_extraction.text import CountVectorizer

from digest.run import SELDOM
from digest.summarising.lab import read_lab_papers
from digest.summarising.summary import _own_words, summarise


def main() -> None:
    """Print both costs a paper, and how many times the baseline a summary costs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("path", type=Path, metavar="FILE.jsonl")
    options.add_argument("--rounds", type=int, default=15)
    asked = options.parse_args()
    papers = read_lab_papers(asked.path)
    analyse = CountVectorizer(ngram_range=(1, 2)).build_analyzer()
    gc.set_threshold(*SELDOM)  # as in a server

    def summaries() -> None:
        _own_words.cache_clear()
        for paper in papers:
            summarise(paper.title, paper.abstract)

    def words() -> None:
        for paper in papers:
            analyse(paper.abstract)

    taken = [(seconds(summaries), seconds(words)) for _ in range(asked.rounds)]
    ours, theirs = (
        statistics.median(each) / len(papers) * 1e6 for each in zip(*taken, strict=True)
    )
    print(
        f"{len(papers)} papers: a summary {ours:.0f} µs, CountVectorizer's analyser {theirs:.0f} µs"
    )
    print(f"ratio {statistics.median([a / b for a, b in taken]):.2f}")


def seconds(do: Callable[[], None]) -> float:
    """Return the processor time of doing something."""
    started = time.process_time()
    do()
    return time.process_time() - started


if __name__ == "__main__":
    main()
