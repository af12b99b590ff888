"""The best papers of each reader: one sparse product, exact to the last tie.

`sparse_dot_topn` keeps a row's largest sums; which of several equal ones it keeps depends on the
order of its work. So no two may be equal: what an item gives is rounded to six decimals and raised
by up to a millionth of itself, the more popular the paper, the more. Doubles hold that apart from
rounding, and are as fast here as floats.
"""

from __future__ import annotations

import numpy as np
from sparse_dot_topn import sp_matmul_topn

from digest.ranking.features import Csr

NO_SCORE = 1e-6  # below this a sum is rounding, not a match
DECIMALS = 6  # of what an item gives a paper: what differs by less is equal
TIE = 1e-6  # share of a score that decides among equal ones


def best_of(weights: Csr, items: Csr, depth: int, *, threads: int = 1) -> Csr:
    """Return the best columns of each row of a product, best first: rows × papers, float64."""
    return sp_matmul_topn(
        weights, items, depth, threshold=NO_SCORE, sort=True, n_threads=max(threads, 1)
    )


def settled(items: Csr) -> Csr:
    """Return items × papers, float64, so that sums of rows never tie: the first column wins.

    Rows hold their largest entries last, which makes `sparse_dot_topn` a third faster: it looks
    first at what it added up last, finds the best early and turns the rest away.
    """
    items = items.tocsr()
    rank = 1 - items.indices / items.shape[1]
    data = np.round(items.data.astype(np.float64), DECIMALS) * (1 + TIE * rank)
    order = np.lexsort((data, np.repeat(np.arange(items.shape[0]), np.diff(items.indptr))))
    settled = type(items)((data[order], items.indices[order], items.indptr), shape=items.shape)
    settled.has_sorted_indices = False
    return settled
