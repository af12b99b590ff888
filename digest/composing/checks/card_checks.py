"""Every card of an edition is looked at before its first mail leaves, and only once.

Most cards differ in nothing but their words and addresses. So the HTML of a card is read whole
until one of its shape has passed; of the next ones only what differs is looked at. What does not
pass this quick look is read whole: the quick look says yes or nothing, so that no kind of fault
is found less.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from html import unescape

from digest.composing.checks.finding import Finding, located
from digest.composing.checks.html_checks import BLANKS, html_findings, leads_somewhere
from digest.composing.checks.parity import headings_of, links_in_text, parity_findings, squeezed
from digest.composing.proofs.proof import Proof, proof_of
from digest.composing.renderers import EditionInLanguage, EditionRenderer
from digest.mail import HOLES

FILLS = {**dict.fromkeys(HOLES, "specimen"), "unsubscribe": "https://example.org/unsubscribe"}
_TOGETHER = 20  # cards that are looked at in one mail
_MOST_SHAPES = 1_000  # kept: a template that puts titles into attributes has one for each paper

# What may differ within a shape: the text between two tags, and a link's address. Without quotes
# and angle brackets it cannot end the text or the attribute, or the comment, that it stands in.
_TEXT = re.compile(r">[^<>\"']+<")
_LINK = re.compile(r" href=\"([^\"<>]*)\"")
_STYLES = re.compile("<style", re.IGNORECASE)  # whose length counts, so it may not be taken out


def card_findings(edition: EditionRenderer) -> list[Finding]:
    """Return what is wrong with the cards made since the last look, in every language.

    A card alone has no language and no headings above it: it is looked at in its shell, beside
    others. Cards that differ only in what matched are one card here: see `Deck.specimens`.
    """
    found: list[Finding] = []
    for sheet in edition.sheets():
        cards = [proof_of("", [card], FILLS) for card in sheet.specimens()]
        shell = _shell(sheet) if cards else ()
        for at in range(0, len(cards), _TOGETHER):
            found += _batch_findings(sheet.passed, shell, cards[at : at + _TOGETHER])
    return located(found, edition.press.templates) if found else []


def _shell(sheet: EditionInLanguage) -> tuple[Proof, ...]:
    """Return what stands above the cards and below them."""
    above = [*sheet.top.fragments, *sheet.section("picked", _TOGETHER).fragments]
    return proof_of("", above, FILLS), proof_of("", sheet.foot(True).fragments, FILLS)


def _batch_findings(
    passed: set[str], shell: tuple[Proof, ...], cards: Collection[Proof]
) -> list[Finding]:
    """Read the cards whole that do not pass the quick look; remember the shapes that pass."""
    shaped = [(shape_of(card.html), card) for card in cards]
    unknown = [(shape, card) for shape, card in shaped if not _passes(shape, card, passed)]
    if not unknown:
        return []
    above, below = shell
    row = [above, *[card for _, card in unknown], below]
    mail = Proof("", "".join([part.html for part in row]), "".join([part.text for part in row]))
    found = [*html_findings(mail.html), *parity_findings(mail)]
    if not found and len(passed) < _MOST_SHAPES:
        passed.update(shape.html for shape, _ in unknown if not _STYLES.search(shape.html))
    return found


@dataclass(frozen=True, slots=True)
class Shape:
    """A card's HTML without its words and addresses."""

    html: str
    links: tuple[str, ...]


def shape_of(html: str) -> Shape:
    """Return what stays when a card's words and its links' addresses are taken out.

    Two cards of one shape have the same elements with the same attributes, and words in the
    same places.
    """
    links = tuple(map(unescape, _LINK.findall(html)))
    return Shape(_TEXT.sub(_without_words, _LINK.sub(' href=""', html)), links)


def _without_words(found: re.Match[str]) -> str:
    """Keep blanks as they are: a place with words is not one without."""
    words = unescape(found[0][1:-1]) if "&" in found[0] else found[0][1:-1]
    return ">x<" if BLANKS.sub("", words) else found[0]


def _passes(shape: Shape, card: Proof, passed: Collection[str]) -> bool:
    """Take a quick look: a known shape, links that lead somewhere, all of it in the text too."""
    if shape.html not in passed or not all(map(leads_somewhere, shape.links)):
        return False
    if not links_in_text(card.text).issuperset(shape.links):
        return False
    text = squeezed(card.text)
    return all(title in text for title in headings_of(card.html))
