"""Papers that say nearly the same: a new version, a re-post under another title."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz

from digest.papers import contradiction, other_authors, title_key
from digest.ranking.features import Document, csr

if TYPE_CHECKING:
    from digest.papers import Paper

SAME_WORDS = 0.8  # share of common stems that makes two texts one, whatever their titles
SIMILAR_WORDS = 0.5  # and that which does under a nearly equal title
SAME_TITLE = 90.0  # of 100, rapidfuzz's ratio of title keys
FEWEST_STEMS = 12  # in shorter texts common words prove nothing


def near_duplicates(
    papers: Sequence[Paper], documents: Sequence[Document]
) -> dict[int, frozenset[int]]:
    """Return paper number → numbers of its near-duplicates, both ways; only those that have any.

    Two papers are near-duplicates by the Jaccard share of their stems, lower under like titles.
    """
    column: dict[str, int] = defaultdict(count().__next__)
    stems = [document.stems() for document in documents]
    lengths = np.array([len(each) for each in stems], np.intp)
    rows, sizes = np.repeat(np.arange(len(papers)), lengths), lengths.astype(np.float32)
    columns = [column[stem] for each in stems for stem in each]
    words = csr(np.ones(len(columns)), rows, columns, (len(papers), max(len(column), 1)))
    common = (words @ words.T).tocoo()
    least = SIMILAR_WORDS * np.maximum(sizes[common.row], sizes[common.col])
    close = (common.row < common.col) & (common.data >= least)  # few are
    found: dict[int, set[int]] = {}
    pairs = zip(common.row[close], common.col[close], common.data[close], strict=True)
    for a, b, shared in pairs:
        share = shared / (sizes[a] + sizes[b] - shared)
        if _same(papers[a], papers[b], share, min(sizes[a], sizes[b])):
            found.setdefault(papers[a].id, set()).add(papers[b].id)
            found.setdefault(papers[b].id, set()).add(papers[a].id)
    return {number: frozenset(others) for number, others in found.items()}


def _same(a: Paper, b: Paper, share: float, size: float) -> bool:
    one, other = title_key(a.title), title_key(b.title)
    if one == other and (not a.abstract or not b.abstract):
        return contradiction(a, b) is None and not other_authors(a.authors, b.authors)
    if size < FEWEST_STEMS:
        return False
    return share >= SAME_WORDS or (
        share >= SIMILAR_WORDS and fuzz.ratio(one, other, score_cutoff=SAME_TITLE) > 0
    )
