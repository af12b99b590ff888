"""What is made once for many mails: the compiled templates, an edition's shell, its cards."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from digest.composing.branding import RenderSettings
from digest.composing.card_cache import CardCache, make_room
from digest.composing.card_text import Cards
from digest.composing.fit import Measured
from digest.composing.locales import Catalogues
from digest.composing.notices import Notice, NoticeKind, QuietCause
from digest.composing.renderer import Note, Renderer
from digest.composing.sections import IssueSection
from digest.composing.subject_lines import Kind, contents_line, preheader, subject
from digest.composing.templates import Templates, template_errors
from digest.errors import SettingsError
from digest.mail import Fragment
from digest.papers import Paper
from digest.ranking.interface import Pick, Picks
from subscribers.preferences import is_spoken

OnCard = Callable[[str, Fragment], None]  # takes a language and a specimen of a card

# Kept per edition and language, the oldest given up first.
_MOST_CONTENTS = 4_000  # about 12 MB
_MOST_LINES = 5_000


class Renderers:
    """The templates, compiled, in every language; lives as long as the process."""

    def __init__(self, settings: RenderSettings, templates: Templates) -> None:
        self.settings = settings
        self.templates = templates
        self.languages = Catalogues(settings.languages, settings.language)
        if not is_spoken(settings.language, self.languages.names()):
            there_are = ", ".join(self.languages.names())
            raise SettingsError(
                f"newsletter.language: there are no words in {settings.language!r};"
                f" choose one of {there_are}"
            )
        self._renderers: dict[tuple[str, Cards], Renderer] = {}

    def renderer(self, language: str, cards: Cards | None = None) -> Renderer:
        """Return what writes in one language; an unknown one is the default's, as are its cards.

        Raises TemplateError, with file and line, when a template or a catalogue is broken.
        """
        of = self.settings if cards is None else replace(self.settings, cards=cards)
        found = self._renderers.get((language, of.cards))
        if found is None:
            if not self._renderers and (errors := template_errors(self.templates)):
                raise errors[0]
            words = self.languages.words(language or self.languages.default)
            found = self._renderers.get((words.language, of.cards))
            if found is None:
                found = Renderer(of, self.templates, words)
                self._renderers[words.language, of.cards] = found
            self._renderers[language, of.cards] = found
        return found

    def edition(
        self, number: int, day: date, kind: Kind = "daily", *, on_card: OnCard | None = None
    ) -> EditionRenderer:
        """Return what makes the issues of an edition; it tells `on_card` of each new card."""
        return EditionRenderer(self, number, day, kind, on_card)

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
        return self.renderer(language).notice(
            kind, address=address, url=url, keywords=keywords, until=until
        )


class EditionRenderer:
    """One edition's shell and cards, in each language that is asked for."""

    def __init__(
        self,
        renderers: Renderers,
        number: int,
        day: date,
        kind: Kind,
        on_card: OnCard | None = None,
    ) -> None:
        self.renderers = renderers
        self.settings = renderers.settings
        self.number = number
        self.day = day
        self.kind: Kind = kind
        self.on_card = on_card
        self._by_language: dict[tuple[str, Cards | None], EditionInLanguage] = {}

    def in_language(self, language: str, cards: Cards | None = None) -> EditionInLanguage:
        """Return the edition in one language, its cards as the settings say or as a reader asks."""
        found = self._by_language.get((language, cards))
        if found is None:
            renderer = self.renderers.renderer(language, cards)
            key = (renderer.words.language, renderer.settings.cards)
            found = self._by_language.get(key)  # `de-AT` and `de` share one
            found = self._by_language[language, cards] = found or EditionInLanguage(self, renderer)
            self._by_language[key] = found
        return found


@dataclass(frozen=True, slots=True)
class Content:
    """What an issue says, or a quiet day's note: all but its reader's name and links."""

    subject: str
    preheader: str
    contents: str  # how many papers, how long they take, under what keywords
    message: str  # how many papers did not fit; mostly empty
    fragments: tuple[Fragment, ...]
    papers: tuple[int, ...]  # those shown
    scores: Mapping[int, float]


