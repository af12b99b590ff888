"""Why a reader got a paper, in words: exact, and no longer than it must be."""

from __future__ import annotations

from functools import lru_cache
from itertools import zip_longest

from markupsafe import Markup, escape

from digest.composing.excerpt import escaped
from digest.composing.locales import Catalogue
from digest.composing.sections import Topic, displayed_keyword, topic_of
from digest.papers import Paper
from digest.ranking.interface import Field, Pick, Reason

Why = tuple[str, str]  # why a reader got a paper, as HTML and as text
_KEYWORDS = 6  # named in a reason
_NAMED = 0.02  # what a keyword gives at least to be named: more than at the margin
_NO_WORDS: tuple[Field, ...] = ("meaning", "likes", "dislikes")  # where no word matches


class ReasonWriter:
    """Writes reasons in one language; `keyword` opens a keyword in HTML."""

    def __init__(self, words: Catalogue, keyword: Markup) -> None:
        self._words = words
        self._opened_keyword = str(keyword)
        self._reason = lru_cache(maxsize=20_000)(self._reason_of)
        say = words.say
        patterns = {
            "likes": say("Like papers that you asked for more of"),
            "": say("Chosen for your keywords"),
            "meaning": say("Close in meaning to {keywords}"),
            "literal": say("You follow {keywords}"),
            "group": "{keywords}",
            "also": say("also {keywords}"),
            "near": say("close to {keywords}"),
            "in title": say("in the title"),
            "in abstract": say("in the abstract"),
            "in keywords": say("among the paper’s keywords"),
            "in authors": say("as an author"),
            "in meaning": say("by meaning"),
            "phrase": say("exact phrase"),
            "close": say("words close together"),
            "apart": say("words apart"),
            "part": say("part of it, without {keywords}"),
            "word": say("one word of it"),
        }
        self._standing = say("{keyword} ({standing})").replace("{keyword}", "")
        self._patterns = {kind: (said, escaped(said)) for kind, said in patterns.items()}

    def why(self, paper: Paper, pick: Pick, in_section: bool) -> Why:
        """Return why a reader got a paper.

        In its section, the reason names only what the heading does not say: a group's keywords, of
        a keyword the place where it stands, and what else of the profile found the paper.
        """
        news = self._news(paper) if paper.updated is not None else ""
        if in_section and pick.section == "picked" and (topic := topic_of(pick)):
            beside = self._in_group if topic.group else self._beside
            parts = beside(pick, topic) or [self._asked(paper, pick)]
            if news:
                parts.insert(0, (str(escape(news)), news))
            joint = "\u00a0· "
            return joint.join([html for html, _ in parts]), joint.join([text for _, text in parts])
        html, text = self._asked(paper, pick)
        if not news:
            return html, text
        before, _, after = self._words.say("{news}. {reason}").partition("{reason}")
        before = before.replace("{news}", news)
        return f"{escape(before)}{html}{after}", f"{before}{text}{after}"

    def _news(self, paper: Paper) -> str:
        updated = paper.updated
        assert updated is not None  # noqa: S101 - asked for what is updated only
        if updated.on is None:
            news = self._words.say("Updated: v{version}")
        else:
            news = self._words.say("Updated: v{version} of {day}")
            news = news.replace("{day}", self._words.day(updated.on))
        return news.replace("{version}", str(updated.version))

    def _unasked(self, upvotes: int) -> Why:
        """Return why a paper is shown that nobody asked for; popular is only what was counted."""
        said = self._words.say("Also new today, outside your keywords")
        if upvotes:
            said = self._words.say("Popular today (▲ {n}), outside your keywords")
            said = said.replace("{n}", self._words.number(upvotes))
        return escaped(said), said

    def _asked(self, paper: Paper, pick: Pick) -> Why:
        """Return what of a profile found a paper."""
        if pick.section == "trending":
            return self._unasked(paper.upvotes or 0)
        named = _named(pick)
        literal = {r.keyword: r for r in named if r.field not in _NO_WORDS}
        if literal:
            return self._reason("literal", tuple(literal), tuple(map(self._how, literal.values())))
        near = [reason.keyword for reason in named if reason.field == "meaning"]
        if near:
            return self._reason("meaning", tuple(dict.fromkeys(near)))
        return self._reason("likes" if named else "", ())

    def _in_group(self, pick: Pick, topic: Topic) -> list[Why]:
        """Return what of a group found a paper, and what else did."""
        inside: dict[str, None] = {}
        others: dict[str, None] = {}
        near: dict[str, None] = {}
        for reason in _named(pick):
            keyword = displayed_keyword(reason.keyword)
            if reason.field == "meaning":
                near[keyword] = None
            elif reason.field not in _NO_WORDS:
                own = displayed_keyword(reason.group) == topic.group
                (inside if own else others)[keyword] = None
        also = tuple([each for each in others if each not in inside])
        apart = tuple([each for each in near if each not in inside and each not in others])
        found = (("group", tuple(inside)), ("also", also), ("near", apart))
        return [self._reason(kind, keywords) for kind, keywords in found if keywords]

    def _beside(self, pick: Pick, topic: Topic) -> list[Why]:
        """Return where a section's keyword stands in a paper, and what else found the paper."""
        fields: set[Field] = set()
        standing = ""
        literal: dict[str, None] = {}
        near: dict[str, None] = {}
        for reason in _named(pick):
            keyword = displayed_keyword(reason.keyword)
            if keyword == topic.keyword and not reason.group:
                fields.add(reason.field)
                standing = standing or self._how(reason)
            elif reason.field not in _NO_WORDS:
                literal[keyword] = None
            elif reason.field == "meaning":
                near[keyword] = None
        others = [self._reason("also", tuple(literal))] if literal else []
        if apart := tuple([keyword for keyword in near if keyword not in literal]):
            others.append(self._reason("near", apart))
        if standing:
            others.insert(0, (escaped(standing), standing))
        place = _place(fields, alone=not others) if fields else None
        return [self._reason(f"in {place}", ()), *others] if place else others

    def _how(self, reason: Reason) -> str:
        """Return how a keyword stands in a paper, as text; of most there is nothing to tell."""
        if not reason.standing:
            return ""
        return self._reason(reason.standing, reason.missing)[1]

    def _reason_of(
        self, kind: str, keywords: tuple[str, ...], standings: tuple[str, ...] = ()
    ) -> Why:
        pattern, escaped_pattern = self._patterns[kind]
        if not keywords:
            return escaped_pattern, pattern
        displayed = dict(zip_longest(map(displayed_keyword, keywords), standings, fillvalue=""))
        texts, marked = [], []
        for keyword, standing in list(displayed.items())[:_KEYWORDS]:
            html_said, said = escaped(keyword), ""
            if kind in ("literal", "meaning"):  # the reason itself, not what is named beside it
                html_said = f"{self._opened_keyword}{html_said}</b>"
            if standing:
                said = self._standing.replace("{standing}", standing)
            texts.append(keyword + said)
            marked.append(html_said + escaped(said))
        html = escaped_pattern.replace("{keywords}", self._words.join(marked))
        return html, pattern.replace("{keywords}", self._words.join(texts))


def _named(pick: Pick) -> list[Reason]:
    """Return the reasons that are worth a word."""
    return [reason for reason in pick.reasons if reason.gain >= _NAMED] or list(pick.reasons)


def _place(fields: set[Field], alone: bool) -> Field | None:
    """Return where a keyword stands: the most telling place; the abstract only to say something."""
    for field in ("title", "authors", "keywords"):
        if field in fields:
            return field
    if "abstract" in fields:
        return "abstract" if alone else None
    return "meaning"
