"""Issues as they were mailed, for the readers' pages."""

from __future__ import annotations

import email
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default

from digest.composing.locales import Catalogues
from digest.composing.web_issue import language_of, with_abstracts, with_share_link
from digest.delivery.freezing import Freezer
from digest.delivery.message import Recipe
from digest.errors import NotFound
from digest.papers import Paper
from digest.storage.recipes import RecipeStore
from digest.web.citations.coins import coins_span
from digest.web.shown_papers import legible
from subscribers.web.interfaces import MailedIssue


@dataclass(frozen=True, slots=True)
class PastIssues:
    """Gives issues back as they were mailed, with the papers' abstracts (an IssueReader)."""

    recipes: RecipeStore
    freezer: Freezer
    papers: Callable[[Sequence[int]], Mapping[int, Paper]]  # the archive's, by their numbers
    languages: Catalogues
    share: Callable[[int, Sequence[int]], str]  # an edition's papers → where they may be shown

    def read(self, subscriber: int, edition: int) -> MailedIssue | None:
        """Return what a reader was mailed; None: nothing, or it is no longer kept."""
        try:
            recipe = Recipe.unpack(self.recipes.of_reader(subscriber, edition))
            raw, _ = self.freezer.preview(recipe)
        except NotFound:
            return None
        message = email.message_from_bytes(raw, policy=default)
        assert isinstance(message, EmailMessage)  # noqa: S101  (the default policy makes these)
        html = message.get_body(preferencelist=("html",))
        text = message.get_body(preferencelist=("plain",))
        return MailedIssue(
            recipe.subject,
            self._for_the_web(edition, recipe, html.get_content()) if html else None,
            self._text(edition, recipe, text.get_content() if text else ""),
        )

    def _for_the_web(self, edition: int, recipe: Recipe, html: str) -> str:
        numbers = list(recipe.scores)  # in the order of the mail
        known = self.papers(numbers)
        words = self.languages.words(language_of(html))
        papers = [known.get(number) for number in numbers]
        told = with_abstracts(html, papers, words, lambda paper: coins_span(legible(paper)))
        return with_share_link(told, self.share(edition, numbers), words) if numbers else told

    def _text(self, edition: int, recipe: Recipe, text: str) -> str:
        if not recipe.scores:
            return text
        label = self.languages.words("").say("Share this issue")
        return f"{text.rstrip()}\n\n{label}: {self.share(edition, list(recipe.scores))}\n"
