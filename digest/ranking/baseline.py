"""Stemmed BM25 as Lucene computes it: what every figure of the lab stands beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from digest.ranking.collection import Collection
from digest.ranking.features import csr
from digest.ranking.lab import DEPTH, Run, editions
from digest.ranking.taste import Taste
from digest.ranking.text import is_content, tokens_of

K1, B = 1.2, 0.75


def bm25(collection: Collection, tastes: Sequence[Taste], batch: int | None, seed: int) -> Run:
    """Rank by BM25 over title and text as one field; Snowball stems, no function words.

    idf and lengths are those of the whole collection, also in editions of `batch`.
    Likes are not made use of.
    """
    del tastes
    texts = [_stems(f"{paper.title} {paper.abstract}") for paper in collection.papers]
    frequency = Counter(stem for stems in texts for stem in set(stems))
    count, usual = len(texts), sum(map(len, texts)) / len(texts)
    column = {stem: at for at, stem in enumerate(frequency)}
    seen = np.array(list(frequency.values()))
    idf = np.log1p((count - seen + 0.5) / (seen + 0.5))
    rows, columns, values = [], [], []
    for at, stems in enumerate(texts):
        norm = K1 * (1 - B + B * len(stems) / usual)
        for stem, tf in Counter(stems).items():
            rows.append(column[stem])
            columns.append(at)
            values.append(float(idf[column[stem]] * tf / (tf + norm)))
    matrix = csr(values, rows, columns, (len(column), count))
    run: Run = [{} for _ in collection.queries]
    place = {paper.id: at for at, paper in enumerate(collection.papers)}
    for papers in editions(collection.papers, batch, seed):
        here = np.array([place[paper.id] for paper in papers])
        for scores, query in zip(run, collection.queries, strict=True):
            words = [w for item in query.profile.wanted for w in item.words]
            terms = Counter(s for s in _stems(" ".join(words)) if s in column)
            if not terms:
                continue
            chosen = matrix[[column[s] for s in terms]][:, here]
            row = np.array(list(terms.values())) @ chosen.toarray()
            for at in np.lexsort((here, -row))[:DEPTH]:
                if row[at] > 0:
                    scores[papers[at].id] = float(row[at])
    return run


def _stems(text: str) -> list[str]:
    return [token.stem for token in tokens_of(text) if is_content(token.stem)]
