"""What the lines of a card tell beside its title and abstract: votes, days, names, links."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import Literal, Self
from urllib.parse import unquote

from digest.dumps.page.dates import PageDay, printed_day, read_count
from digest.papers import find_arxiv_id

Role = Literal["votes", "upvotes", "comments"]  # votes stand above a title, upvotes below

SEPARATORS = "•·∙|‧"  # between the facts of a byline
_SEPARATOR = re.compile(rf"\s*[{SEPARATORS}]+\s*")
# The site's words, and what browsers make of them that translate a page.
_AUTHORS = re.compile(
    r"(\d{1,5}|\d{1,2},\d{3})\s?(?:authors?|autor(?:en|es|i|in)?|auteure?s?|autores|autori|auteurs"
    r"|(?:位|名)?作者|人?の?著者|명의 저자|автор(?:а|ов)?)",
    re.IGNORECASE,
)
SUBMITTED_BY = (
    r"(?:submitted by|eingereicht von\b|soumis par\b|(?:enviado|presentado|subido) por\b"
    r"|inviato da\b|提交者|提交人|投稿者|제출자|отправил\w*\b)"
)
_SUBMITTED = re.compile(
    rf"{SUBMITTED_BY}[:：]?\s*(?P<name>.{{0,60}}?)(?:\son\s(?P<day>.{{3,20}}))?", re.IGNORECASE
)
_PUBLISHED = re.compile(
    r"(?:published|submitted|posted|added|veröffentlicht|publiée?|publicado|pubblicato|发布于|公開日)"
    r"(?: (?:on|am|le|el|em|il))?:?\s+(?P<day>.{3,30})",
    re.IGNORECASE,
)
_GITHUB = re.compile(
    r"(?:\[?link: ?)?(?:view on )?github(?: repo(?:sitory)?)?\s?[★⭐☆]?\s?"
    r"(?P<stars>\d[\d.,]*[km]?)?\]?(?:\s?arxiv page)?"
    r"|[★⭐☆]\s?(?P<starred>\d[\d.,]*[km]?)",
    re.IGNORECASE,
)
# A card's buttons in a row, as a line of links holds them: "Upvote -GitHub 31arXiv Page".
_BUTTONS = re.compile(
    r"upvote\s?(?P<votes>\d[\d.,]*[km]?|[-–—])?\s?(?P<row>(?:github\s?[★⭐☆]?\s?(?P<stars>\d[\d.,]*[km]?)?)?"
    r"\s?(?:arxiv page)?\s?(?:project page)?)",
    re.IGNORECASE,
)
# What a picture leaves of itself in text: "[]", "[tsinghua university]" before the name.
_PICTURE = re.compile(r"\[(?P<alt>[^\[\]]{1,80})\]\s?")
_NAMED_TWICE = re.compile(r"(?P<alt>.{2,80}?)\s?(?P<name>(?P=alt))", re.IGNORECASE)
_PAGES = re.compile(
    r"arxiv(?: page| paper)?|view (?:on )?arxiv(?: page)?|(?:view )?pdf|project(?: page)?|code"
    r"|paper page|hugging ?face(?: page)?|demo|website|(?:view )?paper|arxiv:\s?\S+"
    r"|#\d{1,3} paper of the (?:day|week|month)",
    re.IGNORECASE,
)
_VOTES = re.compile(
    r"(?P<label>(?:up)?votes?:?\s)?(?:[-+▲△↑⬆👍♥❤🔥☐☑✓]️?\s?(?![-–—]))?(?P<count>\d[\d.,]*[km]?|[-–—])"
    r"(?P<unit>\s(?:up)?votes?|\slikes?)?",
    re.IGNORECASE,
)
_BOX = re.compile(r"(?:[-*]\s)?\[[ xX✓-]\]\s?")
_COMMENTS = re.compile(r"(?P<count>\d[\d,]*) comments?|(?:💬|🗨)️?\s?(?P<beside>\d[\d,]*)", re.I)
_ADDRESS = re.compile(r"<?(https?://[^\s<>]+)>?", re.IGNORECASE)
_OF_SITE = re.compile(r"https?://huggingface\.co/[\w.-]+/?", re.IGNORECASE)
_REPOSITORY = re.compile(r"https?://(?:www\.)?github\.com(?::\d+)?/[^/?#]*/", re.IGNORECASE)
_LABEL = re.compile(
    r"(?P<label>authors?|link|url|arxiv(?: id)?|pdf|code|github|date|published|votes|upvotes"
    r"|comments|organi[sz]ation|submitter|stars)\s?:\s(?P<value>\S.*)",
    re.IGNORECASE,
)
_NAMES = re.compile(r",\s(?:and\s)?|\sand\s|;\s")


@dataclass(slots=True)
class CardFacts:
    """What one line, or several, tell of a card."""

    author_count: int | None = None
    authors: tuple[str, ...] = ()
    day: PageDay | None = None
    day_line: int | None = None
    comments: int | None = None
    submitter: str | None = None  # "" where only "Submitted by" stands
    organisation: str | None = None
    has_count: bool = False  # a bare number, or "-" for none
    count: int | None = None
    role: Role | None = None  # what the number counts, where that is known
    upvotes: int | None = None
    stars: int | None = None  # of the repository at GitHub
    addresses: tuple[str, ...] = ()
    is_other: bool = False  # a separator or a button: it tells nothing
    is_labelled: bool = False  # "Authors: …": it may stand above an abstract

    def take(self, other: Self) -> None:
        """Add what another line tells; what is known already stays."""
        for each in fields(self):
            told = getattr(other, each.name)
            if each.name == "addresses":
                self.addresses += tuple(a for a in told if a not in self.addresses)
            elif getattr(self, each.name) in (None, "", (), False):
                setattr(self, each.name, told)

    @property
    def is_byline(self) -> bool:
        """Return whether they can only stand below a card's title."""
        return (
            self.author_count is not None
            or self.day is not None
            or self.stars is not None
            or self.organisation is not None
            or bool(self.authors)
            or self.role == "comments"
        )

    @property
    def is_idle(self) -> bool:
        """Return whether they tell nothing that could be lost."""
        return (
            not self.is_byline
            and self.submitter is None
            and self.count is None
            and self.upvotes is None
        )


