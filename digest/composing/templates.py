"""The mail's templates: found in two folders, checked, put through MJML once, cut into pieces.

A template is MJML with Jinja inside. The order is: Jinja is left alone, MJML makes HTML of it
once per process, and what comes out is a Jinja template again, rendered per language and per
paper. `<!-- piece:NAME -->` marks where the HTML is cut: an issue is joined from pieces.

A file of the operator's folder replaces the shipped file of the same name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import mjml
from jinja2 import Environment, StrictUndefined, TemplateSyntaxError, meta, nodes
from markupsafe import Markup

from digest.composing.locales import Catalogue
from digest.composing.mjml_check import check_mjml
from digest.composing.slots import wrap_or_wait
from digest.composing.wrapping import wrap
from digest.errors import TemplateError

_PIECE = re.compile(r"<!-- piece:([a-z]+) -->\n?")
_INCLUDE = re.compile(r"<mj-include\s+path=[\"']([^\"']+)[\"']\s*/>")
_INCLUDED = re.compile(r"(?:include|path=)\s*[\"']([^\"']+)[\"']")
_SUFFIXES = (".mjml", ".html", ".txt")
_MENDED = (  # what MJML's output lacks for clients that strip styles, or has too much
    (re.compile(r"\s*\n\s*"), "\n"),
    (
        re.compile(r'align="center" style="width:100%;"'),
        'align="center" width="100%" style="width:100%;"',
    ),
    (re.compile(r"direction:ltr"), "direction:{{ dir }}"),
    (re.compile(r'\sbgcolor="[^"]*"'), ""),  # with styles gone, link blue would stand on it
    (re.compile(r"background:(?=#|\{\{)"), "background-color:"),  # Outlook wants the long form
)


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """One template file."""

    name: str
    path: Path
    text: str


class Templates:
    """The shipped templates, and before them the operator's own."""

    def __init__(self, shipped: Path, override: Path | None = None) -> None:
        self.shipped = shipped
        self.override = override
        self._html: dict[str, str] = {}

    def source(self, name: str) -> TemplateSource:
        """Return a template's text; raise TemplateError if it is missing or cannot be read."""
        for folder in (self.override, self.shipped):
            if folder is not None and (file := folder / name).is_file():
                try:
                    return TemplateSource(name, file, file.read_text(encoding="utf-8"))
                except (OSError, UnicodeDecodeError) as error:
                    raise TemplateError(f"cannot be read: {error}", template=str(file)) from None
        renamed = self.renamed(name)
        hint = f"; it is {renamed} now" if renamed else ""
        raise TemplateError(f"there is no such template{hint}", template=name)

    def renamed(self, name: str) -> str | None:
        """Return what a template of this name is called that changed between MJML and HTML."""
        own = Path(name)
        other = own.with_suffix({".mjml": ".html", ".html": ".mjml"}.get(own.suffix, own.suffix))
        shipped = not (self.shipped / name).is_file() and (self.shipped / other.name).is_file()
        return other.name if shipped else None

    def has(self, name: str) -> bool:
        """Return whether there is such a template."""
        return any(f is not None and (f / name).is_file() for f in (self.override, self.shipped))

    def names(self) -> list[str]:
        """Return the names of all templates, shipped and added."""
        return sorted({*_names_in(self.shipped), *_names_in(self.override)})

    def strangers(self) -> list[Path]:
        """Return the operator's files that replace nothing: most likely a slip in the name."""
        if self.override is None:
            return []
        known = _names_in(self.shipped)
        used = {name for own in known for name in _INCLUDED.findall(self.source(own).text)}
        mine = _names_in(self.override) - known - used
        return [self.override / name for name in sorted(mine)]

    def html(self, name: str) -> str:
        """Return a `.mjml` template as HTML, Jinja still in it; compiled once."""
        found = self._html.get(name)
        if found is None:
            found = self._html[name] = self._compiled(name)
        return found

    def pieces(self, name: str) -> dict[str, str]:
        """Return a template (`.mjml` as HTML, `.txt` as it is) cut at its piece marks.

        What stands before the first mark is the piece `top`.
        """
        text = self.html(name) if name.endswith(".mjml") else self.source(name).text
        top, *rest = _PIECE.split(text)
        return {"top": top, **dict(zip(rest[::2], rest[1::2], strict=True))}

    def _compiled(self, name: str) -> str:
        source = self.source(name)
        try:
            # No `fonts`: MJML would load Roboto from Google because a font stack names it.
            html = mjml.mjml2html(self._assembled(source, ()), fonts={})
        except Exception as error:  # mjml-python raises OSError, ValueError or its own
            raise TemplateError(f"MJML refuses it: {error}", template=str(source.path)) from None
        for pattern, fixed in _MENDED:
            html = pattern.sub(fixed, html)
        return html

    def _assembled(self, source: TemplateSource, above: tuple[str, ...]) -> str:
        """Put included files in place; mjml-python's own includes forget the body's width."""
        if source.name in above:
            raise TemplateError("includes itself", template=str(source.path))
        check_mjml(source.text, str(source.path))
        return _INCLUDE.sub(
            lambda found: self._assembled(self.source(found[1]), (*above, source.name)), source.text
        )


def _names_in(folder: Path | None) -> set[str]:
    if folder is None:
        return set()
    return {file.name for file in folder.iterdir() if file.suffix in _SUFFIXES}


def environment(words: Catalogue, *, html: bool) -> Environment:
    """Return the Jinja environment of a language, for HTML (escaping) or for text (wrapping)."""
    made = Environment(
        autoescape=html,  # noqa: S701 - text needs no escaping
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
    made.filters["wrap"] = wrap_or_wait
    made.filters["number"] = words.number
    made.globals["markup"] = Markup
    return made


_VARIABLES = frozenset(
    {
        *("_", "gettext", "ngettext", "brand", "day", "night", "lang", "dir", "start", "end"),
        *("ui", "hole", "link", "paper", "heading", "lede", "dateline", "preview", "title"),
        *("because", "sent_to", "footer_links", "url", "reason", "account", "paragraphs"),
        *("keywords", "until", "button", "count", "contents", "colon"),
    }
)


def template_errors(templates: Templates) -> list[TemplateError]:
    """Check each file alone, before MJML and Jinja join them and lines lose their meaning.

    Well-formed XML, MJML's elements and attributes, Jinja's syntax, filters and variables.
    """
    found: list[TemplateError] = []
    for name in templates.names():
        try:
            source = templates.source(name)
            if name.endswith(".mjml"):
                check_mjml(source.text, str(source.path))
        except TemplateError as error:
            found.append(error)
        else:
            found += _jinja_errors(source)
    return found


def _jinja_errors(source: TemplateSource) -> list[TemplateError]:
    where = str(source.path)
    return [TemplateError(said, template=where, line=line) for said, line in _faults(source.text)]


@lru_cache(maxsize=128)  # a run checks each file twice: before it renders, and in the preflight
def _faults(text: str) -> tuple[tuple[str, int], ...]:
    """Return what Jinja cannot take in a template, each with its line."""
    language = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    language.filters |= {"wrap": wrap, "number": str}
    try:
        tree = language.parse(text)
        unknown = meta.find_undeclared_variables(tree) - _VARIABLES
    except TemplateSyntaxError as error:
        return ((error.message or "broken Jinja", error.lineno),)
    return tuple(
        (f"there is no variable {name.name!r}", name.lineno)
        for name in tree.find_all(nodes.Name)
        if name.name in unknown
    )
