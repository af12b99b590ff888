"""One paper as a reader sees it: the words of a card, ready for the templates.

Most of a card is the same for all its readers. What differs, by the words that matched, is
`Matched`: the title and the abstract with those words marked, and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from markupsafe import Markup, escape

from digest.composing.branding import RenderSettings
from digest.composing.excerpt import Excerpt, escaped, excerpt, harmless
from digest.composing.links import ReaderLinks, other_links, own_url, search_url
from digest.composing.locales import Catalogue
from digest.composing.slots import Slot, SlotName
from digest.papers import Paper
from digest.ranking.interface import Pick

Density = Literal["full", "short", "title"]  # how much of the abstract is shown
Why = tuple[str, str]  # why a reader got a paper, as HTML and as text
# What is marked in a title or an abstract: whether because it is near in meaning, and where.
Marks = tuple[bool, tuple[tuple[int, int], ...]]
DENSITIES: tuple[Density, ...] = ("full", "short", "title")
_SHORT = 160  # characters of an abstract in a trimmed card
_LONGEST_TITLE, _LONGEST_NAME, _LONGEST_KEYWORD = 300, 60, 60
_KEYWORDS = 6  # named in a reason
_NAMED = 0.02  # what a keyword gives at least to be named: more than at the margin
_AUTHORS = 3  # names shown; the others are counted
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A link and what it is called."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Matched:
    """What differs in one paper's card from reader to reader; the first three are HTML."""

    title: str
    why: str  # why the reader got it
    abstract: str  # cut; may be empty
    why_text: str  # for the text twin, where no word is marked

    def in_html(self) -> dict[SlotName, str]:
        """Return what fills the slots of the HTML part."""
        return {"title": self.title, "why": self.why, "abstract": self.abstract}

    def in_text(self) -> dict[SlotName, str]:
        """Return what fills the slot of the text twin."""
        return {"why": self.why_text}