def read_facts(text: str) -> CardFacts | None:
    """Read a line that tells nothing but facts; None when it is a title, an abstract or a name."""
    if found := _ADDRESS.fullmatch(text):
        return CardFacts(addresses=(found[1],))
    if found := _LABEL.fullmatch(text):
        labelled = _labelled(found["label"].lower(), found["value"])
        if labelled is not None or found["label"].lower() != "link":
            return replace(labelled, is_labelled=True) if labelled else None
    parts = [part for part in _SEPARATOR.split(text.replace("[]", " ").strip()) if part]
    if not parts:
        return CardFacts(is_other=True)
    told = CardFacts()
    for at, part in enumerate(parts):
        facts = _read_part(part)
        if facts is None and at == 0 and len(parts) > 1 and may_name(part):
            facts = CardFacts(organisation=without_picture(part))
        if facts is None:
            return None
        told.take(facts)
    return told if told.organisation is None or told.day or told.author_count is not None else None


def may_name(text: str) -> bool:
    """Return whether a text can be an organisation's name."""
    return len(text) <= 120 and len(text.split()) <= 14 and not re.search(r"[.!?:;][\"')]?$", text)


def without_picture(name: str) -> str:
    """Return a name without the text of the picture before it, which says the same in lower case.

    Converters print it as `[nvidia]NVIDIA`, `nvidia NVIDIA` or `nvidiaNVIDIA`.
    """
    bare = name.replace("[]", " ").strip()
    if (found := _PICTURE.match(bare)) and found.end() < len(bare):
        return bare[found.end() :]
    found = _NAMED_TWICE.fullmatch(bare)
    return (
        found["name"]
        if found and found["alt"].islower() and found["alt"] != found["name"]
        else bare
    )


