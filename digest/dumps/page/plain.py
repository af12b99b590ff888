"""Text of every kind to pieces: plain, quoted, with bullets, or as some tool's Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from digest.dumps import text
from digest.dumps.page import furniture
from digest.dumps.page.broken_words import rejoined, without_soft_hyphens
from digest.dumps.page.footnotes import footnoted_links
from digest.dumps.page.hanging_lines import LONGEST_TITLE_LINES, hangs
from digest.dumps.page.light_markup import as_markdown
from digest.dumps.page.line_words import calls_for_more
from digest.dumps.page.markdown import Linked, is_markdown, resolve_links
from digest.dumps.page.paragraphs import closes_sentence
from digest.dumps.page.pieces import Piece, Source
from digest.dumps.page.printed import joined_over_edges, sheet_edges
from digest.dumps.page.printed_cards import printed_cards
from digest.dumps.page.tables import Cell, table_rows
from digest.errors import DumpError

MAX_LINES = 200_000  # a page of 300 papers, each line followed by a blank one, has 20,000

_QUOTED = re.compile(r"\s*>(?:\s?>)*(?:\s|$)")
_FENCE = re.compile(r"\s*(?:```|~~~)\s*[\w-]*\s*$")
_RULE = re.compile(r"\s*([-*_=~])(?:\s*\1){2,}\s*$")
_HEADING = re.compile(r"#{1,6}\s+(?P<text>.*?)\s*#*")
_BOLD = re.compile(r"(\*\*|__|\*|_)(?P<text>\S(?:.*\S)?)\1")
# "**A title**: its abstract", "Title: …", "**Authors:** …", "Abstract: …"
_BOLD_LEAD = re.compile(
    r"(?:[-*+•]\s+|\d{1,3}[.)]\s+)*+(?:\*\*|__)(?P<title>[^*:][^*]{13,}?[^*:])(?:\*\*|__)\s*[:.—–-]?\s+"
    r"(?P<rest>\S.*)"
)
_BOLD_MARKS = ("**", "__")
_BOLD_LINES = 5  # at most, after its first
_FEW_BULLETS = 0.02  # of a text's lines
_LONG_LINE = 25  # characters
_LONGEST_REST = 120  # characters of a heading's second line
_LONG_REST = 80  # characters
_LOWER = re.compile(r"[a-z]")
_TITLE_LABEL = re.compile(r"(?:[-*+•]\s+)*+(?:\*\*|__)?(?:paper )?title(?:\*\*|__)?\s?:\s?", re.I)
_BOLD_LABEL = re.compile(
    r"^(?:[-*+•]\s+)?(?:\*\*|__)(\w[\w ]{1,20})(?::(?:\*\*|__)|(?:\*\*|__):)\s*"
)
_ABSTRACT_LABEL = re.compile(
    r"^(?:[-*+•]\s+)*+(?:abstract|summary|tl;?dr)\s?[:—–]\s(?=.{40})", re.IGNORECASE
)
_BULLET = re.compile(r"(?:(?:[-*+•·∙◦▪‣●○□■–—]|☆(?=\s[^\W\d]))\s+)+(?=\S)")  # ☆ 12k: of GitHub
_BARE = re.compile(
    r"(?:\[\] ?|(?:[*+o•] )?\(BUTTON\) )+(?=\S)"
)  # pictures and buttons without marks
# "Self-" / "Distillation", but "pre-" / "and post-training": lines are broken at hyphens too.
_HYPHEN_AT_END = re.compile(r"(?<=[^\W\d_])- (?=[^\W\d_])(?!(?:and|or|to|und|oder)\b)")
_FIELD = re.compile(r"[\w-]+:(?:\s.*)?")
_TAG = re.compile(
    r"</?(?:a|img|br|div|span|p|details|summary|sub|sup|b|i|em|strong|hr|center|picture|source"
    r"|h[1-6]|ul|ol|li|table|tr|td|th|tbody|thead)\b[^<>]*>",
    re.IGNORECASE,
)
_UNESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def read_text(lines: text.Lines) -> Source:
    """Return a text's pieces. Raises DumpError when it has too many lines for a page."""
    if len(lines.all) > MAX_LINES:
        raise DumpError(f"more than {MAX_LINES:,} lines: no page is that long", line=MAX_LINES)
    told = map(text.without_unseen, without_soft_hyphens(lines.all))
    bare = [_CONTROLS.sub("", line) for line in told]
    plain = _unquoted(list(bare))
    markup = _front_matter(plain)
    plain = as_markdown(plain)
    # A quoted gap, signs that show nothing, or a line of marks alone.
    markup |= {n for n, line in enumerate(plain, 1) if not line.strip() and lines.all[n - 1]}
    edges = sheet_edges(plain)
    plain = ["" if n in edges else line for n, line in enumerate(plain, 1)]
    markup |= edges
    linked = footnoted_links(plain) or Linked(tuple(plain))
    if not linked.definitions and is_markdown(plain):
        linked = resolve_links(plain)
    markup |= linked.definitions
    pieces = _pieces(linked, markup, marked=linked.is_marked)
    if edges:
        pieces = printed_cards(joined_over_edges(pieces, edges))
    pieces = rejoined(_without_stray_bullets(pieces))
    return Source(tuple(pieces), frozenset(markup), lines.bad)


