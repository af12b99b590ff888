"""Papers → sparse matrices of how strongly each paper speaks of each feature.

A feature is a stem, two adjacent stems, or whatever a query asks for besides (a longer phrase,
a title's word, an author's name). Its strength in a paper is BM25F's saturated frequency
tf ÷ (tf + k₁), between 0 and 1, where tf adds up the fields' frequencies, each divided by the
field's length norm and multiplied by its boost.

Source: Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), §3.6.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.ranking.text import Token, compounds, is_content, tokens_of

if TYPE_CHECKING:
    from digest.papers import Paper
    from digest.ranking.background import Background

Place = Literal["title", "abstract", "keywords"]
PLACES: tuple[Place, ...] = ("title", "abstract", "keywords")

K1 = 1.2
B = 0.75
BOOST: dict[Place, float] = {"title": 2.0, "abstract": 1.0, "keywords": 1.0}
KEYWORDS_LENGTH = 10.0  # usual number of words in a source's own keywords
Norms: TypeAlias = "dict[Place, float]"


Csr: TypeAlias = Any  # scipy.sparse.csr_matrix of float32; scipy's own types lose it at each step
Numbers: TypeAlias = "Sequence[float] | npt.NDArray[Any]"


def csr(values: Numbers, rows: Numbers, columns: Numbers, shape: tuple[int, int]) -> Csr:
    """Return a sparse float32 matrix of (value, row, column) triples; repeated places add up."""
    triples = (
        np.array(values, np.float32),
        (np.array(rows, np.int32), np.array(columns, np.int32)),
    )
    return sparse.csr_matrix(triples, shape=shape)


class Feature(NamedTuple):
    """What to look for: any of some runs of stems, perhaps in one place only."""

    variants: tuple[tuple[str, ...], ...]  # (("pre", "train"), ("pretrain",)): counted together
    scope: Literal["title", "author", "org"] | None = None


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Document:
    """A paper taken apart; once, for as long as the archive's memory or an edition keeps it."""

    title: tuple[Token, ...]
    abstract: tuple[Token, ...]
    keywords: tuple[tuple[Token, ...], ...]
    counts: dict[Place, Counter[tuple[str, ...]]]  # stems, adjacent pairs, joined compounds
    authors: tuple[tuple[str, ...], ...]  # the stems of each name
    organisations: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, paper: Paper) -> Document:
        """Take a paper apart."""
        told = (
            *(paper.title, paper.abstract, paper.keywords),
            *(paper.authors, paper.organisations),
        )
        found = _documents.get(told)
        if found is None:
            found = _documents[told] = cls._taken_apart(*told)
        return found

    @classmethod
    def _taken_apart(
        cls,
        title: str,
        abstract: str,
        keywords: Sequence[str],
        authors: Sequence[str],
        organisations: Sequence[str],
    ) -> Document:
        texts: dict[Place, Sequence[str]] = {
            "title": (title,),
            "abstract": (abstract,),
            "keywords": keywords,
        }
        tokens = {place: tuple(tuple(tokens_of(t)) for t in ts) for place, ts in texts.items()}
        counts = {place: _count(zip(texts[place], tokens[place], strict=True)) for place in PLACES}
        return cls(
            title=tokens["title"][0],
            abstract=tokens["abstract"][0],
            keywords=tokens["keywords"],
            counts=counts,
            authors=_stems_of(authors),
            organisations=_stems_of(organisations),
        )

    def length(self, place: Place) -> int:
        """Return the number of words in one place."""
        if place == "keywords":
            return sum(map(len, self.keywords))
        return len(self.title if place == "title" else self.abstract)

    def stems(self) -> set[str]:
        """Return the stems of the title and the abstract."""
        return {token.stem for tokens in (self.title, self.abstract) for token in tokens}

    def stem_counts(self) -> Counter[str]:
        """Return how often each stem stands in the title and the abstract together."""
        return Counter(token.stem for token in (*self.title, *self.abstract))

    def counts_of(self, feature: Feature) -> dict[Place, int]:
        """Return how often a feature stands in each place where it does."""
        variants, scope = feature
        if scope in ("author", "org"):
            return {}
        found: dict[Place, int] = {}
        for place, counts in self.counts.items():
            total = 0
            for stems in variants:
                total += counts.get(stems, 0) if len(stems) <= 2 else self._searched(stems, place)
            if total and (scope is None or place == "title"):
                found[place] = total
        return found

    def _searched(self, stems: tuple[str, ...], place: Place) -> int:
        if place == "keywords":
            runs: Sequence[Sequence[Token]] = self.keywords
        else:
            runs = (self.title if place == "title" else self.abstract,)
        return sum(len(occurrences(stems, run)) for run in runs)

    def is_by(self, feature: Feature) -> bool:
        """Return whether a name of the feature's scope holds every part of it, in any order.

        That is one author's name, or one organisation's; other scopes have no names. Of authors
        an initial and a name that begins with it are the same, beside a name that is: `Y. LeCun`.
        """
        if feature.scope == "author":
            return any(_is_name(parts, name) for parts in feature.variants for name in self.authors)
        if feature.scope == "org":
            told = self.organisations
            return any(set(parts) <= set(name) for parts in feature.variants for name in told)
        return False