def paper_id(address: str) -> str | None:
    """Return the arXiv id in an address of a paper's page, of its votes or of its text."""
    return find_arxiv_id(unquote(address))


def leads_to_votes(address: str) -> bool:
    """Return whether an address is the vote button's: it stands above its card's title."""
    return "/login?next=" in address


def leads_to_comments(address: str) -> bool:
    """Return whether an address is that of a card's comments."""
    return address.endswith("#community")


def leads_to_organisation(address: str) -> bool:
    """Return whether an address is that of an organisation's or a person's page on the site."""
    return _OF_SITE.fullmatch(address) is not None


def is_repository(address: str) -> bool:
    """Return whether an address is that of a repository of code."""
    return _REPOSITORY.match(address) is not None


def _read_part(part: str) -> CardFacts | None:
    """Read one of the parts that stand between separators."""
    if found := _AUTHORS.fullmatch(part):
        return CardFacts(author_count=int(found[1].replace(",", "")))
    if dated := printed_day(part):
        return CardFacts(day=dated[0], comments=dated[1])
    if (found := _PUBLISHED.fullmatch(part)) and (dated := printed_day(found["day"])):
        return CardFacts(day=dated[0], comments=dated[1])
    if found := _SUBMITTED.fullmatch(part):
        return CardFacts(submitter=found["name"].strip())
    if found := _GITHUB.fullmatch(part):
        stars = read_count((found["stars"] or found["starred"] or "").lower())
        return CardFacts(stars=stars, is_other=True)
    if found := _COMMENTS.fullmatch(part):
        return CardFacts(comments=read_count(found["count"] or found["beside"]), role="comments")
    return (
        _votes(part)
        or _buttons(part)
        or (CardFacts(is_other=True) if _PAGES.fullmatch(part) else None)
    )


def _buttons(part: str) -> CardFacts | None:
    """Read a card's buttons that stand on one line."""
    found = _BUTTONS.fullmatch(part)
    if found is None or not (found["row"] or found["votes"]):
        return None
    stars = read_count((found["stars"] or "").lower())
    votes = read_count((found["votes"] or "").lower())
    return CardFacts(stars=stars, upvotes=votes, role="upvotes", is_other=True)


def _votes(part: str) -> CardFacts | None:
    bare = _BOX.sub("", part, count=1)
    found = _VOTES.fullmatch(bare)
    if found is None:
        return CardFacts(role="upvotes", is_other=True) if bare.lower() == "upvote" else None
    count = read_count(found["count"].lower())
    if count is None and found["count"][0].isdigit():
        return None
    if found["label"] or found["unit"]:
        return CardFacts(upvotes=count, role="upvotes", is_other=True)
    return CardFacts(has_count=True, count=count, role="votes" if bare != part else None)


def _labelled(label: str, value: str) -> CardFacts | None:
    """Read `Authors: A, B`, `Date: 2024-03-13`, `Link: https://…`."""
    if label.startswith("author"):
        if found := _AUTHORS.fullmatch(value):
            return CardFacts(author_count=int(found[1].replace(",", "")))
        if re.search(r"\bet\.? ?al\b", value):
            return CardFacts(is_other=True)  # the first author is not all of them
        return CardFacts(authors=tuple(name for name in _NAMES.split(value) if name))
    if label.startswith("organi"):
        return CardFacts(organisation=value)
    if label == "submitter":
        return CardFacts(submitter=value)
    if label in ("date", "published"):
        dated = printed_day(value)
        return CardFacts(day=dated[0]) if dated else None
    if found := _ADDRESS.fullmatch(value):
        return CardFacts(addresses=(found[1],))
    if label.startswith("arxiv"):
        return CardFacts(addresses=(f"https://arxiv.org/abs/{value}",)) if paper_id(value) else None
    count = read_count(value.lower())
    if count is None:
        return None
    return {
        "comments": CardFacts(comments=count, role="comments"),
        "stars": CardFacts(stars=count),
    }.get(label, CardFacts(upvotes=count, role="upvotes"))
