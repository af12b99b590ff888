"""TeX in titles and abstracts → Unicode, for display. The source text is kept beside it.

Three steps: set aside what must not be touched (addresses, identifiers, code, escaped signs),
on a saved page give eaten TeX its backslashes back (`tex_eaten`), render (`tex_render`). Whatever
has its backslashes is taken at its word: there nothing is guessed. We do not use
pylatexenc's converter, only its table of symbols: it takes a plain `%` for a comment and deletes
macros that it does not know, and here no word may be lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from digest.dumps import tex_names
from digest.dumps.tex_eaten import restore_formula, restore_tex
from digest.dumps.tex_render import render, render_formula
from digest.dumps.tex_units import units_as_signs

# Who wrote it: a page that has eaten TeX's backslashes, a source that left them, BibTeX, in which
# every brace, tie and dash is TeX's, too.
TexSource = Literal["page", "plain", "bibtex"]

_MAX = 100_000  # characters; no abstract is longer, and text beyond it is not worth the time
_SIGNS_OF_TEX = re.compile(r"[\\^_{}$]|``|''")
_SIGNS_IN_SOURCES = re.compile(r"[\\^_{}$~]|``|''|--")
_EVERY_TIE = re.compile(r"(?<!\\)~")
_TIE = re.compile(r"(?<=[^\s~\d\\])~(?=[^\s~])")
_TIE_BESIDE_NUMBERS = re.compile(r"(?<=\d)~(?=[^\W\d]|[$\\\x00])")  # 3~5 is a range to many
_DELIMITED = re.compile(
    r"(?<!\\)(\$\$?)([^$]{1,600}?)(?<!\\)\1|\\\((.{1,600}?)\\\)|\\\[(.{1,600}?)\\\]",
    re.DOTALL,
)
_CERTAIN = re.compile(r"[={}<>+]")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s{}<>\"|`]+", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]+")
_CODE = re.compile(r"(?<![`\\])`[^`'\n]{1,80}`(?!`)")
_IDENTIFIER = re.compile(r"(?<![\w\\^{}$])_{0,2}[A-Za-z0-9]\w*_\w+(?![\w{^])", re.ASCII)
_SCRIPTS = re.compile(r"(?:[A-Za-z]_[A-Za-z0-9])+", re.ASCII)
_DOUBLED = re.compile(r"(https?://[^\s{}]+)\{\s*\1\s*\}")
_HREF = re.compile(r"\\href\s*\{([^{}]*)\}\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_URL = re.compile(r"\\(?:url|path|nolinkurl)\s*\{([^{}]*)\}")
_REMARK = re.compile(r"(https?://[^\s{}]+)\{([^{}]*)\}")
_ESCAPED = re.compile(r"\\([%&$#_{}]|~(?![A-Za-z{\\]))")
_FORMULA = re.compile(
    r"(?<![\\$\w])(\$\$?)(?=\S)([^$]{1,400}?)(?<=\S)\1(?!\d)|\\\((.{1,400}?)\\\)|\\\[(.{1,400}?)\\\]"
    r"|(?<![\\$])\$(?=\\[A-Za-z]|[\^_])([^$]{1,200}?)(?<=\S)\$"  # 10$\times$, H$_2$O, $\sim$10
)
_LONE_SCRIPT = re.compile(r"([\^_])(\w)(?!\w)")
_QUOTES = re.compile(r"``([^`]{1,400}?)''")
_CLOSED_QUOTES = re.compile(r"(?<![\w'])''(?=\w)([^']{1,200}?)(?<=[\w.,!?])''(?!')")


def to_unicode(text: str, *, source: TexSource = "page") -> str:
    """Return text with its TeX as Unicode; what cannot be converted stays as it was.

    Never raises, never loses a word. Only for a page TeX without its backslashes is looked for.
    """
    if len(text) > _MAX or "\x00" in text or max(text, default="") >= "\U000f0000":
        return text
    signs = _SIGNS_OF_TEX if source == "page" else _SIGNS_IN_SOURCES
    if not signs.search(text) and not (source == "page" and _may_be_eaten(text)):
        return text
    kept: list[str] = []

    def set_aside(piece: str) -> str:
        kept.append(piece)
        return f"\x00{chr(0xF0000 + len(kept) - 1)}"

    def put_back(text: str) -> str:
        return re.sub("\x00(.)", lambda found: kept[ord(found[1]) - 0xF0000], text)

    text = _DOUBLED.sub(r"\1", text) if source == "page" else text
    text = _HREF.sub(r"\2 (\1)", text)
    text = _URL.sub(lambda found: f"{_gap(found)}{found[1]}", text)
    text = _REMARK.sub(r"\1 (\2)", text) if source == "page" else units_as_signs(text)
    text = _ADDRESS.sub(lambda found: set_aside(found[0].replace("\\", "")), text)
    for pattern in (_MAIL,) if source == "bibtex" else (_MAIL, _CODE):
        text = pattern.sub(lambda found: set_aside(found[0]), text)
    if source != "page":
        return put_back(_from_source(text, source, lambda piece: set_aside(put_back(piece))))
    text = _escapes_aside(text, set_aside)
    text = _FORMULA.sub(_formula, text)
    text = render(restore_tex(text))
    return put_back(_quoted(text))


def title_to_unicode(title: str, *, source: TexSource) -> str:
    """Return a title as `to_unicode` does; where its links lead is no part of it."""
    return to_unicode(_HREF.sub(r"\2", title), source=source)


def _from_source(text: str, source: TexSource, set_aside: Callable[[str], str]) -> str:
    """Render text whose TeX is whole."""
    text = _ESCAPED.sub(lambda found: set_aside(found[1]), text)
    text = _formulas(text, lambda inner: set_aside(render_formula(inner)))
    if source == "bibtex":
        text = _EVERY_TIE.sub(" ", text.replace("---", "—").replace("--", "–"))
    else:
        text = _identifiers_aside(text, set_aside)
    text = _TIE_BESIDE_NUMBERS.sub(" ", _TIE.sub(" ", text))
    return _quoted(render(text, braces=source == "bibtex"))


def _escapes_aside(text: str, set_aside: Callable[[str], str]) -> str:
    text = _ESCAPED.sub(lambda found: set_aside(found[1]), text)
    return _identifiers_aside(text, set_aside)


def _identifiers_aside(text: str, set_aside: Callable[[str], str]) -> str:
    return _IDENTIFIER.sub(
        lambda found: found[0] if _is_script(found[0]) else set_aside(found[0]), text
    )


def _quoted(text: str) -> str:
    return _CLOSED_QUOTES.sub(r"“\1”", _QUOTES.sub(r"“\1”", text))


def _gap(found: re.Match[str]) -> str:
    r"""Return the space that an address needs which is glued to a word: `Tide\url{…}`."""
    return " " if found.string[found.start() - 1 : found.start()].isalnum() else ""


def _formulas(text: str, rendered: Callable[[str], str]) -> str:
    """Replace the formulas of a source; a dollar of money opens none."""
    out: list[str] = []
    at = 0
    while found := _DELIMITED.search(text, at):
        inner = found[2] or found[3] or found[4]
        if found[1] and not _is_formula(inner, text[found.end() : found.end() + 1]):
            out.append(text[at : found.start() + len(found[1])])
            at = found.start() + len(found[1])
            continue
        out += [text[at : found.start()], rendered(inner.strip())]
        at = found.end()
    return "".join([*out, text[at:]])


def _is_formula(inner: str, after: str) -> bool:
    """Return whether this stands between two dollars of TeX, not between two sums of money."""
    if inner[0].isspace() != inner[-1].isspace():
        return False
    if re.search(r"\\[A-Za-z,;!]|[\^_]", inner):
        return True
    if after.isdigit():
        return False
    return not re.search(r"\s", inner) or (
        not inner[0].isspace() and _CERTAIN.search(inner) is not None
    )


def _may_be_eaten(text: str) -> bool:
    """Return whether a text without any sign of TeX may hold TeX whose signs the page has eaten.

    Most texts hold none, and one pattern of all the names would try each of them at each place.
    """
    return (
        not _EATEN_NAMES.isdisjoint(_WORD_BEGINNING.findall(text))
        or any(name in text for name in tex_names.ONLY_TEX)
        or bool(_EATEN.search(text))
    )


def _is_script(identifier: str) -> bool:
    """Return whether `x_1` is mathematics; `gpt_4_turbo` and `p_value` are names."""
    if _SCRIPTS.fullmatch(identifier):
        return True
    base, _, script = identifier.partition("_")
    return _is_symbol(base) and (
        script.isdigit() or len(script) == 1 or script in tex_names.SYMBOLS or "_" in script
    )


def _is_symbol(base: str) -> bool:
    return len(base) == 1 or base in tex_names.SYMBOLS or base in tex_names.FUNCTIONS


def _formula(found: re.Match[str]) -> str:
    """Take the dollars off a formula; leave sums of money alone."""
    if found[5]:  # glued to a word: its script needs braces, or it would be a part of a name
        return _ended(restore_formula(_LONE_SCRIPT.sub(r"\1{\2}", found[5], count=1)))
    inner = found[2] or found[3] or found[4]
    certain = not found[1] or len(found[1]) == 2 or re.search(r"[\\^_={}<>+]", inner)
    if not certain and not re.fullmatch(
        r"[A-Za-z]|[A-Za-z]\([^()]*\)|[-\d.,%\x00\U000f0000-\U0010ffff]+|[A-Za-z]+", inner
    ):
        return found[0]
    if not certain and len(inner) > 1 and inner.isalpha() and inner not in tex_names.SYMBOLS:
        return found[0]
    return _ended(restore_formula(inner))


def _ended(formula: str) -> str:
    r"""Keep a name at the end of a formula from growing onto the next word: `$\Delta$E`."""
    return f"{formula}{{}}" if re.search(r"\\[A-Za-z]+$", formula) else formula


_EATEN_NAMES = frozenset({*tex_names.SYMBOLS} - {"in", "to"})
_WORD_BEGINNING = re.compile(r"(?<![A-Za-z])[A-Za-z][a-z]*")  # a name, if not of ONLY_TEX
_EATEN = re.compile(
    r"\d(?:times|pm)(?![a-z])|(?:sim|approx)\d"
    r"|wide(?:tilde|hat)|math(?:cal|bb|bf|rm)|(?:left|bigl)[(\[{|]| in [\[(]\d"
)
