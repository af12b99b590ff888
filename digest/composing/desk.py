"""One language's desk: it renders shells, headings, cards and notices from the templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from jinja2 import DictLoader, Environment, FunctionLoader, Template, TemplateError as JinjaError
from markupsafe import Markup

from digest.composing.branding import PressSettings
from digest.composing.cards import CardWriter, Density, Labelled, Style
from digest.composing.fit import Measured, measured
from digest.composing.links import ReaderLinks
from digest.composing.locales import Words
from digest.composing.notices import Notice, NoticeKind, notice
from digest.composing.templates import Templates, environment
from digest.errors import TemplateError
from digest.mail import HOLES, Fragment
from digest.papers import Paper
from digest.ranking.interface import Pick

Kind = Literal["daily", "weekly", "welcome"]

UI_FONT = (
    "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;"
)


class Desk:
    """Renders in one language; the press keeps one for each.

    Raises TemplateError when a template is broken.
    """

    def __init__(self, settings: PressSettings, templates: Templates, words: Words) -> None:
        self.settings = settings
        self.words = words
        self._templates = templates
        self._links = ReaderLinks(settings.base_url)
        day = settings.palette.light
        style = Style(
            hit=Markup(f'<b class="hit" style="color:{day.ink};background-color:{day.tint};">'),
            keyword=Markup(f'<b class="link" style="font-weight:600;color:{day.accent};">'),
        )
        self._cards = CardWriter(settings, words, style)
        self._html = self._environment("issue.mjml", html=True)
        self._text = self._environment("issue.txt", html=False)

    def top(self, number: int, day: date, kind: Kind) -> Measured:
        """Return an issue's beginning, down to its masthead."""
        words = self.words
        issue = words.say("No. {number}").replace("{number}", words.number(number))
        when = words.weekday(day)
        if kind == "weekly":
            when = words.say("The week to {day}").replace("{day}", when)
        return self._piece("top", dateline=f"{when} · {issue}", preview=_preview(),
                           title=self.settings.name)  # fmt: skip

    def section(self, name: str, count: int, kind: Kind) -> Measured:
        """Return a section's heading: `picked` or `trending`."""
        words, lede = self.words, ""
        if name == "trending":
            heading = words.say("Trending, outside your keywords")
        elif kind == "welcome":
            heading = words.say("Welcome. The best of the last week for your keywords")
            lede = words.say("From now on, you will get what is new.")
        elif kind == "weekly":
            heading = words.count(
                "The week’s best paper for your keywords",
                "The week’s {n} best papers for your keywords", count)  # fmt: skip
        else:
            heading = words.count(
                "{n} paper for your keywords", "{n} papers for your keywords", count)  # fmt: skip
        return self._piece("section", heading=heading, lede=lede)

    def card(self, paper: Paper, pick: Pick, *, lead: bool, density: Density) -> Measured:
        """Return a paper's card."""
        make, piece = self._cards.view, "lead" if lead else "card"
        html = make(paper, pick, lead=lead, density=density, html=True)
        text = make(paper, pick, lead=lead, density=density, html=False)
        return self._joined(piece, {"paper": html}, {"paper": text})

    def overflow(self) -> Measured:
        """Return the line that says that there is more."""
        return self._piece("overflow")

    def left_out(self, count: int) -> str:
        """Return the overflow's message."""
        return self.words.count(
            "{n} more paper did not fit into this mail.",
            "{n} more papers did not fit into this mail.",
            count,
        )

    def foot(self, can_leave: bool) -> Measured:
        """Return an issue's end: why it came, and how to change or stop it."""
        because = self.words.say(
            "You get this mail at {address} because you asked {name} for new papers on your "
            "keywords, and confirmed it."
        )
        because = because.replace("{name}", self.settings.name)
        return self._piece(
            "foot",
            because=because.replace("{address}", HOLES["address"]),
            footer_links=self._footer_links(can_leave),
        )

    def notice(self, kind: NoticeKind, **fills: object) -> Notice:
        """Return a mail that is no issue."""
        return notice(self._templates, self.words, kind, {**self._common(), **fills})

    def _footer_links(self, can_leave: bool) -> list[Labelled]:
        say, found = self.words.say, []
        if url := self._links.to("preferences"):
            found.append(Labelled(say("Change keywords or how often"), url))
        if url := self._links.to("read"):
            found.append(Labelled(say("Read on the web"), url))
        if can_leave:
            found.append(Labelled(say("Unsubscribe"), HOLES["unsubscribe"]))
        return found

    def _piece(self, name: str, **values: object) -> Measured:
        return self._joined(name, values, values)

    def _joined(
        self, name: str, html: Mapping[str, object], text: Mapping[str, object]
    ) -> Measured:
        return measured(
            Fragment(
                html=_rendered(self._html.get_template(name), html),
                text=_rendered(self._text.get_template(name), text),
            )
        )

    def _environment(self, name: str, *, html: bool) -> Environment:
        made = environment(self.words, html=html)
        pieces = self._templates.pieces(name)
        made.loader = FunctionLoader(
            lambda wanted: pieces.get(wanted) or self._templates.source(wanted).text
        )
        made.globals |= self._common()
        return made

    def _common(self) -> dict[str, Any]:
        """What every template may use."""
        rtl = self.words.direction == "rtl"
        return {
            "brand": self.settings,
            "day": self.settings.palette.light,
            "night": self.settings.palette.dark,
            "lang": self.words.language,
            "dir": self.words.direction,
            "start": "right" if rtl else "left",
            "end": "left" if rtl else "right",
            "ui": Markup(UI_FONT),
            "hole": HOLES,
            "link": {"read": self._links.to("read")},
        }


def _preview() -> Markup:
    """The preheader, then blanks that keep a mail client from showing the masthead after it."""
    return Markup(HOLES["preheader"] + "&#847;&#160;" * 60)


def _rendered(template: Template, values: Mapping[str, object]) -> str:
    try:
        return template.render(values)
    except JinjaError as error:
        name = template.name or "?"
        raise TemplateError(f"{name}: {error.message}", template=name) from None
