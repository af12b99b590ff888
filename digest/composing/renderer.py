"""Renders in one language: shells, headings, cards and notices, from the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from jinja2 import Environment
from jinja2 import TemplateError as JinjaError
from markupsafe import Markup

from digest.composing.branding import RenderSettings
from digest.composing.card_reasons import Why
from digest.composing.card_text import CardText, Density, Marks
from digest.composing.cards import CardWriter, Labelled, Matched, Style
from digest.composing.excerpt import escaped
from digest.composing.fit import Measured, measured
from digest.composing.links import ReaderLinks
from digest.composing.locales import Catalogue
from digest.composing.notices import (
    Notice,
    NoticeKind,
    QuietCause,
    notice_values,
    quiet_lines,
)
from digest.composing.section_headings import heading_of
from digest.composing.sections import IssueSection
from digest.composing.short_title import one_line
from digest.composing.slots import (
    IN_HEADING,
    IN_HTML,
    IN_TEXT,
    Loader,
    Skeleton,
    Slot,
    SlotName,
    TemplatePart,
    can_be_split,
    joined,
    put_in,
    split,
)
from digest.composing.subject_lines import Kind
from digest.composing.templates import Templates, environment
from digest.errors import TemplateError
from digest.mail import HOLES, Fragment
from digest.papers import Paper
from digest.ranking.interface import Pick


@dataclass(frozen=True, slots=True)
class Note:
    """A quiet day's note: an issue of one fragment, with holes."""

    subject: str
    preheader: str
    fragment: Fragment


_Parts = Sequence[TemplatePart]

# Outlook's Word engine takes a stack's first font, or Times; the body's own is set in head.mjml.
UI_FONT = Markup("font-family:Segoe UI,system-ui,-apple-system,Roboto,Arial,sans-serif;")