class EditionInLanguage:
    """An edition in one language: its shell, and the cards made so far."""

    def __init__(self, edition: EditionRenderer, renderer: Renderer) -> None:
        self.renderer = renderer
        self.words = renderer.words
        self.top = renderer.top(edition.number, edition.day, edition.kind)
        self.overflow = renderer.overflow()
        self._edition = edition
        self._feet: dict[bool, Measured] = {}
        self._notes: dict[tuple[str, bool], Note] = {}
        self._sections: dict[tuple[str, str, int, bool], Measured] = {}
        on_card = edition.on_card and partial(edition.on_card, renderer.words.language)
        self.card = CardCache(renderer, on_card).card  # a paper's card for a pick
        self._contents: dict[tuple[int, int, bool, int], Content] = {}
        self._lines: dict[Hashable, str] = {}

    def foot(self, can_leave: bool) -> Measured:
        """Return the footer, with or without a way to unsubscribe."""
        found = self._feet.get(can_leave)
        if found is None:
            found = self._feet[can_leave] = self.renderer.foot(can_leave)
        return found

    def quiet(self, cause: QuietCause, can_leave: bool) -> Note:
        """Return the note of a day without papers."""
        found = self._notes.get((cause, can_leave))
        if found is None:
            edition = self._edition
            found = self.renderer.quiet(edition.number, edition.day, cause, can_leave)
            self._notes[(cause, can_leave)] = found
        return found

    def section(self, section: IssueSection) -> Measured:
        """Return a section's heading over a number of papers."""
        key = (section.kind, section.name, len(section.places), section.is_lead_alone)
        found = self._sections.get(key)
        if found is None:
            make_room(self._sections, _MOST_LINES)
            found = self._sections[key] = self.renderer.section(section, self._edition.kind)
        return found

    def content(
        self,
        picks: Sequence[Pick],
        token_length: int,
        can_leave: bool,
        turn: int,
        make: Callable[[], Content],
    ) -> Content:
        """Return what all readers with these very picks get, made once.

        Readers who ask for the same are chosen for once, so their picks have one number.
        """
        if not isinstance(picks, Picks):
            return make()
        key = (picks.number, token_length, can_leave, turn)
        found = self._contents.get(key)
        if found is None:
            make_room(self._contents, _MOST_CONTENTS)
            found = self._contents[key] = make()
        return found

    def lines(self, topic: str, papers: Sequence[Paper], turn: int) -> tuple[str, str]:
        """Return the subject and the preheader; `papers` are those for the reader's keywords.

        They differ between odd and even turns.
        """
        first = papers[0]
        return (
            self._line(
                (turn, topic, len(papers), first.id, first.updated),
                lambda: self._subject(turn, topic, papers),
            ),
            self._line(
                (turn, *([paper.id for paper in papers[1:4]] or (first.id, first.updated))),
                lambda: self._preheader(turn, papers),
            ),
        )

    def _line(self, key: Hashable, make: Callable[[], str]) -> str:
        """Return a line that many issues share, made once."""
        found = self._lines.get(key)
        if found is None:
            make_room(self._lines, _MOST_LINES)
            found = self._lines[key] = make()
        return found

    def _subject(self, turn: int, topic: str, papers: Sequence[Paper]) -> str:
        tone, kind = self.renderer.settings.tone, self._edition.kind
        return subject(self.words, tone, turn, topic, papers, kind=kind)

    def _preheader(self, turn: int, papers: Sequence[Paper]) -> str:
        alone = len(papers) == 1  # then it goes on with what the paper says
        text = self.renderer.text_of(papers[0], lead=True, density="full") if alone else None
        told = text.contribution.plain if text else ""
        return preheader(self.words, self._edition.number, papers, told, turn)

    def contents_line(self, cards: Sequence[Measured], sections: Sequence[IssueSection]) -> str:
        """Return the masthead's line on what an issue holds."""
        characters = sum([card.read for card in cards])
        return contents_line(self.words, len(cards), characters, sections)
