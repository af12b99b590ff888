"""The saved page of papers as HTML: the JSON embedded in it, and what it shows.

The page carries its papers twice: whole in the `data-props` attribute that its scripts start
from, and shortened in its visible markup. The JSON leads; the markup adds papers that the JSON
lacks, and is all there is when a browser or a proxy dropped the attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.dumps import dates, fields, hf_json, json_text, record
from digest.dumps.harvest import Entry, Harvest, latest_plausible
from digest.dumps.interface import Dump
from digest.dumps.page_dates import read_day
from digest.errors import DumpError
from digest.papers import Link, PaperRecord, title_key

_START = re.compile(
    r"\s*+(?:<\?xml[^>]*>\s*+)?(?>(?><!--.*?-->)\s*+)*+"
    r"<(?:!doctype\s+html|html|head|body|main|section|article|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_PAPER_PATH = re.compile(r"(?:https?://(?:www\.)?huggingface\.co)?/papers/([\w./-]+?)(?:[?#].*)?")
_HEADINGS = ", ".join(f'h{level} a[href*="/papers/"]' for level in (1, 2, 3, 4))
MAX_BYTES = 16 * 1024 * 1024  # a saved page is 1 MB
_MAX_CARDS = 2_000
_MAX_CLIMB = 8  # levels between a card's heading and the card
_AUTHORS = re.compile(r"(\d{1,5}) authors?")


class PageHtml:
    """The saved page as HTML."""

    name = "page-html"
    version = 2

    def recognises(self, head: bytes) -> bool:
        """Say whether these first bytes begin an HTML document; never raises."""
        return _START.match(_decode(head)) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a page. Raises DumpError when there is no paper on it."""
        if len(data) > MAX_BYTES:
            raise DumpError(f"more than {MAX_BYTES:,} bytes: no page is that large")
        markup = _decode(data)
        if fields.nested_too_deeply(markup):
            raise DumpError("HTML nested too deeply", line=1)
        tree = LexborHTMLParser(markup)
        embedded = _embedded(tree, _line_of(data, b"data-props"))
        harvest = embedded.harvest
        known = {title_key(each.source_title) for each in harvest.records}
        # The page of one paper shows others, too: those that it is compared with.
        for number, card in enumerate(() if embedded.is_one_paper else _cards(tree), start=1):
            if title_key(card.values["title"]) not in known:
                harvest.add(Entry(number, None, card.values), _shown)
        if not harvest.records:
            raise _refusal(tree, harvest)
        day = embedded.stated or latest_plausible(embedded.days, today=now.date())
        day = day or _printed_day(tree)
        return harvest.dump(self, captured_on or day)


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


def _cards(tree: LexborHTMLParser) -> Iterator[Entry]:
    """Yield the papers that the page shows, each with what its card tells."""
    seen: set[str] = set()
    for number, heading in enumerate(tree.css(_HEADINGS)[:_MAX_CARDS], start=1):
        path = _PAPER_PATH.fullmatch(heading.attributes.get("href") or "")
        title = _text(heading)
        if path and title and path[1] not in seen:
            seen.add(path[1])
            yield Entry(number, None, {"id": path[1], "title": title, **_told(_card(heading))})


def _card(heading: LexborNode) -> LexborNode:
    """Return the largest element around a heading that holds no other paper's heading."""
    card = heading
    for _ in range(_MAX_CLIMB):
        parent = card.parent
        if parent is None or parent.tag in ("body", "html", "main"):
            break
        if len(parent.css(_HEADINGS)) > 1:
            break
        card = parent
    return card


def _told(card: LexborNode) -> dict[str, object]:
    told: dict[str, object] = {}
    paragraphs = [_text(p) for p in card.css("p")]
    told["summary"] = max(paragraphs, key=len, default="")
    told["authors"] = next(
        filter(None, (_AUTHORS.search(_text(li)) for li in card.css("li"))), None
    )
    told["comments"] = next(
        (_text(a) for a in card.css('a[href$="#community"]') if _text(a).isdigit()), None
    )
    told["upvotes"] = next((_text(n) for n in card.css("label") if _text(n).isdigit()), None)
    times = [time.attributes.get("datetime") for time in card.css("time")]
    told["published"] = next(filter(None, map(dates.read_day, times)), None) or _day_in(card)
    repositories = [a.attributes.get("href") for a in card.css('a[href*="github.com/"]')]
    told["code"] = next(filter(None, map(fields.web_address, repositories)), None)
    return told


def _day_in(card: LexborNode) -> date | None:
    """Return the day printed with its year in a card (`Published on Nov 25, 2022`)."""
    for node in card.css("div, span, p"):
        shown = _text(node)
        if len(shown) < 40:
            day = read_day(shown.removeprefix("Published on").strip())
            if day and day[0].year:
                return day[0].on(None)
    return None


def _shown(entry: Entry) -> PaperRecord:
    values = entry.values
    arxiv_id, links = hf_json.paper_links(entry.text("id"))
    authors = values.get("authors")
    return record.build_record(
        tex_source="page",
        title=entry.title("title"),
        abstract=entry.text("summary"),
        position=entry.position,
        author_count=int(authors[1]) if authors else None,
        published=values.get("published"),
        comments=entry.count("comments"),
        upvotes=entry.count("upvotes"),
        links=(*links, *([Link("code", values["code"])] if values.get("code") else [])),
        arxiv_id=arxiv_id,
    )


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
    encoding = _UTF16.get(data[:2], "utf-8")
    return data.decode(encoding, "replace").lstrip("\ufeff")


def _line_of(data: bytes, sign: bytes) -> int | None:
    at = data.find(sign)
    return data.count(b"\n", 0, at) + 1 if at >= 0 else None
