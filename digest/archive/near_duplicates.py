"""Whether two papers with nearly the same title, or the very same, are one.

Pure. A false merge silently hides a paper from everybody, a missed one shows it twice: so every
doubt means two papers. Shingles after Broder, "On the resemblance and containment of documents"
(1997).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from digest.archive.merging import Facts, ends_cut_off
from digest.archive.title_words import TitleWords, fold, title_words
from digest.papers import Link, arxiv_id_of, contradiction, doi_of, other_authors

AGREEING_ABSTRACTS = 0.8  # share of shingles, when both abstracts are there
ALIKE_TITLES = 0.8  # ratio of letters, when the abstracts agree
EQUAL_TITLES = 0.97  # ratio of letters, when an abstract is missing

SAME_WORK = 0.5  # share of shingles from which one title is one paper, whatever else differs
OTHER_WORK = 0.1  # share below which one title is two papers, if no author says otherwise

_SHINGLE = 3  # words
_FORM = 4  # words of a title that many papers may have: "Letter to the Editor"
_FEWEST_CONTAINED = 15  # shingles of a cut abstract; fewer may be anybody's first sentence
_WORD = re.compile(r"[^\W_]+")
_OPPOSING = frozenset(
    """
    un in im ir non dis anti de a semi self multi sub super hyper over under inter intra pre post
    bi uni mono re co iso out counter weakly fully
    """.split()  # noqa: SIM905
)
_SHORTEST_STEM = 4


@dataclass(frozen=True, slots=True)
class Same:
    """They are one paper."""

    likeness: float  # of the titles, 0 to 1


@dataclass(frozen=True, slots=True)
class Different:
    """They are two papers, or may be."""

    reason: str


def same_paper(a: Facts, b: Facts) -> Same | Different:
    """Decide whether two records with similar titles are one paper.

    They are if the titles are alike and the abstracts agree, or if an abstract is missing and the
    titles are all but equal; never against an identifier or a mark (`title_words`).
    """
    if reason := contradiction(a, b):
        return Different(reason)
    ours, theirs = title_words(a.title), title_words(b.title)
    if ours.marks != theirs.marks:
        return Different(f"numerals or telling words: {_show(ours)} and {_show(theirs)}")
    likeness = fuzz.ratio(ours.letters, theirs.letters) / 100
    if likeness < ALIKE_TITLES and Levenshtein.distance(ours.folded, theirs.folded) > 1:
        return Different(f"titles alike by {likeness:.2f} only")
    if opposites := _opposites(ours, theirs):
        return Different(f"opposites: {opposites}")
    if a.abstract.strip() and b.abstract.strip():
        agreement = abstract_agreement(a.abstract, b.abstract)
        if agreement < AGREEING_ABSTRACTS:
            return Different(f"abstracts agree by {agreement:.2f} only")
        return Same(likeness)
    if likeness < EQUAL_TITLES:
        return Different(f"an abstract is missing and titles are alike by {likeness:.2f} only")
    if renamed := _renamed(ours, theirs):
        return Different(f"an abstract is missing and a name differs: {renamed}")
    if other_authors(a.authors, b.authors):
        return Different("an abstract is missing and no author is shared")
    if reason := _other_addresses(a.links, b.links):
        return Different(f"an abstract is missing and {reason}")
    return Same(likeness)


def title_contradiction(a: Facts, b: Facts) -> str | None:
    """Return why two records under one title are two papers all the same, or None.

    Journals print many an "Editorial", and a long title may be taken twice: identifiers decide,
    then abstracts that agree, then authors, abstracts and addresses that contradict each other.
    """
    if reason := contradiction(a, b):
        return reason
    if _share_an_identifier(a, b):
        return None
    agreement = _agreement_of_whole(a, b)
    if agreement is not None and agreement >= SAME_WORK:
        return None
    if other_authors(a.authors, b.authors):
        return "no author is shared"
    is_form = len(title_words(a.title).shown) <= _FORM
    if a.authors and b.authors and not is_form:
        return None  # one title, one author: the abstract was rewritten, the page has moved
    if agreement is not None and agreement < OTHER_WORK:
        return f"abstracts agree by {agreement:.2f} only"
    return _other_addresses(a.links, b.links)


def abstract_agreement(a: str, b: str) -> float:
    """Return how far two abstracts agree, 0 to 1: shared shingles of three words.

    The share is of both together (Jaccard), or of the shorter one (containment) if that has
    enough to say: a source may cut abstracts.
    """
    ours, theirs = _shingles(a), _shingles(b)
    shared = len(ours & theirs)
    fewer = min(len(ours), len(theirs))
    whole = fewer if fewer >= _FEWEST_CONTAINED else len(ours | theirs)
    return shared / whole if whole else 0.0


def _share_an_identifier(a: Facts, b: Facts) -> bool:
    ours, theirs = (arxiv_id_of(a), doi_of(a)), (arxiv_id_of(b), doi_of(b))
    return any(one and one == other for one, other in zip(ours, theirs, strict=True))


def _agreement_of_whole(a: Facts, b: Facts) -> float | None:
    """Return how far two abstracts agree, None when one says too little to contradict the other."""
    if not a.abstract.strip() or not b.abstract.strip():
        return None
    is_form = len(title_words(a.title).shown) <= _FORM
    short = min(len(_shingles(a.abstract)), len(_shingles(b.abstract))) < _FEWEST_CONTAINED
    if short and (not is_form or ends_cut_off(a.abstract) or ends_cut_off(b.abstract)):
        return None
    return abstract_agreement(a.abstract, b.abstract)


@lru_cache(maxsize=16)  # one abstract is compared with many, when many share a title
def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(fold(text))
    if len(words) < _SHINGLE:
        return frozenset([tuple(words)] if words else [])
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _show(title: TitleWords) -> str:
    return " ".join(title.marks) or "none"


def _changes(
    a: TitleWords, b: TitleWords
) -> list[tuple[tuple[str, ...], tuple[str, ...], slice, slice]]:
    """Return the runs of words in which two titles differ, apart from how they are spaced."""
    runs = []
    for step in Levenshtein.opcodes(a.folded, b.folded):
        ours = slice(step.src_start, step.src_end)
        theirs = slice(step.dest_start, step.dest_end)
        if step.tag != "equal" and "".join(a.folded[ours]) != "".join(b.folded[theirs]):
            runs.append((a.folded[ours], b.folded[theirs], ours, theirs))
    return runs


def _opposites(a: TitleWords, b: TitleWords) -> str:
    """Return words of one stem behind other prefixes: supervised, unsupervised, semisupervised."""
    for ours, theirs, _, _ in _changes(a, b):
        one, other = "".join(ours), "".join(theirs)
        if _stems(one) & _stems(other):
            return f"{one}, {other}"
    return ""


def _stems(word: str) -> set[str]:
    """Return a word, and what is left of it without one prefix or two."""
    found, rest = {word}, [word]
    for _ in range(2):
        rest = [
            word[len(prefix) :]
            for word in rest
            for prefix in _OPPOSING
            if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST_STEM
        ]
        found.update(rest)
    return found


def _renamed(a: TitleWords, b: TitleWords) -> str:
    """Return changed words of which one is a name or an acronym: CNN, RNN; BERT, RoBERTa."""
    for _, _, ours, theirs in _changes(a, b):
        words = (*a.shown[ours], *b.shown[theirs])
        shouted = all(word.isupper() for word in (*a.shown, *b.shown))
        if not shouted and any(letter.isupper() for word in words for letter in word[1:]):
            return ", ".join(words)
    return ""


_VIEW = re.compile(
    r"/(?:full|fulltext|abstract|abs|pdf|epdf|html|meta|summary|download|view)(?=/|$)|\.(?:pdf|html?)$"
)
_IDLE_QUERY = re.compile(r"(?:utm_|af=|rss|source=|ref=|feed)")


def _other_addresses(ours: Iterable[Link], theirs: Iterable[Link]) -> str | None:
    """Return which two pages of one site the papers have, None when no site has two."""
    known = {host: path for host, path in map(_place, ours) if host}
    for host, path in map(_place, theirs):
        other = known.get(host)
        if host and other and path and not (path.startswith(other) or other.startswith(path)):
            return f"two pages of {host}: {other} and {path}"
    return None


def _place(link: Link) -> tuple[str, str]:
    """Return the site of a paper's page, and the page without what only shows it otherwise."""
    if link.kind != "paper":
        return "", ""
    parts = urlsplit(link.url.lower())
    query = "&".join(each for each in parts.query.split("&") if not _IDLE_QUERY.match(each))
    path = _VIEW.sub("", parts.path).strip("/")
    return (parts.hostname or "").removeprefix("www."), f"{path}?{query}" if query else path
