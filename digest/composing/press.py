"""What is made once for many mails: the compiled press, an edition's shell, its cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from operator import attrgetter
from typing import Any

from digest.composing.branding import PressSettings
from digest.composing.cards import Density
from digest.composing.desk import Desk, Note
from digest.composing.fit import Measured
from digest.composing.locales import Languages
from digest.composing.notices import Notice, NoticeKind, QuietCause
from digest.composing.templates import Templates, template_errors
from digest.composing.wording import Kind, preheader, subject
from digest.papers import Paper
from digest.ranking.interface import Pick

_MOST_CARDS = 5_000  # kept per edition and language: about 40 MB
_reason_key: Callable[[Any], tuple[Any, ...]] = attrgetter("keyword", "field")
_span_key: Callable[[Any], tuple[Any, ...]] = attrgetter("field", "start", "end")


class Press:
    """The templates, compiled, in every language; lives as long as the process."""

    def __init__(self, settings: PressSettings, templates: Templates) -> None:
        self.settings = settings
        self.templates = templates
        self.languages = Languages(settings.languages, settings.language)
        self._desks: dict[str, Desk] = {}

    def desk(self, language: str) -> Desk:
        """Return what writes in one language; an unknown one is the default's.

        Raises TemplateError, with file and line, when a template or a catalogue is broken.
        """
        found = self._desks.get(language)
        if found is None:
            if not self._desks and (errors := template_errors(self.templates)):
                raise errors[0]
            words = self.languages.words(language or self.languages.default)
            found = self._desks.get(words.language)
            if found is None:
                found = Desk(self.settings, self.templates, words)
                self._desks[words.language] = found
            self._desks[language] = found
        return found

    def edition(self, number: int, day: date, kind: Kind = "daily") -> EditionPress:
        """Return what makes the issues of an edition."""
        return EditionPress(self, number, day, kind)

    def notice(
        self,
        kind: NoticeKind,
        language: str,
        *,
        address: str = "",
        url: str | None = None,
        keywords: str = "",
        until: date | None = None,
    ) -> Notice:
        """Return a mail that is no issue: see `digest.composing.notices` for what it needs.

        Raises ValueError if the notice needs a link and `url` is no http(s) address.
        """
        return self.desk(language).notice(
            kind, address=address, url=url, keywords=keywords, until=until
        )


class EditionPress:
    """One edition's shell and cards, in each language that is asked for."""

    def __init__(self, press: Press, number: int, day: date, kind: Kind) -> None:
        self.press = press
        self.settings = press.settings
        self.number = number
        self.day = day
        self.kind: Kind = kind
        self._sheets: dict[str, Sheet] = {}

    def sheet(self, language: str) -> Sheet:
        """Return the edition in one language."""
        found = self._sheets.get(language)
        if found is None:
            found = self._sheets[language] = Sheet(self, self.press.desk(language))
        return found


class Sheet:
    """An edition in one language: its shell, and the cards made so far."""

    def __init__(self, edition: EditionPress, desk: Desk) -> None:
        self.desk = desk
        self.words = desk.words
        self.top = desk.top(edition.number, edition.day, edition.kind)
        self.overflow = desk.overflow()
        self._edition = edition
        self._feet: dict[bool, Measured] = {}
        self._notes: dict[tuple[str, bool], Note] = {}
        self._sections: dict[tuple[str, int], Measured] = {}
        self._cards: dict[tuple[Any, ...], Measured] = {}
        self._lines: dict[tuple[Any, ...], tuple[str, str]] = {}

    def foot(self, can_leave: bool) -> Measured:
        """Return the footer, with or without a way to unsubscribe."""
        found = self._feet.get(can_leave)
        if found is None:
            found = self._feet[can_leave] = self.desk.foot(can_leave)
        return found

    def quiet(self, cause: QuietCause, can_leave: bool) -> Note:
        """Return the note of a day without papers."""
        found = self._notes.get((cause, can_leave))
        if found is None:
            edition = self._edition
            found = self.desk.quiet(edition.number, edition.day, cause, can_leave)
            self._notes[(cause, can_leave)] = found
        return found

    def section(self, name: str, count: int) -> Measured:
        """Return a section's heading over a number of papers."""
        found = self._sections.get((name, count))
        if found is None:
            made = self.desk.section(name, count, self._edition.kind)
            found = self._sections[(name, count)] = made
        return found

    def card(self, paper: Paper, pick: Pick, lead: bool, density: Density) -> Measured:
        """Return a paper's card; made once for all readers whose keywords matched it alike."""
        key = (
            paper.id,
            lead,
            density,
            pick.section,
            pick.closest_sentence,
            paper.updated,
            *map(_reason_key, pick.reasons),
            *map(_span_key, pick.spans),
        )
        found = self._cards.get(key)
        if found is None:
            _make_room(self._cards)
            found = self._cards[key] = self.desk.card(paper, pick, lead=lead, density=density)
        return found

    def lines(self, papers: Sequence[Paper]) -> tuple[str, str]:
        """Return the subject and the preheader."""
        key = (len(papers), *[paper.id for paper in papers[:4]])
        found = self._lines.get(key)
        if found is None:
            _make_room(self._lines)
            settings, number = self._edition.settings, self._edition.number
            found = self._lines[key] = (
                subject(
                    self.words,
                    settings.tone,
                    settings.name,
                    number,
                    papers,
                    kind=self._edition.kind,
                ),
                preheader(self.words, papers),
            )
        return found


def _make_room(kept: dict[Any, Any]) -> None:
    """Drop the oldest quarter when full: cheaper per look-up than keeping them in order of use."""
    if len(kept) >= _MOST_CARDS:
        for key in list(kept)[: _MOST_CARDS // 4]:
            del kept[key]
