"""The press: everything that is alike in many mails is made once, and a mail is joined from it.

    press   = Press(settings, Templates(shipped_folder, settings.templates))   # once a process
    edition = press.edition(12, date(2026, 11, 21))                           # once an edition
    issue   = compose(reader, edition, picks, papers, now=now, links=links)   # once a mail

A mail costs some dictionary look-ups: no MJML, and Jinja only for a card not seen before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Protocol

from digest.composing.branding import PressSettings
from digest.composing.cards import Density
from digest.composing.desk import Desk, Kind
from digest.composing.fit import Fitted, Measured, fit, weight_of
from digest.composing.locales import Languages
from digest.composing.notices import Notice, NoticeKind
from digest.composing.templates import Templates
from digest.composing.wording import one_line, preheader, subject
from digest.mail import Fragment, Issue
from digest.papers import Paper
from digest.ranking.interface import Pick

_MOST_CARDS = 8_000  # kept per edition: about 60 MB
_reason_key: Callable[[Any], tuple[Any, ...]] = attrgetter("keyword", "field")
_span_key: Callable[[Any], tuple[Any, ...]] = attrgetter("field", "start", "end")


@dataclass(frozen=True, slots=True)
class Reader:
    """The person a mail is made for."""

    id: int
    address: str
    name: str = ""
    language: str = ""  # empty: the digest's own
    html: bool = True  # False: text only
    last_subject: str = ""  # of their last issue; today's will differ


class MailLinks(Protocol):
    """Signs what stands in a mail's links."""

    def token(self, subscriber: int, edition: int) -> str:
        """Return the mail's one token: URL-safe, the same each time it is asked."""
        ...

    def mailto(self, token: str) -> str | None:
        """Return the `mailto:` address that unsubscribes, if there is one."""
        ...


class Press:
    """The templates, compiled, in every language; lives as long as the process.

    Raises TemplateError, with file and line, when a template or a catalogue is broken.
    """

    def __init__(self, settings: PressSettings, templates: Templates) -> None:
        self.settings = settings
        self.templates = templates
        self.languages = Languages(settings.languages, settings.language)
        self._desks: dict[str, Desk] = {}

    def desk(self, language: str) -> Desk:
        """Return what writes in one language; an unknown one is the default's."""
        found = self._desks.get(language)
        if found is None:
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

    def notice(self, kind: NoticeKind, language: str, **fills: object) -> Notice:
        """Return a mail that is no issue: see `digest.composing.notices`."""
        return self.desk(language).notice(kind, **fills)


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
        self._sections: dict[tuple[str, int], Measured] = {}
        self._cards: dict[tuple[Any, ...], Measured] = {}
        self._lines: dict[tuple[Any, ...], tuple[str, str]] = {}

    def foot(self, can_leave: bool) -> Measured:
        """Return the footer, with or without a way to unsubscribe."""
        found = self._feet.get(can_leave)
        if found is None:
            found = self._feet[can_leave] = self.desk.foot(can_leave)
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
            *map(_reason_key, pick.reasons),
            *map(_span_key, pick.spans),
        )
        found = self._cards.get(key)
        if found is None:
            _make_room(self._cards)
            found = self._cards[key] = self.desk.card(paper, pick, lead=lead, density=density)
        return found

    def lines(self, papers: Sequence[Paper], avoid: str) -> tuple[str, str]:
        """Return the subject and the preheader."""
        key = (avoid, len(papers), *[paper.id for paper in papers[:4]])
        found = self._lines.get(key)
        if found is None:
            _make_room(self._lines)
            settings, number = self._edition.settings, self._edition.number
            found = self._lines[key] = (
                subject(self.words, settings.tone, settings.name, number, papers, avoid=avoid),
                preheader(self.words, papers),
            )
        return found


def compose(
    reader: Reader,
    edition: EditionPress,
    picks: Sequence[Pick],
    papers: Mapping[int, Paper],
    *,
    now: datetime,
    links: MailLinks,
) -> Issue:
    """Return one reader's issue; `picks` are in order, the first is the lead.

    Raises ValueError without picks (an empty issue is not sent: see the quiet-day note) and
    KeyError if a picked paper is not among `papers`.
    """
    if not picks:
        raise ValueError(f"nothing was picked for reader {reader.id}")
    sheet = edition.sheet(reader.language)
    token = links.token(reader.id, edition.number)
    mailto = links.mailto(token)
    base = edition.settings.base_url
    fitted, fragments = _arranged(sheet, edition, picks, papers, len(token), bool(base or mailto))
    shown = [papers[pick.paper] for pick in picks[: len(fitted.cards)]]
    title, opening = sheet.lines(shown, reader.last_subject)
    own = f"{base.rstrip('/')}/m/{token}" if base else None
    leave = f"{own}/unsubscribe" if own else None
    return Issue(
        subscriber=reader.id,
        edition=edition.number,
        to_address=reader.address,
        to_name=one_line(reader.name),
        subject=title,
        fragments=fragments,
        fills={
            "token": token,
            "preheader": opening,
            "name": reader.name,
            "address": reader.address,
            "count": str(len(shown)),
            "message": sheet.desk.left_out(fitted.left_out) if fitted.left_out else "",
            "unsubscribe": leave or mailto or "",
        },
        papers=tuple([paper.id for paper in shown]),
        language=sheet.words.language,
        html=reader.html,
        unsubscribe_url=leave,
        unsubscribe_mailto=mailto,
        web_url=f"{own}/read" if own else None,
        scores={pick.paper: pick.score for pick in picks[: len(shown)]},
        composed_at=now,
    )


def _arranged(
    sheet: Sheet,
    edition: EditionPress,
    picks: Sequence[Pick],
    papers: Mapping[int, Paper],
    token_length: int,
    can_leave: bool,
) -> tuple[Fitted, tuple[Fragment, ...]]:
    """Choose the cards that fit, and put the sections' headings between them."""
    sections = [pick.section for pick in picks]
    headings = {
        sections.index(name): sheet.section(name, sections.count(name))
        for name in dict.fromkeys(sections)
    }
    foot = sheet.foot(can_leave)
    frame = [sheet.top, *headings.values(), sheet.overflow, foot]
    fitted = fit(
        edition.settings.max_html_bytes - weight_of(frame, token_length) - _FILLS,
        token_length,
        len(picks),
        lambda place, density: sheet.card(
            papers[picks[place].paper], picks[place], place == 0, density
        ),
    )
    fragments = [sheet.top.fragment]
    for place, card in enumerate(fitted.cards):
        if place in headings:
            fragments.append(headings[place].fragment)
        fragments.append(card.fragment)
    if fitted.left_out:
        fragments.append(sheet.overflow.fragment)
    fragments.append(foot.fragment)
    return fitted, tuple(fragments)


_FILLS = 3_000  # bytes for the preheader, the address and the like, at their longest


def _make_room(kept: dict[Any, Any]) -> None:
    """Drop the oldest quarter when full: cheaper per look-up than keeping them in order of use."""
    if len(kept) >= _MOST_CARDS:
        for key in list(kept)[: _MOST_CARDS // 4]:
            del kept[key]
