"""One paper as a reader sees it: the words of a card, ready for the templates.

The same paper looks the same to all readers whose keywords matched it alike, so the views are
made rarely and the cards that come of them are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

from digest.composing.branding import PressSettings
from digest.composing.excerpt import Cut, cut, harmless, mark
from digest.composing.links import ReaderLinks, other_links, own_url, paper_url
from digest.composing.locales import Words
from digest.papers import Paper
from digest.ranking.interface import Pick, Reason

Density = Literal["full", "short", "title"]  # how much of the abstract is shown
DENSITIES: tuple[Density, ...] = ("full", "short", "title")
_SHORT = 160  # characters of an abstract in a trimmed card
_LONGEST_TITLE, _LONGEST_NAME, _LONGEST_KEYWORD = 300, 60, 60
_AUTHORS = 3  # names shown; the others are counted
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A link and what it is called."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """What a card's template may use, as `paper.…`; strings that are Markup are safe already."""

    url: str
    button: str  # what the lead's button says
    title: str
    why: str  # why the reader got it
    facts: str  # authors, date, upvotes, comments; may be empty
    abstract: str  # cut; may be empty
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

    def __init__(self, settings: PressSettings, words: Words, style: Style) -> None:
        self._settings = settings
        self._words = words
        self._style = style
        self._reader = ReaderLinks(settings.base_url if settings.feedback else None)

    def view(
        self, paper: Paper, pick: Pick, *, lead: bool, density: Density, html: bool
    ) -> PaperView:
        """Return one paper for one pick, for the HTML part or for the text twin."""
        say, known = self._words.say, own_url(paper)
        url = paper_url(paper, self._settings.search_link)
        own = Labelled(say("Paper") if known else say("Find the paper"), url)
        others = [Labelled(self._label(link.kind), link.url) for link in other_links(paper)]
        limit = self._limit(lead, density)
        title_cut = cut(paper.title, _LONGEST_TITLE)
        return PaperView(
            url=url,
            button=say("Read the paper") if known else say("Find the paper"),
            title=self._marked(paper.title, pick, "title", title_cut, html),
            why=self._why(paper, pick, html),
            facts=_joined_facts(self._facts(paper), names=bool(paper.authors), html=html),
            abstract=(
                self._marked(paper.abstract, pick, "abstract", cut(paper.abstract, limit), html)
                if limit
                else ""
            ),
            links=others if lead else [own, *others],
            all_links=[own, *others],
            more=self._reader.to("more", paper.id),
            less=self._reader.to("less", paper.id),
        )

    def _limit(self, lead: bool, density: Density) -> int:
        full = self._settings.lead_characters if lead else self._settings.card_characters
        return {"full": full, "short": min(full, _SHORT), "title": 0}[density]

    def _marked(self, text: str, pick: Pick, field: str, where: Cut, html: bool) -> str:
        dots = "…" if where.ellipsis else ""
        if not html:
            return harmless(text[: where.end]) + dots
        spans = [span for span in pick.spans if span.field == field]
        before, after = self._style.hit, Markup("</b>")
        if not pick.spans and pick.closest_sentence and pick.closest_sentence.field == field:
            # No word of theirs is in the paper: show them the sentence that comes nearest.
            spans = [pick.closest_sentence]
            before, after = self._style.near, Markup("</span>")
        marked = mark(text, spans, where.end, before, after)
        return Markup(harmless(str(marked)) + dots)  # noqa: S704 - mark() escaped it

    def _why(self, paper: Paper, pick: Pick, html: bool) -> str:
        asked = self._asked(pick, html)
        if paper.updated is None:
            return asked
        if paper.updated.on is None:
            news = self._words.say("Updated: v{version}")
        else:
            news = self._words.say("Updated: v{version} of {day}")
            news = news.replace("{day}", self._words.day(paper.updated.on))
        news = news.replace("{version}", str(paper.updated.version))
        return (Markup("{}. {}") if html else "{}. {}").format(news, asked)

    def _asked(self, pick: Pick, html: bool) -> str:
        if pick.section == "trending":
            return self._words.say("Popular today, outside your keywords")
        literal = _keywords(pick.reasons, lambda r: r.field not in ("meaning", "likes"))
        near = _keywords(pick.reasons, lambda r: r.field == "meaning")
        liked = any(r.field == "likes" for r in pick.reasons)
        if literal:
            return self._sentence(self._words.say("You follow {keywords}"), literal, html)
        if near:
            return self._sentence(self._words.say("Close in meaning to {keywords}"), near, html)
        if liked:
            return self._words.say("Like papers that you asked for more of")
        return self._words.say("Chosen for your keywords")

    def _sentence(self, pattern: str, keywords: Sequence[str], html: bool) -> str:
        if not html:
            return pattern.replace("{keywords}", self._words.join(keywords))
        marked = [f"{self._style.keyword}{escape(keyword)}</b>" for keyword in keywords]
        line = str(escape(pattern)).replace("{keywords}", self._words.join(marked))
        return Markup(line)  # noqa: S704 - each part was escaped above

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
        if words.direction == "rtl":  # isolated (UAX 9), so that numbers stay beside their words
            facts = [f"\u2068{fact}\u2069" for fact in facts]
        return [self._authors(paper), *facts] if paper.authors else facts

    def _authors(self, paper: Paper) -> str:
        shown = [_short(name, _LONGEST_NAME) for name in paper.authors[:_AUTHORS]]
        rest = max(paper.author_count or 0, len(paper.authors)) - len(shown)
        if rest > 0:
            shown.append(self._words.plural("{n} more", "{n} more", rest))
        return self._words.join(shown)

    def _label(self, kind: str) -> str:
        if kind == "code":
            return self._words.say("Code")
        if kind == "project":
            return self._words.say("Project page")
        return self._words.say("Discussion")


def _joined_facts(facts: Sequence[str], *, names: bool, html: bool) -> str:
    """Join what is known of a paper; names, which come first, have a direction of their own."""
    if not (html and names):
        return "\u00a0· ".join(facts)
    first = Markup('<span dir="auto">{}</span>').format(facts[0])
    return Markup("\u00a0· ").join([first, *facts[1:]])


def displayed_keyword(keyword: str) -> str:
    """Return a keyword as one reads it: without the grammar's quotes and weight."""
    return _short(re.sub(r"\^[\d.]+\s*$", "", keyword).strip().strip('"“”'), _LONGEST_KEYWORD)


def _keywords(reasons: Sequence[Reason], wanted: Callable[[Reason], bool]) -> list[str]:
    return list(dict.fromkeys(displayed_keyword(r.keyword) for r in reasons if wanted(r)))[:6]


def _short(text: str, limit: int) -> str:
    text = _SPACES.sub(" ", harmless(text)).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
