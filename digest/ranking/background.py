"""What words are worth: document frequencies and usual lengths, from the archive.

Scores of different days are comparable because a word's worth comes from here and never from
the day's batch. On the first day, before there is an archive, a shipped prior stands in: about
400 common words of scientific prose with rough frequencies, written by hand, counted from nobody's
texts. It counts as PRIOR_PAPERS papers, so a real archive soon outweighs it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Self

from digest.ranking.acronyms import Acronyms, definitions, long_form, standard
from digest.ranking.text import is_content, stem, tokens_of

if TYPE_CHECKING:
    from digest.papers import Paper

PRIOR_PAPERS = 30
ENOUGH_PAPERS = 100  # with fewer, the archive has nothing to teach yet
FORMAT = 2


@dataclass(frozen=True)
class Background:
    """Statistics of the papers seen so far. Immutable; `updated` returns a new one."""

    papers: int
    frequency: Mapping[str, int]  # stem → papers with it in title, abstract or keywords
    title_words: int  # over all papers; keywords and abstracts likewise
    abstract_words: int
    with_abstract: int  # papers that have one
    acronyms: Acronyms = field(default_factory=dict)

    @classmethod
    def empty(cls) -> Self:
        """Return the background of the first day: nothing seen, only the shipped prior counts."""
        return cls(papers=0, frequency={}, title_words=0, abstract_words=0, with_abstract=0)

    @classmethod
    def of(cls, papers: Iterable[Paper]) -> Self:
        """Count some papers."""
        return cls.empty().updated(papers)

    def updated(self, papers: Iterable[Paper]) -> Self:
        """Return these statistics with more papers counted."""
        frequency = Counter(self.frequency)
        acronyms = {short: Counter(forms) for short, forms in self.acronyms.items()}
        count = title_words = abstract_words = with_abstract = 0
        for paper in papers:
            title, abstract = tokens_of(paper.title), tokens_of(paper.abstract)
            words = {token.stem for token in (*title, *abstract)}
            words.update(token.stem for word in paper.keywords for token in tokens_of(word))
            frequency.update(words)
            for short, long in set(definitions(f"{paper.title}\n{paper.abstract}")):
                acronyms.setdefault(short, Counter())[" ".join(long)] += 1
            count += 1
            title_words += len(title)
            abstract_words += len(abstract)
            with_abstract += bool(abstract)
        return type(self)(
            self.papers + count,
            dict(frequency),
            self.title_words + title_words,
            self.abstract_words + abstract_words,
            self.with_abstract + with_abstract,
            {short: dict(forms) for short, forms in acronyms.items()},
        )

    @cached_property
    def _prior(self) -> Mapping[str, float]:
        return prior()

    def idf(self, stemmed: str) -> float:
        """Return a stem's worth, Lucene's ln(1 + (N - n + ½) / (n + ½)), prior included."""
        total = self.papers + PRIOR_PAPERS
        seen = self.frequency.get(stemmed, 0) + PRIOR_PAPERS * self._prior.get(stemmed, 0.0)
        return math.log1p((max(total - seen, 0.0) + 0.5) / (seen + 0.5))

    def has(self, stems: Sequence[str]) -> bool:
        """Return whether some paper has each of some stems; True with too few papers to tell."""
        return self.papers < ENOUGH_PAPERS or all(stem in self.frequency for stem in stems)

    def long_form(self, short: str) -> tuple[str, ...] | None:
        """Return the stems that a short form stands for; None when it is unclear.

        The archive decides; what it never defines stands for what it does everywhere.
        """
        if short not in self.acronyms:
            return standard().get(short)
        return long_form(short, self.acronyms, self.frequency.get(short, 0))

    @cached_property
    def short_forms(self) -> Mapping[tuple[str, ...], str]:
        """The short form of each long form that has a clear one, with and without its `of`."""
        usual = {long: short for short, long in standard().items() if short not in self.acronyms}
        pairs = ((self.long_form(short), short) for short in sorted(self.acronyms))
        known = {**usual, **{long: short for long, short in pairs if long}}
        telling = {tuple(filter(is_content, long)): short for long, short in known.items()}
        return {**{long: short for long, short in telling.items() if len(long) > 1}, **known}

    def average_lengths(self) -> tuple[float, float]:
        """Return the usual number of words of a title and of an abstract (of those not empty)."""
        title = (self.title_words + 10 * PRIOR_PAPERS) / (self.papers + PRIOR_PAPERS)
        abstract = (self.abstract_words + 170 * PRIOR_PAPERS) / (self.with_abstract + PRIOR_PAPERS)
        return max(title, 1.0), abstract

    def to_bytes(self) -> bytes:
        """Return the statistics as JSON in UTF-8, the same bytes for equal statistics."""
        plain = {"format": FORMAT, **{each.name: getattr(self, each.name) for each in fields(self)}}
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote. Raises ValueError when it is of another format."""
        plain = json.loads(data)
        if plain.pop("format", None) != FORMAT:
            raise ValueError("these background statistics are of another format: count them anew")
        return cls(**plain)


@lru_cache(maxsize=1)
def prior() -> Mapping[str, float]:
    """Return the shipped prior: stem → rough share of papers that have it."""
    text = resources.files("digest.ranking").joinpath("data/prior.txt").read_text("utf-8")
    shares: dict[str, float] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            share, _, words = line.partition(":")
            for word in words.split():
                shares[stem(word)] = max(shares.get(stem(word), 0.0), float(share))
    return shares
