"""One paper as a reader sees it: the words of a card, ready for the templates.

Most of a card is the same for all its readers. What differs, by the words that matched, is
`Matched`: what is told of the paper with those words marked, and the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from digest.composing.branding import RenderSettings
from digest.composing.card_reasons import ReasonWriter, Why
from digest.composing.card_text import CardText, Density, Marks, card_text
from digest.composing.excerpt import Excerpt, excerpt
from digest.composing.links import ReaderLinks, other_links, own_url, search_url
from digest.composing.locales import Catalogue
from digest.composing.paper_language import paper_language
from digest.composing.sections import short_name
from digest.composing.slots import Slot, SlotName
from digest.papers import Paper
from digest.ranking.interface import Pick

_LONGEST_TITLE, _LONGEST_NAME = 300, 60
_AUTHORS = 3  # names shown; the others are counted


@dataclass(frozen=True, slots=True)
class Labelled:
    """A link and what it is called."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Matched:
    """What differs in one paper's card from reader to reader; all but the last are HTML."""

    why: str  # why the reader got it
    contribution: str  # what the paper does, or its abstract; may be empty
    result: str  # what came of it; may be empty
    why_text: str  # for the text twin, where no word is marked

    def in_html(self) -> dict[SlotName, str]:
        """Return what fills the slots of the HTML part."""
        return {
            "why": self.why,
            "contribution": self.contribution,
            "result": self.result,
            "abstract": f"{self.contribution} {self.result}".strip(),
        }

    def in_text(self) -> dict[SlotName, str]:
        """Return what fills the slot of the text twin."""
        return {"why": self.why_text}


@dataclass(frozen=True, slots=True)
class PaperView:
    """What a card's template may use, as `paper.…`; strings that are Markup are safe already."""

    url: str
    button: str  # what a link to the paper is called
    title: str
    lang: str  # of title and abstract, where it is another than the mail's; else empty
    why: str | Slot
    facts: str  # authors, venue, date, upvotes, comments; may be empty
    byline: str  # authors' names and the venue; may be empty
    contribution: str | Slot  # what the paper does, or its abstract, cut; may be empty
    result: str | Slot  # what came of it; may be empty
    abstract: str | Slot  # both as one text
    summariser: str  # who wrote them, where a model did; may be empty
    links: Sequence[Labelled]  # shown beside the title's own link
    all_links: Sequence[Labelled]  # for the text twin: the paper's own first
    more: str | None  # address of "more like this"; None without feedback
    less: str | None


@dataclass(frozen=True, slots=True)
class Style:
    """The inline marks of a language's cards."""

    hit: Markup  # opens a matched word; closed by </b>
    near: Markup  # opens a sentence that is near in meaning; closed by </span>
    keyword: Markup  # opens a keyword in the why-line