@dataclass(frozen=True, slots=True)
class PaperView:
    """What a card's template may use, as `paper.…`; strings that are Markup are safe already."""

    url: str
    button: str  # what the lead's button says
    title: str | Slot
    why: str | Slot
    facts: str  # authors, venue, date, upvotes, comments; may be empty
    abstract: str | Slot  # cut; may be empty
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
        self._opened_keyword = str(style.keyword)
        self._reader = ReaderLinks(settings.base_url if settings.feedback else None)
        self._reason = lru_cache(maxsize=20_000)(self._reason_of)
        patterns = {
            "likes": words.say("Like papers that you asked for more of"),
            "": words.say("Chosen for your keywords"),
            "meaning": words.say("Close in meaning to {keywords}"),
            "literal": words.say("You follow {keywords}"),
        }
        self._patterns = {kind: (said, escaped(said)) for kind, said in patterns.items()}

    def views(
        self, paper: Paper, *, lead: bool, density: Density, matched: Matched | None = None
    ) -> tuple[PaperView, PaperView]:
        """Return one paper for the templates of the HTML part and of the text twin.

        Without `matched` there are slots for what differs from reader to reader.
        """
        say, known = self._words.say, own_url(paper)
        own = Labelled(say("Paper") if known else say("Find the paper"), self._url(paper, known))
        others = [Labelled(self._label(link.kind), link.url) for link in other_links(paper)]
        facts = self._facts(paper)
        title, abstract = self.excerpts(paper, lead, density)
        in_text = PaperView(
            url=own.url,
            button=say("Read the paper") if known else say("Find the paper"),
            title=title.plain,
            why=matched.why_text if matched else Slot("why"),
            facts=_joined_facts(facts, names=False),
            abstract=abstract.plain,
            links=others if lead else [own, *others],
            all_links=[own, *others],
            more=self._reader.to("more", paper.id),
            less=self._reader.to("less", paper.id),
        )
        if matched:
            marked = map(Markup, (matched.title, matched.why, matched.abstract))  # escaped already
            shown: tuple[str | Slot, ...] = tuple(marked)
        else:  # of what is not there, there is no slot
            shown = (
                title.plain and Slot("title"),
                Slot("why"),
                abstract.plain and Slot("abstract"),
            )
        in_html = replace(
            in_text,
            title=shown[0],
            why=shown[1],
            abstract=shown[2],
            facts=_joined_facts(facts, names=bool(paper.authors)),
        )
        return in_html, in_text

    def matched(
        self, paper: Paper, pick: Pick, why: Why, *, lead: bool, density: Density
    ) -> Matched:
        """Return what a reader's card of a paper says that another's may not."""
        title, abstract = self.excerpts(paper, lead, density)
        return Matched(
            self.marked(title, marks(pick, "title", title.end)),
            why[0],
            self.marked(abstract, marks(pick, "abstract", abstract.end)),
            why[1],
        )

    def excerpts(self, paper: Paper, lead: bool, density: Density) -> tuple[Excerpt, Excerpt]:
        """Return what a card shows of a paper's title and abstract."""
        full = self._settings.lead_characters if lead else self._settings.card_characters
        limit = {"full": full, "short": min(full, _SHORT), "title": 0}[density]
        return excerpt(paper.title, _LONGEST_TITLE), excerpt(paper.abstract, limit)

    def marked(self, shown: Excerpt, marks: Marks) -> str:
        """Return an excerpt as HTML with what matched marked."""
        near, spans = marks
        if near:
            return shown.marked(spans, self._style.near, "</span>")
        return shown.marked(spans, self._style.hit, "</b>")

    def _url(self, paper: Paper, known: str | None) -> str:
        return known or search_url(paper, self._settings.search_link)

    def why(self, paper: Paper, pick: Pick) -> Why:
        """Return why a reader got a paper."""
        html, text = self._asked(paper, pick)
        if paper.updated is None:
            return html, text
        if paper.updated.on is None:
            news = self._words.say("Updated: v{version}")
        else:
            news = self._words.say("Updated: v{version} of {day}")
            news = news.replace("{day}", self._words.day(paper.updated.on))
        news = news.replace("{version}", str(paper.updated.version))
        return f"{escape(news)}. {html}", f"{news}. {text}"

    def _asked(self, paper: Paper, pick: Pick) -> Why:
        """Return what of a profile found a paper."""
        if pick.section == "trending":
            return self._unasked(paper.upvotes or 0)
        named = [reason for reason in pick.reasons if reason.gain >= _NAMED] or pick.reasons
        literal = [r.keyword for r in named if r.field not in ("meaning", "likes", "dislikes")]
        if literal:
            return self._reason("literal", tuple(dict.fromkeys(literal)))
        near = [reason.keyword for reason in named if reason.field == "meaning"]
        if near:
            return self._reason("meaning", tuple(dict.fromkeys(near)))
        return self._reason("likes" if named else "", ())

    def _unasked(self, upvotes: int) -> Why:
        """Return why a paper is shown that nobody asked for; popular is only what was counted."""
        said = self._words.say("Also new today, outside your keywords")
        if upvotes:
            said = self._words.say("Popular today (▲ {n}), outside your keywords")
            said = said.replace("{n}", self._words.number(upvotes))
        return escaped(said), said

    def _reason_of(self, kind: str, keywords: tuple[str, ...]) -> Why:
        pattern, escaped_pattern = self._patterns[kind]
        if not keywords:
            return escaped_pattern, pattern
        shown = list(dict.fromkeys(map(displayed_keyword, keywords)))[:_KEYWORDS]
        opened = self._opened_keyword
        marked = [f"{opened}{escaped(keyword)}</b>" for keyword in shown]
        html = escaped_pattern.replace("{keywords}", self._words.join(marked))
        return html, pattern.replace("{keywords}", self._words.join(shown))

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
            facts.insert(0, _short(paper.venue, _LONGEST_NAME))
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


def marks(pick: Pick, field: Literal["title", "abstract"], end: int) -> Marks:
    """Return what a pick marks before `end` in a text; cheap to compare with another's."""
    if pick.spans:
        return False, tuple(
            [(s.start, s.end) for s in pick.spans if s.field == field and s.start < end]
        )
    closest = pick.closest_sentence
    if closest and closest.field == field and closest.start < end:
        # No word of theirs is in the paper: show them the sentence that comes nearest.
        return True, ((closest.start, closest.end),)
    return _UNMARKED


_UNMARKED: Marks = (False, ())


def _joined_facts(facts: Sequence[str], *, names: bool) -> str:
    """Join what is known of a paper; in HTML names, which come first, have their own direction."""
    if not names:
        return "\u00a0· ".join(facts)
    first = Markup('<span dir="auto">{}</span>').format(facts[0])
    return Markup("\u00a0· ").join([first, *facts[1:]])


@lru_cache(maxsize=4096)  # many readers share each
def displayed_keyword(keyword: str) -> str:
    """Return a keyword as one reads it: without the grammar's quotes and weight."""
    return _short(re.sub(r"\^[\d.]+\s*$", "", keyword).strip().strip('"“”'), _LONGEST_KEYWORD)


def _short(text: str, limit: int) -> str:
    text = _SPACES.sub(" ", harmless(text)).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