_documents: WeakValueDictionary[tuple[object, ...], Document] = WeakValueDictionary()


def _is_name(asked: Sequence[str], name: Sequence[str]) -> bool:
    same = set(asked) & set(name)
    if len(same) == len(set(asked)):
        return True
    rest = [part for part in name if part not in same]
    return any(len(part) > 1 for part in same) and all(
        any(
            part.startswith(other) if len(other) == 1 else len(part) == 1 and other.startswith(part)
            for other in rest
        )
        for part in asked
        if part not in same
    )


def _stems_of(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(token.stem for token in tokens_of(name)) for name in names)


def _count(parts: Iterable[tuple[str, Sequence[Token]]]) -> Counter[tuple[str, ...]]:
    counts: Counter[tuple[str, ...]] = Counter()
    for text, tokens in parts:
        stems = [token.stem for token in tokens]
        counts.update(zip(_standing_alone(tokens), strict=True))
        counts.update(pairwise(stems))
        counts.update((joined,) for joined, _, _ in compounds(text, tokens))
    return counts


def _standing_alone(tokens: Sequence[Token]) -> list[str]:
    """Return the stems of words that mean what they say: not the `context` of `in-context`.

    What a hyphen joins to a function word is another word; in `chain-of-thought` all stay.
    """
    found: list[str] = []
    joined = led = False  # by a hyphen to the token before; in a run that a function word leads
    for stemmed, _, _, hyphen in tokens:
        led = led if joined else hyphen and not is_content(stemmed)
        if not (led and joined):
            found.append(stemmed)
        joined = hyphen
    return found


