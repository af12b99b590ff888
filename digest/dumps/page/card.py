"""A card of the page: one paper, and all that the page tells of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from digest.dumps.page.card_facts import CardFacts, paper_id
from digest.dumps.page.paragraphs import LONGEST_TITLE, Unit, closes_sentence
from digest.papers import title_key

LONGEST_ABSTRACT = 20_000  # characters
_SUMMARY_WORDS = 6  # an abstract that is shorter than its title is one if it is a sentence
_FEWEST_WORDS = 8  # of an abstract that ends in mid-sentence
_FEW_TITLE_WORDS = 4  # "Editorial": such titles are no proof of one paper


@dataclass(slots=True)
class Card:
    """One paper as the page shows it."""

    title: Unit
    abstract: Unit | None = None
    facts: CardFacts = field(default_factory=CardFacts)
    lines: set[int] = field(default_factory=set)
    page: int = 0  # which of the text's pages it stands on, from 0

    @property
    def arxiv_id(self) -> str | None:
        """Return its id: its title's link first, for others may lead to other papers."""
        own = (*self.title.pieces[0].links, *self.facts.addresses)
        return next(filter(None, map(paper_id, own)), None)

    @property
    def votes(self) -> int | None:
        """Return its votes, from above its title or from its button."""
        return self.facts.count if self.facts.upvotes is None else self.facts.upvotes

    @property
    def is_supported(self) -> bool:
        """Return whether anything but its words makes the title a paper's."""
        facts = self.facts
        return (
            self.title.pieces[0].heading
            or self.arxiv_id is not None
            or facts.author_count is not None
            or facts.day is not None
            or facts.stars is not None
            or facts.comments is not None
            or bool(facts.authors)
            or facts.has_count
            or facts.upvotes is not None
            or facts.role == "upvotes"
            or bool(facts.submitter)
        )

    @property
    def is_bare_heading(self) -> bool:
        """Return whether nothing but a heading is there: any document has such."""
        lines = {line for piece in self.title.pieces for line in range(piece.line, piece.last + 1)}
        return (
            self.title.pieces[0].heading
            and self.abstract is None
            and self.arxiv_id is None
            and (self.lines <= lines or self.facts.is_idle)
        )

    def problem(self) -> tuple[int, str] | None:
        """Return why this is no paper, with the line; None when it is one."""
        title, abstract = self.title.text, self.abstract.text if self.abstract else ""
        if len(title) > LONGEST_TITLE:
            return self.title.line, f"title of {len(title)} characters, more than {LONGEST_TITLE}"
        if len(abstract) > LONGEST_ABSTRACT:
            return (
                self.title.line,
                f"abstract of {len(abstract)} characters, more than {LONGEST_ABSTRACT}",
            )
        marked = self.title.pieces[0].heading
        is_sentence = closes_sentence(abstract) and (
            marked or abstract.count(" ") + 1 >= _SUMMARY_WORDS
        )
        if abstract and len(abstract) < len(title) and not is_sentence:
            return (
                self.title.line,
                f"abstract of {len(abstract)} characters, shorter than its title",
            )
        is_text = is_sentence or abstract.count(" ") + 1 >= _FEWEST_WORDS
        if not is_text and not self.is_supported:
            return self.title.line, "title without abstract"
        return None


def without_doubles(cards: Iterable[Card]) -> list[Card]:
    """Return cards once each: a page may print one twice, and two pages the same one.

    What a later print tells more goes to the first.
    """
    unique: list[Card] = []
    known: dict[str, list[Card]] = {}
    for card in cards:
        keys = [f"title:{title_key(card.title.text)}", *([card.arxiv_id] if card.arxiv_id else [])]
        earlier = [each for key in keys for each in known.get(key, [])]
        first = next((each for each in earlier if _is_same(card, each)), None)
        if first is None:
            unique.append(card)
            for key in keys:
                known.setdefault(key, []).append(card)
            continue
        first.abstract = first.abstract or card.abstract
        first.facts.take(card.facts)
    return unique


def _is_same(card: Card, other: Card) -> bool:
    if card.arxiv_id and other.arxiv_id:
        return card.arxiv_id == other.arxiv_id
    return card.title.text.count(" ") + 1 >= _FEW_TITLE_WORDS or _alike(card, other)


def _alike(card: Card, other: Card) -> bool:
    """Return whether two abstracts do not contradict each other."""
    one, two = (each.abstract.text if each.abstract else "" for each in (card, other))
    length = min(len(one), len(two), 60)
    return one[:length] == two[:length]
