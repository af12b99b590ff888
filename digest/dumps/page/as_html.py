"""The saved page of papers as HTML: the JSON embedded in it, and what it shows.

The page carries its papers twice: whole in the `data-props` attribute that its scripts start
from, and shortened in its visible markup. The JSON leads; the markup adds papers that the JSON
lacks, and is all there is when a browser or a proxy dropped the attribute.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.dumps import dates, fields, hf_json, json_text
from digest.dumps.entries_to_dump import Harvest, latest_plausible
from digest.dumps.interface import Dump
from digest.dumps.page import recognising
from digest.dumps.page.daily_mail import read_saved
from digest.dumps.page.markup import read_html
from digest.dumps.page.reading import PageReading
from digest.dumps.page.records import to_dump, to_record
from digest.dumps.text import UTF16_MARKS
from digest.errors import DumpError
from digest.papers import title_key

_START = re.compile(
    r"\s*+(?:<\?xml[^>]*>\s*+)?(?>(?><!--.*?-->)\s*+)*+"
    r"<(?:!doctype\s+html|html|head|body|main|section|article|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_JATS = re.compile(r"<article-meta\b|<article\b[^<>]*\bdtd-version=")
# Links as Markdown, MediaWiki, Textile and Jira write them.
_LINK_OF_TEXT = re.compile(r"\]\((?:https?://|/)|\[https?://|\":https?://|\|https?://")
_PAPER_PATH = re.compile(r"(?:https?://(?:www\.)?huggingface\.co)?/papers/([\w./-]+?)(?:[?#].*)?")
MAX_BYTES = 16 * 1024 * 1024  # a saved page is 1 MB


class PageHtml:
    """The saved page as HTML."""

    name = "page-html"
    version = 7

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes begin an HTML document; never raises."""
        shown = _decode(head)
        if _START.match(shown) is None or _JATS.search(shown):
            return False
        # Markdown with HTML around its blocks is text.
        return len(_LINK_OF_TEXT.findall(shown)) <= shown.count("href=")

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a page. Raises DumpError when there is no paper on it."""
        if len(data) > MAX_BYTES:
            raise DumpError(f"more than {MAX_BYTES:,} bytes: no page is that large")
        markup = _decode(data)
        if fields.nested_too_deeply(markup):
            raise DumpError("HTML nested too deeply", line=1)
        tree = LexborHTMLParser(markup)
        embedded = _embedded(tree, _line_of(data, b"data-props"))
        reading = read_saved(read_html(tree))
        if not embedded.harvest.records:
            return self._shown(tree, embedded, reading, now, captured_on)
        harvest = embedded.harvest
        known = {title_key(each.source_title) for each in harvest.records}
        # The page of one paper shows others, too: those that it is compared with.
        for card in () if embedded.is_one_paper else reading.cards:
            if title_key(card.title.text) not in known and card.arxiv_id:
                published = card.facts.day.on(None) if card.facts.day else None
                position = len(harvest.records)
                harvest.records.append(to_record(card, position=position, published=published))
        day = embedded.stated or latest_plausible(embedded.days, today=now.date())
        return harvest.dump(self, captured_on or day or _printed_day(tree))

    def _shown(
        self,
        tree: LexborHTMLParser,
        embedded: _Embedded,
        reading: PageReading,
        now: datetime,
        captured_on: date | None,
    ) -> Dump:
        """Return what a page shows whose embedded data are gone, or were never there."""
        if not recognising.is_page(reading) and not _are_linked(reading):
            raise _refusal(tree, embedded.harvest)
        told = to_dump(reading, self, now=now, captured_on=captured_on or _printed_day(tree))
        return replace(told, rejections=(*embedded.harvest.rejections, *told.rejections))


def _are_linked(reading: PageReading) -> bool:
    """Return whether headings that lead to papers' own pages are what a page consists of."""
    linked = sum(card.arxiv_id is not None for card in reading.cards)
    return linked >= 1 and linked >= reading.refused_paragraphs


@dataclass(frozen=True, slots=True)
class _Embedded:
    """What the page's own JSON tells."""

    harvest: Harvest
    days: list[date | None] = field(default_factory=list)
    stated: date | None = None  # the day of the page
    is_one_paper: bool = False


def _embedded(tree: LexborHTMLParser, line: int | None) -> _Embedded:
    harvest = Harvest()
    for node in tree.css("[data-props]"):
        props = node.attributes.get("data-props") or ""
        if '"dailyPapers"' not in props and '"summary"' not in props:
            continue
        try:
            found = hf_json.elements_of(props)
        except DumpError as error:
            harvest.reject(line, f"embedded data: {error.reason}")
            continue
        placed = [json_text.Element(e.number, line or 1, e.value, e.problem) for e in found]
        read, days = hf_json.read_elements(placed)
        if read.records:
            alone = json_text.list_at(props, "dailyPapers") is None
            return _Embedded(read, days, _stated_day(props), alone)
        harvest.rejections += read.rejections
    return _Embedded(harvest)


def _stated_day(props: str) -> date | None:
    found = re.search(r'"dateString"\s*:\s*"(\d{4}-\d\d-\d\d)"', props)
    return dates.read_day(found[1]) if found else None


def _printed_day(tree: LexborHTMLParser) -> date | None:
    times = (node.attributes.get("datetime") for node in tree.css("header time, h1 time"))
    return next(filter(None, map(dates.read_day, times)), None)


def _refusal(tree: LexborHTMLParser, harvest: Harvest) -> DumpError:
    title = tree.css_first("title")
    called = f' (its title: "{_text(title)[:80]}")' if title else ""
    why = f": {harvest.rejections[0].reason}" if harvest.rejections else ""
    line = harvest.rejections[0].line if harvest.rejections else 1
    return DumpError(f"no papers on this page{called}{why}", line=line)


def _text(node: LexborNode) -> str:
    return " ".join(node.text().split())


def _decode(data: bytes) -> str:
    encoding = UTF16_MARKS.get(data[:2], "utf-8")
    return data.decode(encoding, "replace").lstrip("\ufeff")


def _line_of(data: bytes, sign: bytes) -> int | None:
    at = data.find(sign)
    return data.count(b"\n", 0, at) + 1 if at >= 0 else None
