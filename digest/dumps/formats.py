"""Which formats there are, and which of them a dump is in.

A dump is recognised by what it holds, never by its name. Plug-ins add formats by the entry
point group `digest.formats` (docs/sources.md has an example of 30 lines).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from digest.dumps import text
from digest.dumps.arxiv import Arxiv
from digest.dumps.arxiv_list import ArxivList
from digest.dumps.arxiv_mail import ArxivMail
from digest.dumps.bibtex import BibTeX
from digest.dumps.biorxiv import Biorxiv
from digest.dumps.broken_off import break_of
from digest.dumps.controls import CleanText, without_controls
from digest.dumps.csl_json import CSL_JSON
from digest.dumps.csv_table import CsvTable
from digest.dumps.europe_pmc import EuropePmc
from digest.dumps.feed import Feed
from digest.dumps.hf_json import HuggingFaceJson
from digest.dumps.interface import Dump, Format, Rejection
from digest.dumps.json_feed import JsonFeed
from digest.dumps.nbib import NBIB
from digest.dumps.oai_pmh import OaiPmh
from digest.dumps.openalex import OPENALEX
from digest.dumps.openreview import OPENREVIEW
from digest.dumps.page.as_html import PageHtml
from digest.dumps.page.as_mhtml import PageMhtml
from digest.dumps.page.as_rtf import PageRtf
from digest.dumps.page.as_text import PageText
from digest.dumps.page.as_webarchive import BINARY_SIGN, PageWebarchive
from digest.dumps.pubmed_xml import PubmedXml
from digest.dumps.refer import REFER
from digest.dumps.ris import RIS
from digest.dumps.scholar_alert import ScholarAlert
from digest.dumps.semantic_scholar import SEMANTIC_SCHOLAR
from digest.dumps.unrecognised import appearance
from digest.dumps.wos import WEB_OF_SCIENCE
from digest.errors import DumpError

ENTRY_POINT_GROUP = "digest.formats"
HEAD_BYTES = 64 * 1024  # what `Format.recognises` is shown

# Asked in this order, each only when nothing before it recognised the dump: they take whatever
# of their family is left, so a format for one particular feed needs no priority over them.
_FALLBACKS = ("feed", "csv", "page-html", "page-text")


@dataclass(frozen=True, slots=True)
class BrokenPlugIn:
    """A plug-in that was announced but cannot be used."""

    name: str
    reason: str


def built_in_formats() -> tuple[Format, ...]:
    """Return the formats that come with digest."""
    return (
        PageText(),
        PageHtml(),
        PageMhtml(),
        PageWebarchive(),
        PageRtf(),
        HuggingFaceJson(),
        Arxiv(),
        Biorxiv(),
        Feed(),
        JsonFeed(),
        CSL_JSON,
        OPENALEX,
        SEMANTIC_SCHOLAR,
        OPENREVIEW,
        EuropePmc(),
        PubmedXml(),
        OaiPmh(),
        ArxivList(),
        ArxivMail(),
        ScholarAlert(),
        CsvTable(),
        NBIB,
        WEB_OF_SCIENCE,
        REFER,
        BibTeX(),
        RIS,
    )


def all_formats() -> tuple[Format, ...]:
    """Return every usable format, the built-in ones first."""
    return _load()[0]


def broken_plug_ins() -> tuple[BrokenPlugIn, ...]:
    """Return the plug-ins that were left out, each with the reason."""
    return _load()[1]


def recognise(data: bytes, *, formats: Iterable[Format] | None = None) -> Format:
    """Return the one format that these bytes are in.

    Raises DumpError when no format fits (saying what was looked for), or when several do
    (naming them: say which with `format_name`).
    """
    known = tuple(all_formats() if formats is None else formats)
    head = _clean(data[:HEAD_BYTES]).data
    found = [each for each in known if each.name not in _FALLBACKS and _fits(each, head)]
    own = {each.name for each in built_in_formats()}
    if head.startswith(BINARY_SIGN):  # of our own formats only one is no text
        own.remove(PageWebarchive.name)
        found = [each for each in found if each.name not in own]
    elif {each.name for each in found} <= own:
        text.refuse_other_files(data)  # only a plug-in may read archives and the like
    for name in _FALLBACKS:
        found = found or [each for each in known if each.name == name and _fits(each, head)]
    if len(found) > 1:
        raise DumpError(f"it could be {_listed(found, 'or')}: name the format to read it as")
    if not found:
        text.decode_text(data)  # empty, binary or in another encoding: it says so, with the line
        there_are = f"none of {_listed(known, 'and')}{_left_out()}"
        raise DumpError(f"it looks like {appearance(data)}; it is {there_are}", line=1)
    return found[0]


def read(
    data: bytes, *, now: datetime, captured_on: date | None = None, format_name: str | None = None
) -> Dump:
    """Read a dump, in the named format or in the one that its content shows.

    `now` (aware) resolves dates without a year; `captured_on` overrides the dump's own day.
    Control characters within the text are left out first, and told of in the notes.
    Raises DumpError when the bytes are no dump that a format can read.
    """
    clean = _clean(data)
    chosen = recognise(data) if format_name is None else format_named(format_name)
    try:
        dump = chosen.parse(clean.data, now=now, captured_on=captured_on)
    except DumpError:
        raise
    except Exception as error:  # a format's own bug must not lose the rest of the batch
        raise DumpError(f"the format {chosen.name} failed on it: {error!r}") from error
    notes = clean.notes
    if broken := break_of(clean.data):
        notes = (*notes, Rejection(clean.data.count(b"\n") + 1, f"it looks cut off: {broken}"))
    return replace(dump, notes=(*dump.notes, *notes)) if notes else dump


def format_named(name: str) -> Format:
    """Return the format of this name. Raises DumpError, naming those there are."""
    for each in all_formats():
        if each.name == name:
            return each
    raise DumpError(
        f"there is no format {name!r}: there are {_listed(all_formats(), 'and')}{_left_out()}"
    )


def load_plug_ins(
    points: Iterable[EntryPoint], taken: Iterable[str] = ()
) -> tuple[tuple[Format, ...], tuple[BrokenPlugIn, ...]]:
    """Load formats from entry points; one that fails is left out with its reason.

    `taken` are the names that a plug-in may not use.
    """
    names = set(taken)
    usable: list[Format] = []
    broken: list[BrokenPlugIn] = []
    for point in sorted(points, key=lambda point: point.name):
        try:
            loaded = point.load()
            plug_in: Format = loaded() if isinstance(loaded, type) else loaded
            reason = _objection(plug_in, names)
        except Exception as error:  # somebody else's code: anything may go wrong
            reason = f"it cannot be loaded: {error!r}"
        if reason:
            broken.append(BrokenPlugIn(point.name, reason))
        else:
            usable.append(plug_in)
            names.add(plug_in.name)
    return tuple(usable), tuple(broken)


def _objection(plug_in: Format, names: set[str]) -> str | None:
    for attribute, kind in (("name", str), ("version", int)):
        if not isinstance(getattr(plug_in, attribute, None), kind):
            return f"its {attribute} is no {kind.__name__}"
    for method in ("recognises", "parse"):
        if not callable(getattr(plug_in, method, None)):
            return f"it has no method {method}"
    return f"the name {plug_in.name!r} is taken" if plug_in.name in names else None


@cache
def _load() -> tuple[tuple[Format, ...], tuple[BrokenPlugIn, ...]]:
    own = built_in_formats()
    found, broken = load_plug_ins(
        entry_points(group=ENTRY_POINT_GROUP), [each.name for each in own]
    )
    return own + found, broken


def _fits(candidate: Format, head: bytes) -> bool:
    try:
        return bool(candidate.recognises(head))
    except Exception:  # a plug-in that breaks its promise recognises nothing
        return False


def _clean(data: bytes) -> CleanText:
    """Return a file as formats read it: in UTF-8 or UTF-16, without control characters."""
    if data.startswith(BINARY_SIGN):
        return CleanText(data)
    return without_controls(text.from_wide(data))


def _listed(formats: Iterable[Format], conjunction: str) -> str:
    *most, last = [each.name for each in formats] or ["nothing"]
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def _left_out() -> str:
    broken = broken_plug_ins()
    return "".join(f"; the plug-in {each.name} was left out ({each.reason})" for each in broken)