def occurrences(stems: Sequence[str], tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Return the (first, last) token indices where some stems stand together in order."""
    width, first = len(stems), stems[0]
    return [
        (at, at + width - 1)
        for at in range(len(tokens) - width + 1)
        if tokens[at].stem == first
        and all(tokens[at + i].stem == stems[i] for i in range(1, width))
    ]


def strengths(document: Document, feature: Feature, norms: Norms) -> dict[Place, float]:
    """Return each place's share of a feature's strength in a paper; they sum to below 1.

    A place where it does not stand is not there.
    """
    weighted: dict[Place, float] = {}
    total = 0.0
    for place, found in document.counts_of(feature).items():
        weighted[place] = tf = found * BOOST[place] / norms[place]
        total += tf
    for place in weighted:
        weighted[place] /= total + K1
    return weighted


def length_norms(document: Document, background: Background) -> Norms:
    """Return BM25's length norm of each field, 1 for a field of the usual length."""
    title, abstract = background.average_lengths()
    usual: Norms = {"title": title, "abstract": abstract, "keywords": KEYWORDS_LENGTH}
    return {place: 1 - B + B * document.length(place) / usual[place] for place in PLACES}


def _weighted(document: Document, norms: Norms) -> dict[tuple[str, ...], float]:
    """Return how often each feature stands in a paper, weighed by where."""
    factors = {place: BOOST[place] / norms[place] for place in PLACES}
    sums = {key: n * factors["abstract"] for key, n in document.counts["abstract"].items()}
    for place in ("title", "keywords"):  # much shorter
        for key, n in document.counts[place].items():
            sums[key] = sums.get(key, 0.0) + n * factors[place]
    return sums


class Matrix:
    """The strengths of all features in all papers: features × papers, float32, CSR."""

    def __init__(self, documents: Sequence[Document], background: Background) -> None:
        self.documents = documents
        self.norms = [length_norms(document, background) for document in documents]
        column: dict[tuple[str, ...], int] = defaultdict(count().__next__)
        rows: list[int] = []
        lengths: list[int] = []
        sums: list[float] = []
        for document, norms in zip(documents, self.norms, strict=True):
            weighted = _weighted(document, norms)
            rows.extend(map(column.__getitem__, weighted))
            lengths.append(len(weighted))
            sums.extend(weighted.values())
        self._column = dict(column)
        columns, tf = (
            np.repeat(np.arange(len(documents)), np.array(lengths, np.intp)),
            np.array(sums),
        )
        values = tf / (tf + K1)
        # One row more than there are features: the last, empty one stands for all that is unknown.
        self._base = csr(values, rows, columns, (len(self._column) + 1, len(documents)))

    def content_stems(self) -> list[str]:
        """Return every single stem of these papers that carries meaning, sorted."""
        return sorted(key[0] for key in self._column if len(key) == 1 and is_content(key[0]))

    def papers_with(self, stems: tuple[str, ...]) -> int:
        """Return how many papers have a stem, or two side by side."""
        row = self._column.get(stems)
        return 0 if row is None else int(self._base.indptr[row + 1] - self._base.indptr[row])

    def rows(self, features: Sequence[Feature]) -> Csr:
        """Return the strengths of some features: len(features) × papers, float32."""
        unknown = len(self._column)
        chosen = np.full(len(features), unknown, dtype=np.intp)
        values, rows, columns = list[float](), list[int](), list[int]()  # of what is looked for
        for at, (variants, scope) in enumerate(features):
            if scope is None and len(variants) == 1 and len(variants[0]) <= 2:
                chosen[at] = self._column.get(variants[0], unknown)
                continue
            for paper, value in self._search(features[at]):
                values.append(value)
                rows.append(at)
                columns.append(paper)
        base = self._base[chosen]
        return base + csr(values, rows, columns, base.shape) if values else base

    def _search(self, feature: Feature) -> Iterator[tuple[int, float]]:
        """Yield the papers, and how strongly, with a feature that is no stem and no pair."""
        for at in self._likely(feature):
            if value := self._strength(at, feature):
                yield at, value

    def _strength(self, at: int, feature: Feature) -> float:
        document = self.documents[at]
        if feature.scope in ("author", "org"):
            return float(document.is_by(feature))
        return sum(strengths(document, feature, self.norms[at]).values())

    def _likely(self, feature: Feature) -> Sequence[int]:
        """Return the papers worth a closer look: those with every pair of some variant."""
        if feature.scope in ("author", "org"):  # a name shares a whole part with what is asked
            by_name = self._by_author if feature.scope == "author" else self._by_organisation
            parts = set().union(*feature.variants)
            return sorted(set().union(*(by_name.get(part, ()) for part in parts)))
        return sorted(set().union(*(self._with_all_pairs(stems) for stems in feature.variants)))

    @cached_property
    def _by_author(self) -> dict[str, set[int]]:
        """The papers that have a part of a name among their authors."""
        return _by_part(document.authors for document in self.documents)

    @cached_property
    def _by_organisation(self) -> dict[str, set[int]]:
        """The papers that have a part of a name among their organisations."""
        return _by_part(document.organisations for document in self.documents)

    def _with_all_pairs(self, stems: tuple[str, ...]) -> set[int]:
        likely: set[int] | None = None
        for key in _pairs(stems):
            row = self._column.get(key)
            if row is None:
                return set()
            here = set(self._base.indices[self._base.indptr[row] : self._base.indptr[row + 1]])
            likely = here if likely is None else likely & here
        return {int(at) for at in likely or ()}


def _pairs(stems: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(pairwise(stems)) or [stems]


def _by_part(names: Iterable[Iterable[Iterable[str]]]) -> dict[str, set[int]]:
    """Return, for each part of a name, the places of the documents that have it."""
    found: dict[str, set[int]] = defaultdict(set)
    for at, of_document in enumerate(names):
        for part in set().union(*of_document):
            found[part].add(at)
    return dict(found)