class CardWriter:
    """Makes the views of one language."""

    def __init__(self, settings: RenderSettings, words: Catalogue, style: Style) -> None:
        self._settings = settings
        self._words = words
        self._style = style
        self._reader = ReaderLinks(settings.base_url if settings.feedback else None)
        self._reasons = ReasonWriter(words, style.keyword)

    def views(
        self, paper: Paper, told: CardText, matched: Matched | None = None
    ) -> tuple[PaperView, PaperView]:
        """Return a paper, and what is told of it, for the templates of the HTML part and of the
        text twin.

        Without `matched` there are slots for what differs from reader to reader.
        """
        say, known = self._words.say, own_url(paper)
        own = Labelled(say("Paper") if known else say("Find the paper"), self._url(paper, known))
        others = [Labelled(self._label(link.kind), link.url) for link in other_links(paper)]
        facts, byline = self._facts(paper), self._byline(paper)
        in_text = PaperView(
            url=own.url,
            button=say("Read the paper") if known else say("Find the paper"),
            title=excerpt(paper.title, _LONGEST_TITLE).plain,
            lang=self._foreign(paper),
            why=matched.why_text if matched else Slot("why"),
            facts=_joined_facts(facts, names=False),
            byline=_joined_facts(byline, names=False),
            contribution=told.contribution.plain,
            result=told.result.plain,
            abstract=told.plain,
            summariser=self._summariser(told.model),
            links=others,
            all_links=[own, *others],
            more=self._reader.to("more", paper.id),
            less=self._reader.to("less", paper.id),
        )
        if matched:
            shown: dict[str, str | Slot] = {
                name: Markup(text)  # noqa: S704 - escaped already
                for name, text in matched.in_html().items()
            }
        else:  # of what is not there, there is no slot
            names: tuple[SlotName, ...] = ("contribution", "result", "abstract")
            shown = {name: getattr(in_text, name) and Slot(name) for name in names}
        in_html = replace(
            in_text,
            **shown,  # type: ignore[arg-type]
            facts=_joined_facts(facts, names=bool(paper.authors)),
            byline=_joined_facts(byline, names=bool(paper.authors)),
        )
        return in_html, in_text

    def matched(
        self, paper: Paper, pick: Pick, why: Why, *, lead: bool, density: Density
    ) -> Matched:
        """Return what a reader's card of a paper says that another's may not."""
        told = self.text_of(paper, lead, density)
        return self.filled(told, why, told.marks(paper, pick))

    def filled(self, told: CardText, why: Why, marks: tuple[Marks, Marks]) -> Matched:
        """Return what fills a card of which is known what is marked."""
        contribution = self._marked(told.contribution, marks[0])
        return Matched(why[0], contribution, self._marked(told.result, marks[1]), why[1])

    def text_of(self, paper: Paper, lead: bool, density: Density) -> CardText:
        """Return what a card tells of a paper."""
        of = self._settings
        return card_text(
            paper,
            of.cards,
            density,
            of.lead_characters if lead else of.card_characters,
            lead=lead,
        )

    def _marked(self, shown: Excerpt, marks: Marks) -> str:
        near, spans = marks
        if near:
            return shown.marked(spans, self._style.near, "</span>")
        return shown.marked(spans, self._style.hit, "</b>")

    def why(self, paper: Paper, pick: Pick, in_section: bool) -> Why:
        """Return why a reader got a paper; in its section, what the heading does not say."""
        return self._reasons.why(paper, pick, in_section)

    def _foreign(self, paper: Paper) -> str:
        """Return the language of a paper if it is another than the mail's."""
        language = paper_language(paper.title, paper.abstract)
        return "" if language == self._words.language.partition("-")[0] else language

    def _url(self, paper: Paper, known: str | None) -> str:
        return known or search_url(paper, self._settings.search_link)

    def _byline(self, paper: Paper) -> list[str]:
        venue = short_name(paper.venue or "", _LONGEST_NAME)
        return [*([self._authors(paper)] if paper.authors else []), *([venue] if venue else [])]

    def _facts(self, paper: Paper) -> list[str]:
        words, facts = self._words, []  # no line breaks inside a fact, but in a list of names
        if not paper.authors and paper.author_count:
            facts.append(words.plural("{n} author", "{n} authors", paper.author_count))
        if paper.published:
            facts.append(words.day(paper.published))
        if paper.upvotes:
            facts.append(words.plural("{n} upvote", "{n} upvotes", paper.upvotes))
        if paper.comments:
            facts.append(words.plural("{n} comment", "{n} comments", paper.comments))
        facts = [fact.replace(" ", "\u00a0") for fact in facts]
        if paper.venue:  # a long one may be broken over lines
            facts.insert(0, short_name(paper.venue, _LONGEST_NAME))
        if words.direction == "rtl":  # isolated (UAX 9), so that numbers stay beside their words
            facts = [f"\u2068{fact}\u2069" for fact in facts]
        return [self._authors(paper), *facts] if paper.authors else facts

    def _authors(self, paper: Paper) -> str:
        shown = [short_name(name, _LONGEST_NAME) for name in paper.authors[:_AUTHORS]]
        rest = max(paper.author_count or 0, len(paper.authors)) - len(shown)
        if rest > 0:
            shown.append(self._words.plural("{n} more", "{n} more", rest))
        return self._words.join(shown)

    def _summariser(self, model: str | None) -> str:
        """Say which language model wrote a summary; nothing where the authors did."""
        if model is None:
            return ""
        if not model:
            return self._words.say("summary by a language model")
        return self._words.say("summary by {model}").replace("{model}", short_name(model, 60))

    def _label(self, kind: str) -> str:
        if kind == "code":
            return self._words.say("Code")
        if kind == "project":
            return self._words.say("Project page")
        return self._words.say("Discussion")


def _joined_facts(facts: Sequence[str], *, names: bool) -> str:
    """Join what is known of a paper; in HTML names, which come first, have their own direction."""
    if not names:
        return "\u00a0· ".join(facts)
    first = Markup('<span dir="auto">{}</span>').format(facts[0])
    return Markup("\u00a0· ").join([first, *facts[1:]])