class Renderer:
    """Renders in one language; `Renderers` keeps one for each.

    Raises TemplateError when a template is broken.
    """

    def __init__(self, settings: RenderSettings, templates: Templates, words: Catalogue) -> None:
        self.settings = settings
        self.words = words
        self._templates = templates
        self._links = ReaderLinks(settings.base_url)
        day = settings.palette.light
        under = Markup("border-bottom:2px solid {};").format(day.mark)
        style = Style(
            hit=Markup('<b class="hit" style="{}">').format(under),
            near=Markup('<span class="hit" style="{}">').format(under),
            keyword=Markup('<b class="link" style="font-weight:600;color:{};">').format(day.accent),
        )
        self.style = style
        self._cards = CardWriter(settings, words, style)
        self._html = self._environment("issue.mjml", html=True)
        self._text = self._environment("issue.txt", html=False)
        self._headings: dict[frozenset[SlotName], tuple[_Parts, _Parts]] = {}

    def top(self, number: int, day: date, kind: Kind) -> Measured:
        """Return an issue's beginning, down to its masthead."""
        return self._piece(
            "top",
            dateline=self._dateline(number, day, kind),
            contents=HOLES["contents"],
            preview=_preview(),
            title=self.settings.name,
        )

    def section(self, section: IssueSection, kind: Kind) -> Measured:
        """Return a section's heading: a keyword with its count, or what heads other papers."""
        said = heading_of(section, kind, self.words)
        if not self._splitting["section"]:
            return self._piece("section", **said)
        html, text = self._heading_parts(frozenset(name for name in IN_HEADING if said[name]))
        in_html = {name: escaped(value) for name, value in said.items()}
        return measured(Fragment(put_in(html, in_html), put_in(text, said)))

    def _heading_parts(self, there: frozenset[SlotName]) -> tuple[_Parts, _Parts]:
        """Return the heading's template, as HTML and as text, split at the slots that there are."""
        found = self._headings.get(there)
        if found is None:
            slots: Mapping[str, object] = {
                name: Slot(name) if name in there else "" for name in IN_HEADING
            }
            html, text = (_rendered(of, "section", slots) for of in (self._html, self._text))
            found = self._headings[there] = split(html), split(text)
        return found

    def skeleton(self, paper: Paper, told: CardText, *, lead: bool) -> Skeleton | None:
        """Return what all cards of a paper share that tell the same of it; None if the templates
        do not let us split.
        """
        piece = _piece_of(lead)
        if not self._splitting[piece]:
            return None
        html, text = self._cards.views(paper, told)
        return joined(
            split(_rendered(self._html, piece, {"paper": html})),
            split(_rendered(self._text, piece, {"paper": text})),
        )

    def why(self, paper: Paper, pick: Pick, in_section: bool) -> Why:
        """Return why a reader got a paper; in its section, what the heading does not say."""
        return self._cards.why(paper, pick, in_section)

    def matched(
        self, paper: Paper, pick: Pick, *, lead: bool, in_section: bool, density: Density
    ) -> Matched:
        """Return what one reader's card of a paper says that another's may not."""
        why = self.why(paper, pick, in_section)
        return self._cards.matched(paper, pick, why, lead=lead, density=density)

    def text_of(self, paper: Paper, *, lead: bool, density: Density) -> CardText:
        """Return what a card tells of a paper."""
        return self._cards.text_of(paper, lead, density)

    def filled(self, told: CardText, why: Why, marks: tuple[Marks, Marks]) -> Matched:
        """Return what fills a card of which is known what is marked."""
        return self._cards.filled(told, why, marks)

    def card(self, paper: Paper, matched: Matched, *, lead: bool, density: Density) -> Fragment:
        """Return a paper's card, rendered whole."""
        told = self.text_of(paper, lead=lead, density=density)
        html, text = self._cards.views(paper, told, matched)
        piece = _piece_of(lead)
        return Fragment(
            _rendered(self._html, piece, {"paper": html}),
            _rendered(self._text, piece, {"paper": text}),
        )

    @cached_property
    def _splitting(self) -> Mapping[str, bool]:
        """Whether a piece's template can be split; asked of all before any is compiled."""
        return {piece: self._splits(piece) for piece in ("section", "lead", "card")}

    def _splits(self, piece: str) -> bool:
        in_html, in_text = _slots_of(piece)
        return can_be_split(self._html, piece, in_html) and can_be_split(self._text, piece, in_text)

    def overflow(self) -> Measured:
        """Return the line that says that there is more."""
        return self._piece("overflow")

    def left_out(self, count: int) -> str:
        """Return the overflow's message."""
        return self.words.plural(
            "{n} more paper did not fit into this mail.",
            "{n} more papers did not fit into this mail.",
            count,
        )

    def foot(self, can_leave: bool) -> Measured:
        """Return an issue's end: why it came, and how to change or stop it."""
        return self._piece(
            "foot",
            because=self._because(),
            sent_to=self._sent_to(),
            footer_links=self._footer_links(can_leave),
        )

    def quiet(self, number: int, day: date, cause: QuietCause, can_leave: bool) -> Note:
        """Return the note of a day without papers."""
        heading, account = quiet_lines(self.words, cause)
        made = self._whole(
            "quiet",
            {
                "title": heading,
                "heading": heading,
                "account": account,
                "dateline": self._dateline(number, day, "daily"),
                "preview": _preview(),
                "because": self._because(),
                "sent_to": self._sent_to(),
                "footer_links": self._footer_links(can_leave),
            },
        )
        # The number, so that the subjects of two quiet days running differ.
        subject = self.words.say("{line} ({note})").replace("{line}", heading)
        subject = subject.replace("{note}", self._issue_number(number))
        return Note(subject, account, Fragment(made.html, made.text))

    def notice(
        self,
        kind: NoticeKind,
        *,
        address: str = "",
        url: str | None = None,
        keywords: str = "",
        until: date | None = None,
    ) -> Notice:
        """Return a mail that is no issue: see `digest.composing.notices`.

        It is made from `KIND.mjml` and `KIND.txt` if somebody wrote them, else from `notice.…`.
        """
        values = notice_values(
            kind,
            self.words,
            name=self.settings.name,
            address=address,
            url=url,
            keywords=keywords,
            until=until,
        )
        return self._whole(kind if self._templates.has(f"{kind}.mjml") else "notice", values)

    def _whole(self, name: str, values: Mapping[str, object]) -> Notice:
        html = self._environment(f"{name}.mjml", html=True)
        text = self._environment(f"{name}.txt", html=False)
        subject = one_line(str(values["title"]))
        return Notice(subject, _rendered(html, "top", values), _rendered(text, "top", values))

    def _because(self) -> str:
        because = self.words.say(
            "You get this mail because you asked {name} for new papers on your keywords."
        )
        return because.replace("{name}", self.settings.name)

    def _sent_to(self) -> str:
        """A line of its own: an address of any length upsets no wrapped paragraph."""
        return self.words.say("Sent to {address}").replace("{address}", HOLES["address"])

    def _dateline(self, number: int, day: date, kind: Kind) -> str:
        words = self.words
        when = words.short_weekday(day)
        if kind == "weekly":
            when = words.say("The week to {day}").replace("{day}", when)
        return f"{when}\u00a0· {self._issue_number(number)}"

    def _issue_number(self, number: int) -> str:
        return self.words.say("No. {number}").replace("{number}", self.words.number(number))

    def _footer_links(self, can_leave: bool) -> list[Labelled]:
        say, found = self.words.say, []
        if url := self._links.to("preferences"):
            found.append(Labelled(say("Change keywords or how often"), url))
        if url := self._links.to("read"):
            found.append(Labelled(say("Read on the web, with abstracts"), url))
        base = self.settings.base_url
        if base and self.settings.is_open:  # nothing of the reader's own: they have passed it on
            label = say("Forwarded to you? Get your own")
            found.append(Labelled(label, f"{base.rstrip('/')}/subscribe"))
        if can_leave:
            found.append(Labelled(say("Unsubscribe"), HOLES["unsubscribe"]))
        return found

    def _piece(self, name: str, **values: object) -> Measured:
        return measured(
            Fragment(_rendered(self._html, name, values), _rendered(self._text, name, values))
        )

    def _environment(self, name: str, *, html: bool) -> Environment:
        made = environment(self.words, html=html)
        pieces = self._templates.pieces(name)
        made.loader = Loader(lambda wanted: self._part(name, pieces, wanted))
        made.globals |= self._common()
        return made

    def _part(self, name: str, pieces: Mapping[str, str], wanted: str) -> str:
        """Find what a template asks for: a piece of its own, or another file."""
        if wanted in pieces:
            return pieces[wanted]
        if "." not in wanted:
            raise TemplateError(f"it has no <!-- piece:{wanted} -->", template=name)
        return self._templates.source(wanted).text

    def _common(self) -> dict[str, Any]:
        """What every template may use."""
        rtl = self.words.direction == "rtl"
        return {
            "brand": self.settings,
            "day": self.settings.palette.light,
            "night": self.settings.palette.dark,
            "lang": self.words.language,
            "dir": self.words.direction,
            "colon": self.words.say("{label}:").replace("{label}", ""),
            "start": "right" if rtl else "left",
            "end": "left" if rtl else "right",
            "ui": UI_FONT,
            "hole": HOLES,
            "link": {"read": self._links.to("read")},
        }


def _piece_of(lead: bool) -> str:
    return "lead" if lead else "card"


def _slots_of(piece: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return the slots of a piece's HTML and of its text, as templates name them."""
    if piece == "section":
        return IN_HEADING, IN_HEADING
    return [f"paper.{name}" for name in IN_HTML], [f"paper.{name}" for name in IN_TEXT]


def _preview() -> Markup:
    """The preheader, then blanks that keep a mail client from showing the masthead after it."""
    blanks = Markup("&#847;&#160;") * 60
    return HOLES["preheader"] + blanks


def _rendered(environment: Environment, name: str, values: Mapping[str, object]) -> str:
    try:
        return environment.get_template(name).render(values)
    except JinjaError as error:
        raise TemplateError(error.message or repr(error), template=name) from None
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        if isinstance(error, TemplateError):
            raise
        raise TemplateError(f"it cannot be rendered: {error}", template=name) from None
