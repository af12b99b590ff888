r"""Papers as BibTeX: UTF-8, with TeX's own ten signs escaped.

Braces are written by name (`{\textbraceleft}`), since BibTeX counts them wherever they stand.
http://mirrors.ctan.org/biblio/bibtex/base/btxdoc.pdf
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from digest.composing.links import own_url
from digest.papers import Paper, arxiv_id_of, doi_of
from digest.web.citations.person import person_of

_ESCAPED = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        "`": r"{\textasciigrave}",
        **{sign: "\\" + sign for sign in "$&%#_"},
    }
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PAIRS = re.compile(r"(?<=([-'?!,<>]))(?=\1)")  # ligatures of TeX's fonts: `--`, `''`
_WORD = re.compile(r"[a-z0-9]+")
_TELLING = 4  # words of a title that hardly another paper has
_IDLE = frozenset({"a", "an", "the", "on", "of", "in", "for", "to", "and", "with", "is", "are"})


def written_bibtex(papers: Sequence[Paper]) -> str:
    """Return an entry for each paper, under keys such as `moss2026replay`."""
    taken: dict[str, int] = {}
    return "\n".join(_entry(paper, _key(paper, taken)) for paper in papers)


def _entry(paper: Paper, key: str) -> str:
    fields = [
        ("title", f"{{{_escaped(paper.title)}}}"),  # in braces of its own: capitals stay
        ("author", " and ".join(map(_author, paper.authors))),
        ("journal", _escaped(paper.venue or "")),
    ]
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields if value.strip("{}")]
    if day := paper.published:
        lines.append(f"  year = {{{day.year:04}}},\n  month = {_MONTHS[day.month - 1]},\n")
        lines.append(f"  day = {{{day.day}}},\n")
    if arxiv_id := arxiv_id_of(paper):
        lines.append(f"  eprint = {{{arxiv_id}}},\n  archiveprefix = {{arXiv}},\n")
    plain = [("doi", doi_of(paper)), ("url", own_url(paper))]  # verbatim, as biblatex reads them
    lines += [f"  {name} = {{{value}}},\n" for name, value in plain if value]
    told = [("keywords", ", ".join(paper.keywords)), ("abstract", paper.abstract)]
    lines += [f"  {name} = {{{_escaped(value)}}},\n" for name, value in told if value]
    return f"@{'article' if paper.venue else 'misc'}{{{key},\n{''.join(lines)}}}\n"


def _escaped(text: str) -> str:
    return _PAIRS.sub("{}", " ".join(text.split()).translate(_ESCAPED))


def _author(name: str) -> str:
    """Return a name as BibTeX takes it apart: `van der Berg, Jr., Ann`, or whole in braces."""
    person = person_of(name)
    if not person.given:
        return f"{{{_escaped(person.family)}}}"
    family = " ".join(filter(None, (person.particle, person.family)))
    return ", ".join(_escaped(part) for part in (family, person.suffix, person.given) if part)


def _key(paper: Paper, taken: dict[str, int]) -> str:
    """Return a key that no other entry of the file has."""
    family = person_of(paper.authors[0]).family if paper.authors else ""
    words = [word for word in _WORD.findall(_ascii(paper.title)) if word not in _IDLE]
    year = f"{paper.published.year:04}" if paper.published else ""
    # Without a name and a year the title's first word alone would meet others' in merged files.
    told = words[:1] if family and year else words[:_TELLING]
    key = "".join([*_WORD.findall(_ascii(family)), year, *told])[:60] or f"paper{paper.id}"
    taken[key] = taken.get(key, 0) + 1
    return key if taken[key] == 1 else f"{key}-{taken[key]}"


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