def _unquoted(lines: list[str]) -> list[str]:
    """Take off the ">" of a quoted text: three such lines in a row, for one may be a formula."""
    quoted = [_QUOTED.match(line) for line in lines]
    run = 0
    for at in range(len(lines) + 1):
        if at < len(lines) and quoted[at]:
            run += 1
            continue
        if run >= 3:
            for back in range(at - run, at):
                found = quoted[back]
                lines[back] = lines[back][found.end() :] if found else lines[back]
        run = 0
    return lines


def _front_matter(lines: Sequence[str]) -> set[int]:
    """Return the lines of the fields that a crawler has put above a page, between rules."""
    if not lines or lines[0].strip() != "---":
        return set()
    for number, line in enumerate(lines[1:60], start=2):
        if line.strip() == "---":
            return set(range(1, number + 1))
        if line.strip() and not _FIELD.match(line.strip()) and not line.startswith((" ", "-")):
            break
    return set()


def _pieces(linked: Linked, markup: set[int], *, marked: bool) -> list[Piece]:
    pieces: list[Piece] = []
    gap = True
    skip_to = 0
    rows = table_rows(linked.lines)
    spans = {**_bold_over_lines(linked.lines), **linked.spans}
    labelled = sum(_TITLE_LABEL.match(line.strip()) is not None for line in linked.lines) >= 2
    for number, line in enumerate(linked.lines, start=1):
        if number <= skip_to:
            continue
        if number in rows:
            pieces += _of_row(rows[number], number, linked.links_between(number, number))
            markup.add(number)
            gap = True
            continue
        seen = text.visible(line)
        span = _span_from(number, spans)
        if span > number:
            seen = " ".join(filter(None, map(_block_text, linked.lines[number - 1 : span])))
            seen = _HYPHEN_AT_END.sub("-", seen)
            skip_to = span
        whole = bool(skip_to >= number)
        if number in markup or not seen or _FENCE.fullmatch(line):
            _note_blank(markup, number, seen, linked, pieces)
            gap = True
            continue
        if _RULE.fullmatch(line):
            _underline(pieces, line, gap=gap)
            markup.add(number)
            gap = True
            continue
        is_heading = whole and _HEADING.fullmatch(text.visible(line)) is not None
        for shown in _parts_of_line(seen, _after(linked.lines, number), labelled=labelled):
            piece = _piece(shown, number, skip_to, gap=gap, marked=marked, whole=whole)
            if piece is not None:
                is_marked = piece.heading or is_heading
                length = _indent(line) + max(len(piece.raw), len(piece.text))
                if "\\" in line:  # it was wrapped with its escapes
                    length = max(length, len(line.expandtabs(4).rstrip()))
                piece = replace(piece, heading=is_marked, printed=length)
            links = linked.links_between(number, max(number, skip_to))
            if piece is None:
                markup.add(number)
                _attach(pieces, number, links)
            elif not _joins_heading(pieces, piece, gap=gap, hangs=hangs(linked.lines, number)):
                pieces.append(_with_links(piece, links))
            gap = False
    return pieces


def _span_from(number: int, spans: Mapping[int, int]) -> int:
    """Return where a link over several lines ends, and what begins on its last line."""
    last = number
    while (further := spans.get(last, 0)) > last:
        last = further
    return last


def _bold_over_lines(lines: Sequence[str]) -> dict[int, int]:
    """Return the first and last lines of bold text that line ends have broken."""
    spans: dict[int, int] = {}
    for number, line in enumerate(lines, start=1):
        mark = line.strip()[:2]
        if mark not in _BOLD_MARKS or line.count(mark) != 1:
            continue
        for last in range(number, min(number + _BOLD_LINES, len(lines))):
            following = lines[last].strip()
            if not following or (mark in following and not following.endswith(mark)):
                break
            if following.endswith(mark):
                spans[number] = last + 1
                break
    return spans


def _indent(line: str) -> int:
    spread = line.expandtabs(4)
    return len(spread) - len(spread.lstrip())


def _without_stray_bullets(pieces: Sequence[Piece]) -> list[Piece]:
    """Take a dash in mid-sentence for one that a wrapped line happens to begin with.

    Bylines may have bullets of another sign.
    """
    signs = Counter(piece.raw[:1] for piece in pieces if piece.item)
    few = {sign for sign, n in signs.items() if n <= max(2, _FEW_BULLETS * len(pieces))}
    if not few:
        return list(pieces)
    found = list(pieces[:1])
    for before, piece in pairwise(pieces):
        is_item = piece.item and piece.raw[:1] in few
        is_stray = is_item and not piece.gap and len(before.text) >= _LONG_LINE
        if is_stray and not (before.item or closes_sentence(before.text) or piece.heading):
            found.append(replace(piece, text=piece.raw, item=False))
        else:
            found.append(piece)
    return found


