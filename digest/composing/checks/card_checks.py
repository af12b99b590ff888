"""Every card of an edition is looked at before its first mail leaves, and only once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from digest.composing.checks.finding import Finding, located
from digest.composing.checks.html_checks import html_findings
from digest.composing.checks.twin_checks import parity_findings
from digest.composing.edition_renderer import EditionInLanguage, EditionRenderer
from digest.composing.proofs.proof import Proof, proof_of
from digest.composing.sections import IssueSection
from digest.mail import HOLES, Fragment

FILLS = {**dict.fromkeys(HOLES, "specimen"), "unsubscribe": "https://example.org/unsubscribe"}
_TOGETHER = 20  # cards that are looked at in one mail


class CardChecks:
    """The cards of an edition that were not looked at yet.

    An edition tells of its cards by `Renderers.edition(..., on_card=checks.add)`. Cards that differ
    only in what matched are one card here: see `CardCache`.
    """

    def __init__(self) -> None:
        self._unseen: defaultdict[str, list[Fragment]] = defaultdict(list)

    def add(self, language: str, card: Fragment) -> None:
        """Take note of a card that is new."""
        self._unseen[language].append(card)

    def findings(self, edition: EditionRenderer) -> list[Finding]:
        """Return what is wrong with the cards made since the last look, in every language.

        A card alone has no language and no headings above it: it is looked at in its shell, beside
        others.
        """
        found: list[Finding] = []
        unseen, self._unseen = self._unseen, defaultdict(list)
        for language, fragments in unseen.items():
            shell = _shell(edition.in_language(language))
            cards = [proof_of("", [fragment], FILLS) for fragment in fragments]
            for at in range(0, len(cards), _TOGETHER):
                found += _batch_findings(shell, cards[at : at + _TOGETHER])
        return located(found, edition.renderers.templates) if found else []


def _shell(localised: EditionInLanguage) -> tuple[Proof, Proof]:
    """Return what stands above the cards and below them."""
    above = [
        *localised.top.fragments,
        *localised.section(IssueSection("picked", "", tuple(range(_TOGETHER)))).fragments,
    ]
    return proof_of("", above, FILLS), proof_of("", localised.foot(True).fragments, FILLS)


def _batch_findings(shell: tuple[Proof, Proof], cards: Sequence[Proof]) -> list[Finding]:
    above, below = shell
    row = [above, *cards, below]
    mail = Proof("", "".join([part.html for part in row]), "".join([part.text for part in row]))
    return [*html_findings(mail.html), *parity_findings(mail)]
