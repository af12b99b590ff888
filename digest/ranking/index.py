"""One edition's papers, ready to be ranked for any number of profiles.

Ranking is two sparse products. Every distinct item is scored once against every paper
(items × papers); a profile is then a weighted sum of its items (profiles × items), and
`sparse_dot_topn` keeps the best of the product. Exclusions, requirements and papers already sent
are items too, with a weight no score can outweigh.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import chain
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.audience import Audience, Places, Sent, with_own_columns
from digest.ranking.blend import LEAST_MEANING
from digest.ranking.corpus import Corpus
from digest.ranking.duplicates import near_duplicates
from digest.ranking.features import Csr, Document, Feature, Matrix
from digest.ranking.interface import Explanation, Grounds, Ranking
from digest.ranking.queries import terms_of
from digest.ranking.reasons import Explainer
from digest.ranking.scorer import Scorer
from digest.ranking.taste import Taste, TasteSpace
from digest.ranking.topn import best_of, settled
from subscribers.profile import Item

if TYPE_CHECKING:
    from digest.papers import Paper
    from digest.ranking.background import Background
    from digest.ranking.semantics import Semantics
    from subscribers.profile import Profile

DEPTH = 50  # papers kept a profile unless asked otherwise: five times the default issue
VETO = -1e6
_NOWHERE: npt.NDArray[np.intp] = np.zeros(0, np.intp)


@dataclass(frozen=True)
class Rankings(Sequence[Ranking]):
    """Many rankings in three arrays; a Ranking is made when it is asked for."""

    indptr: np.ndarray
    papers: np.ndarray  # paper numbers, row after row
    scores: np.ndarray
    depth: int

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def __getitem__(self, at: int) -> Ranking:  # type: ignore[override]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        at %= len(self)
        row = slice(self.indptr[at], self.indptr[at + 1])
        papers, scores = self.papers[row].tolist(), self.scores[row].tolist()
        return Ranking(tuple(papers), tuple(scores), complete=len(papers) < self.depth)

    def __iter__(self) -> Iterator[Ranking]:
        return (self[at] for at in range(len(self)))


class Index:
    """The papers of one edition (or issue), taken apart once. Build it with `Index.build`."""

    def __init__(
        self,
        papers: Sequence[Paper],
        background: Background,
        corpus: Corpus | None = None,
        semantics: Semantics | None = None,
        *,
        least_meaning: float = LEAST_MEANING,
    ) -> None:
        self.papers = sorted(papers, key=by_popularity)
        self.background = background
        self.place = {paper.id: at for at, paper in enumerate(self.papers)}
        self.numbers = np.array([paper.id for paper in self.papers], dtype=np.int64)
        self._places = Places(self.numbers)
        self.documents = [Document.of(paper) for paper in self.papers]
        scorer = Scorer(
            self.papers,
            Matrix(self.documents, background),
            corpus or Corpus([], background, None),
            semantics,
            least_meaning,
        )
        self._rank_with(scorer, Explainer(scorer))

    def _rank_with(self, scorer: Scorer, explainer: Explainer) -> None:
        self.scorer = scorer
        self._explainer = explainer
        self._last: tuple[tuple[object, ...], Csr] | None = None
        self._standing_of: dict[Item, npt.NDArray[np.intp]] = {}

    @classmethod
    def build(
        cls,
        papers: Sequence[Paper],
        background: Background,
        corpus: Corpus | None = None,
        semantics: Semantics | None = None,
        *,
        least_meaning: float = LEAST_MEANING,
    ) -> Self:
        """Take the papers of an edition apart; about 1 ms each, and their embedding when new.

        `corpus` is what the archive teaches, `semantics` the sentence model; without them ranking
        is by the readers' own words alone.
        """
        return cls(papers, background, corpus, semantics, least_meaning=least_meaning)

    def for_previews(self, semantics: Semantics | None) -> Self:
        """Return the same papers ranked with another model, or none; nothing is taken apart again.

        Picks do not tell their nearest sentences, for which all of a paper's would be embedded.
        """
        made = copy(self)
        made.__dict__.pop("taste_space", None)  # it knows the other model's vectors
        scorer = self.scorer.with_semantics(semantics)
        made._rank_with(scorer, Explainer(scorer, tells_sentences=False))
        return made

    def rank(
        self,
        profiles: Sequence[Profile] | Audience,
        *,
        sent: Sequence[Collection[int]] | Sent | None = None,
        tastes: Sequence[Taste] | None = None,
        depth: int = DEPTH,
        threads: int = 1,
    ) -> Rankings:
        """Rank the papers for each profile, best first; ties by popularity, then page order.

        `sent` holds, profile by profile, paper numbers to leave out; `tastes` what each
        profile's reader liked and disliked. `threads` changes the time alone, never the result;
        it stays 1 where processes share the cores already, as the shards of a run do.
        """
        audience = profiles if isinstance(profiles, Audience) else Audience.of(profiles)
        if not self.papers:
            empty = np.zeros(0)
            return Rankings(np.zeros(len(audience) + 1, np.int64), empty, empty, depth)
        left, right = audience.weights, self.score_items(audience)
        if tastes is not None:
            left, right = self._with_tastes(left, right, tastes)
        if sent is not None:
            packed = sent if isinstance(sent, Sent) else Sent.of(sent, offered=self.place)
            left, right = self._without_sent(left, right, packed)
        best = best_of(left, right, min(depth, len(self.papers)), threads=threads)
        return Rankings(best.indptr, self.numbers[best.indices], best.data, depth)

    def _with_tastes(self, left: Csr, right: Csr, tastes: Sequence[Taste]) -> tuple[Csr, Csr]:
        """Add what each reader's likes give, as an item of their own."""
        having = np.array([row for row, taste in enumerate(tastes) if taste], dtype=np.intp)
        if not len(having):
            return left, right
        gains = sparse.csr_matrix(self.taste_space.rows([tastes[row] for row in having]))
        items = sparse.vstack([right, settled(gains)], format="csr")
        return with_own_columns(left, having), items

    @cached_property
    def taste_space(self) -> TasteSpace:
        """Where likes and papers meet; made when the first reader with likes comes."""
        return TasteSpace(self.scorer)

    def score_items(self, audience: Audience) -> Csr:
        """Score every distinct item against every paper: items × papers, float64, `settled`.

        A veto row holds VETO where it forbids a paper.
        """
        items = (audience.wanted, audience.excluded, audience.required)
        # Shards of one audience share its items: they are scored with the first.
        if self._last is None or any(a is not b for a, b in zip(self._last[0], items, strict=True)):
            blocks = [self.scorer.rows(audience.wanted)]
            if audience.excluded or audience.required:
                blocks.append(self._vetoes(audience.excluded, audience.required))
            self._last = (items, sparse.vstack(blocks, format="csr"))
        return self._last[1]

    def _vetoes(self, excluded: Sequence[Item], required: Sequence[tuple[Item, ...]]) -> Csr:
        """Forbid the papers in which an excluded item stands, and those without a required one."""
        standing = self._standing([*excluded, *chain.from_iterable(required)])
        forbidden = [standing[item] for item in excluded]
        for clause in required:  # one of its items would do
            lacking = np.ones(len(self.papers), dtype=bool)
            for item in clause:
                lacking[standing[item]] = False
            forbidden.append(np.flatnonzero(lacking))
        places = np.concatenate(forbidden).astype(np.int32)
        ends = np.cumsum([0, *map(len, forbidden)], dtype=np.int32)
        shape = (len(forbidden), len(self.papers))
        return sparse.csr_matrix((np.full(len(places), VETO), places, ends), shape=shape)

    def _standing(self, items: Iterable[Item]) -> Mapping[Item, npt.NDArray[np.intp]]:
        """Return the places of the papers in which each item stands whole (all words of a bag).

        All of them are looked up at once; one that was asked for before costs nothing.
        """
        known = self._standing_of
        fresh = [item for item in dict.fromkeys(items) if item not in known]
        if fresh:
            asked = [self._features_of(item) for item in fresh]
            rows = self.scorer.matrix.rows(list(chain.from_iterable(asked)))
            rows.eliminate_zeros()
            each = iter(np.split(rows.indices, rows.indptr[1:-1]))
            for item, features in zip(fresh, asked, strict=True):
                found = [next(each) for _ in features]
                known[item] = np.sort(reduce(np.intersect1d, found)) if found else _NOWHERE
        return known

    def _features_of(self, item: Item) -> list[Feature]:
        whole = item.phrase or item.scope
        parts = [item] if whole else [Item(word, (word,)) for word in item.words]
        return [term.feature for part in parts for term in terms_of(part, self.background)]

    def leading(self, profile: Profile, numbers: Sequence[int]) -> tuple[int, ...]:
        """Return for some papers which of the profile's items gives most to each; -1: none."""
        return self._explainer.leading(profile, [self.place[number] for number in numbers])

    def best(
        self, profile: Profile, numbers: Sequence[int], *, by_words: bool = False
    ) -> tuple[float, ...]:
        """Return how well each paper matches the item that it matches best, whatever its weight.

        The floor is held against this: many weak matches do not add up to a strong one.
        `by_words`: an item does not count for a paper that it matches by its meaning alone.
        """
        places = [self.place[number] for number in numbers]
        return self._explainer.best(profile, places, by_words=by_words)

    def counts(self, items: Sequence[Item], least: float, *, by_words: bool) -> list[int]:
        """Return how many papers match each item at least so well; see `best`."""
        self.scorer.rows(items)  # all of them at once
        return [self._explainer.count(item, least, by_words=by_words) for item in items]

    def duplicates_of(self, number: int) -> frozenset[int]:
        """Return the papers of this index that say nearly the same."""
        return self.duplicates.get(number, frozenset())

    @cached_property
    def duplicates(self) -> Mapping[int, frozenset[int]]:
        """The papers that say nearly the same as another of this index."""
        return near_duplicates(self.papers, self.documents)

    def allowed(self, profile: Profile, number: int) -> bool:
        """Whether no exclusion of the profile forbids a paper and no requirement lacks in it."""
        return not self.forbidding(profile, number) and not self.lacking(profile, number)

    def forbidding(self, profile: Profile, number: int) -> tuple[Item, ...]:
        """Return the exclusions of a profile that stand in a paper."""
        at, standing = self.place[number], self._standing(profile.excluded)
        return tuple(item for item in profile.excluded if at in standing[item])

    def lacking(self, profile: Profile, number: int) -> tuple[tuple[Item, ...], ...]:
        """Return what a profile requires and a paper lacks; of each, one would do."""
        at, standing = self.place[number], self._standing(chain.from_iterable(profile.musts))
        return tuple(
            clause for clause in profile.musts if not any(at in standing[item] for item in clause)
        )

    def forget_items(self, *, beyond: int) -> None:
        """Let go of what was worked out for items when there are more than `beyond` of them.

        For who asks for anything at all, as visitors do; the next to ask has them worked out anew.
        """
        if self.scorer.known_items > beyond:
            self.scorer.forget_items()
            self._explainer.forget_items()
            self._last = None
        if len(self._standing_of) > beyond:
            self._standing_of.clear()

    def _without_sent(self, left: Csr, right: Csr, sent: Sent) -> tuple[Csr, Csr]:
        """Veto what each reader has had, as an item of their own; most had none of these papers."""
        rows, places = sent.among(self._places)
        if not len(rows):
            return left, right
        begins = np.flatnonzero(np.diff(rows, prepend=-1))
        vetoes = sparse.csr_matrix(
            (np.full(len(places), VETO), places, np.append(begins, len(rows)).astype(np.int32)),
            shape=(len(begins), len(self.papers)),
        )
        left = with_own_columns(left, rows[begins])
        return left, sparse.vstack([right, vetoes], format="csr")

    def explain(self, profile: Profile, number: int, taste: Taste = ()) -> Explanation:
        """Say why a paper has its score: reasons that add up to it, and what to highlight.

        Raises KeyError for a paper that is not in this index.
        """
        at = self.place[number]
        given = self.taste_of(taste, [number]) if taste else None
        return self._explainer.explain(profile, at, given)

    def grounds(self, profile: Profile, numbers: Sequence[int], taste: Taste = ()) -> list[Grounds]:
        """Return what the picks of some papers hold of their explanations."""
        places = [self.place[number] for number in numbers]
        given = self.taste_of(taste, numbers) if taste else None
        return self._explainer.grounds(profile, places, given)

    def taste_of(self, taste: Taste, numbers: Sequence[int]) -> list[tuple[float, float]]:
        """Return what a taste gives each of some papers, and what it takes from it."""
        places = [self.place[number] for number in numbers]
        gains = self.taste_space.gains(taste)
        liked, disliked = gains.liked[places].tolist(), gains.disliked[places].tolist()
        return list(zip(liked, disliked, strict=True))


def by_popularity(paper: Paper) -> tuple[float, float, int, int]:
    """Order papers by upvotes, then comments, then the page's order; the same way every time."""
    return (-(paper.upvotes or 0), -(paper.comments or 0), paper.position, paper.id)
