"""Whether a text is a page of papers at all, and what it looks like when it is none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.dumps.page.card import Card
from digest.dumps.page.card_facts import paper_id
from digest.dumps.page.paragraphs import count_sentences
from digest.dumps.page.reading import PageReading
from digest.errors import DumpError

_ENOUGH = 2  # papers that only their words show: with fewer, any text might be a page
_UNDERSTOOD = 0.85

# What a text looks like: the share of its lines that must match. The first that fits is named.
_LOOKS: tuple[tuple[str, re.Pattern[str], float], ...] = (
    ("BibTeX", re.compile(r"\s*@\w+\s*[{(]|\s*\w+\s*=\s*[{\"].*[}\"],?$|\s*\}$"), 0.6),
    ("RIS", re.compile(r"[A-Z][A-Z0-9] {2}-"), 0.6),
    ("a list of addresses", re.compile(r"\s*(?:[-*]\s*)?<?https?://\S+$"), 0.6),
    ("a log", re.compile(r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\[?\w{3} \d{1,2} \d\d:\d\d:\d\d"), 0.5),
    ("a table", re.compile(r"[^,]{0,80}(?:,[^,]{0,80}){2,}$|[^\t]*\t.*$|\s*\|.*\|$"), 0.7),
    (
        "program code",
        re.compile(
            r"\s*(?:def |class |import |from \w+ import|return\b|if .*[:{]$|for .*[:{]$|#include|//"
            r"|/\*|\*/|function\b|const |let |var |public |private |@\w+)|.*[;{}(]$|\s*[)\]}],?$"
        ),
        0.35,
    ),
    ("a letter or a mail", re.compile(r"(?:From|To|Subject|Message-ID|Received): |Dear "), 0.15),
    ("a Markdown document", re.compile(r"#{1,6} |\s*[-*] |```|\s*\d+\. "), 0.15),
    ("running prose", re.compile(r".{40,}"), 0.5),
)  # fmt: skip


def is_page(reading: PageReading) -> bool:
    """Return whether a text is the page of papers, and most of it was understood."""
    papers = len(reading.cards) + reading.doubled
    if not papers:
        return False
    if reading.signs or any(map(_has_sites_facts, reading.cards)):
        return reading.refused_paragraphs <= papers + 1
    good = sum(map(_reads_like_paper, reading.cards)) + reading.doubled
    good += sum(_is_linked(card) and not _reads_like_paper(card) for card in reading.cards)
    papers -= reading.cut_at is not None and not _reads_like_paper(reading.cards[-1])
    return good >= _ENOUGH and 2 * good >= _UNDERSTOOD * (2 * papers + reading.refused_paragraphs)


def refusal(reading: PageReading, lines: Sequence[str]) -> DumpError:
    """Return the error for a text that is no page of papers, saying what it looks like."""
    if reading.signs and not reading.cards and not reading.refused:
        return DumpError("a page without papers: only its header was saved")
    first = reading.refused[0] if reading.refused else None
    misfit = f"; first misfit: {first.reason}" if first else ""
    line = (first.line if first else None) or 1
    if reading.signs and reading.cards:
        reason = f"most of this page is not understood ({len(reading.cards)} papers are){misfit}"
        return DumpError(reason, line=line)
    return DumpError(
        f"no saved page of papers: it looks like {looks_like(lines)}{misfit}", line=line
    )


def looks_like(lines: Sequence[str]) -> str:
    """Return what a text looks like, in words."""
    filled = [line for line in lines[:2_000] if line.strip()]
    for name, pattern, share in _LOOKS:
        if sum(bool(pattern.match(line)) for line in filled) >= max(1, share * len(filled)):
            return name
    return "some other text"


def _has_sites_facts(card: Card) -> bool:
    """Return whether a card tells what only this site prints."""
    facts = card.facts
    on_site = any(
        "huggingface.co" in link for link in (*card.title.pieces[0].links, *facts.addresses)
    )
    return (
        facts.author_count is not None
        or bool(facts.submitter)
        or (on_site and any(map(paper_id, (*card.title.pieces[0].links, *facts.addresses))))
    )


def _is_linked(card: Card) -> bool:
    """Return whether a marked title leads to a paper of its own: a list of papers is so kept."""
    title = card.title.pieces[0]
    return title.heading and any(map(paper_id, title.links)) and card.title.text.count(" ") >= 2


def _reads_like_paper(card: Card) -> bool:
    """Return whether words alone show a paper: code, logs and manuals have other ones."""
    if card.abstract is None:
        return False
    title, abstract = card.title.text, card.abstract.text
    marked = card.title.pieces[0].heading  # any document has headings with prose below
    letters = sum(c.isalpha() or c.isspace() for c in abstract)
    return (
        len(abstract) >= max(350 if marked else 200, 2 * len(title))
        and count_sentences(abstract) >= (3 if marked else 2)
        and title.count(" ") >= (2 if marked else 0)
        and letters >= 0.85 * len(abstract)
        and title[0] not in "#*-|<>{[/=+:;`~" + "•"
        and title[-1] not in ".;,:{\\"
        and sum(c.isalpha() or c.isspace() for c in title) >= 0.7 * len(title)
    )