def _note_blank(
    markup: set[int], number: int, seen: str, linked: Linked, pieces: list[Piece]
) -> None:
    """Note a line that only marks stood on; what it leads to belongs to the line before."""
    links = linked.links_between(number, number)
    if seen or links or number in linked.stripped:
        markup.add(number)
        _attach(pieces, number, links)


def _attach(pieces: list[Piece], number: int, links: tuple[str, ...]) -> None:
    """Take the address of a link without words, as a picture's, for a piece of its own."""
    pieces.extend(Piece(link, number, number, gap=True, raw=link) for link in links)


def _with_links(piece: Piece, links: tuple[str, ...]) -> Piece:
    return replace(piece, links=links) if links else piece


def _underline(pieces: list[Piece], rule: str, *, gap: bool) -> None:
    """Take a line of dashes right below a line of text for a heading's underline."""
    if pieces and not gap and len(rule.strip()) >= 0.5 * len(pieces[-1].text) > 1:
        pieces[-1] = replace(pieces[-1], heading=True, whole=True)


def _joins_heading(pieces: list[Piece], piece: Piece, *, gap: bool, hangs: bool) -> bool:
    """Join the second line of a heading, or of a title, that a line end has broken.

    `hangs`: it stands below it as arXiv prints a title's second line, indented by two.
    """
    if gap or not pieces or piece.heading or piece.item:
        return False
    last = pieces[-1]
    if len(piece.text) > _LONGEST_REST or piece.last - last.line > LONGEST_TITLE_LINES:
        return False
    goes_on = last.heading and (piece.text[0].islower() or calls_for_more(last.text))
    if not goes_on and not (hangs and not closes_sentence(last.text)):
        return False
    joined = _HYPHEN_AT_END.sub("-", f"{last.text} {piece.text}")
    pieces[-1] = replace(last, text=joined, last=piece.last, raw=joined)
    return True


def _block_text(line: str) -> str:
    """Return one line of several that one link spans."""
    seen = text.visible(line)
    if found := _HEADING.fullmatch(seen):
        seen = found["text"]
    return "" if _BULLET.fullmatch(f"{seen} x") else seen


def _piece(
    seen: str, number: int, last: int, *, gap: bool, marked: bool, whole: bool
) -> Piece | None:
    """Return one line's piece, or None when it holds nothing but marks."""
    raw = seen = _BARE.sub("", seen)
    heading, level = False, 0
    if marked:
        seen = _UNESCAPED.sub(r"\1", re.sub(r"\\+(?=\s|$)", "", _TAG.sub(" ", seen)))
        raw = seen = text.visible(seen)
    item = False
    for _ in range(4):
        if found := _HEADING.fullmatch(seen):
            heading, level = True, len(seen) - len(seen.lstrip("#"))
            seen = found["text"]
        elif (found := _BULLET.match(seen)) and found.end() < len(seen):
            seen, item = seen[found.end() :], True
        elif (found := _BOLD.fullmatch(seen)) and found[1] not in found["text"]:
            heading = heading or len(found[1]) == 2
            seen = found["text"]
        else:
            break
    if not seen or seen in ("[", "]", "[]", "()"):
        return None
    return Piece(
        seen,
        number,
        max(number, last),
        gap,
        heading,
        item,
        (),
        whole or heading,
        raw or seen,
        level,
    )


def _of_row(cells: Sequence[Cell], number: int, links: tuple[str, ...]) -> Iterator[Piece]:
    """Yield a row's cells as a card's lines; what the row leads to is its title's."""
    for cell in cells:
        piece = _piece(cell.text, number, number, gap=True, marked=True, whole=True)
        if piece is not None:
            own = links if cell.is_title else ()
            yield replace(piece, heading=cell.is_title, links=own)


def _parts_of_line(seen: str, after: str, *, labelled: bool) -> Iterator[str]:
    """Yield what stands on one line: a bold title and its abstract may share it."""
    for shown in _unglued(seen, after):
        found = _BOLD_LEAD.fullmatch(shown)
        if found and (len(found["rest"]) >= _LONG_REST or _LOWER.match(after)):
            yield f"**{found['title']}**"
            yield found["rest"]
        elif labelled and (found := _TITLE_LABEL.match(shown)) and found.end() < len(shown):
            yield f"**{shown[found.end() :].strip('*_ ')}**"
        else:
            yield _ABSTRACT_LABEL.sub("", _BOLD_LABEL.sub(r"\1: ", shown, count=1), count=1)


def _after(lines: Sequence[str], number: int) -> str:
    """Return the next line that shows something."""
    return next(filter(None, map(text.visible, lines[number : number + 4])), "")


def _unglued(seen: str, after: str) -> list[str]:
    """Part a page from the next one where no line end stood between them."""
    at = seen.find(furniture.SIGN_TEXT)
    if at > 0 and seen[at - 1] not in " (\"'“":
        return [*_unglued(seen[:at], seen[at:]), seen[at:]]
    head = seen.removesuffix("new")
    if head not in (seen, "") and head[-1] != " " and after.startswith(furniture.SIGN_TEXT):
        return [head, "new"]
    return [seen]
