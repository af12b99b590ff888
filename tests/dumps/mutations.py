# ruff: noqa: E501 - pages are lists of lines, a line each
"""Pages in other dress: what happens to a page on its way from a browser to a file.

Each mutation takes a page apart or dresses it anew and says what must still be read of it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

Page = list[str]  # lines


@dataclass(frozen=True)
class Mutation:
    """One way in which a page changes."""

    name: str
    apply: Callable[[Page, Random], str | bytes]
    keeps: bool = True  # every paper is still there whole


def _joined(change: Callable[[Page, Random], Page]) -> Callable[[Page, Random], str]:
    return lambda page, chance: "\n".join(change(page, chance))


def _each(change: Callable[[str], str]) -> Callable[[Page, Random], str]:
    return lambda page, _: "\n".join(map(change, page))


def _wrapped(page: Page, chance: Random, **how: str) -> Page:
    width = chance.randrange(60, 121)
    return [
        piece
        for line in page
        for piece in textwrap.wrap(line, width, break_long_words=False, **how) or [""]  # type: ignore[arg-type]
    ]


def _folded(page: Page, chance: Random) -> Page:
    width = chance.randrange(60, 121)
    folded: Page = []
    for line in page:
        rest = line
        while len(rest) > width:
            at = rest.rfind(" ", 0, width) + 1 or width
            folded.append(rest[:at])
            rest = rest[at:]
        folded.append(rest)
    return folded


def _broken_words(page: Page, chance: Random) -> Page:
    """Wrap as a PDF does: a long word that does not fit is broken with a hyphen."""
    width = chance.randrange(70, 100)
    broken: Page = []
    for line in page:
        row = ""
        for word in line.split(" "):
            room = width - len(row) - 2
            if len(row) + 1 + len(word) <= width or not row:
                row = f"{row} {word}".strip()
            elif word.isalpha() and word.islower() and len(word) > 7 and room >= 4:
                cut = min(room, len(word) - 3)
                broken.append(f"{row} {word[:cut]}-")
                row = word[cut:]
            else:
                broken.append(row)
                row = word
        broken.append(row)
    return broken


def _without_blanks(page: Page, _: Random) -> Page:
    return [line for line in page if line.strip()]


def _doubled_blanks(page: Page, _: Random) -> Page:
    return [piece for line in page for piece in ([line] if line.strip() else ["", ""])]


def _all_spaced(page: Page, _: Random) -> Page:
    return [piece for line in page if line.strip() for piece in (line, "")]


def _ragged(page: Page, chance: Random) -> Page:
    return [" " * chance.randrange(5) + line + " " * chance.randrange(3) for line in page]


def _sprinkled(mark: str) -> Callable[[Page, Random], Page]:
    def sprinkle(page: Page, chance: Random) -> Page:
        found = []
        for line in page:
            at = chance.randrange(len(line) + 1)
            found.append(line[:at] + mark + line[at:] if chance.random() < 0.3 else line)
        return found

    return sprinkle


PREFACES: tuple[tuple[str, ...], ...] = (
    ("From: Ann Moss <ann@moss.example>", "To: Bo Reed <bo@reed.example>", "Subject: papers", ""),
    ("Hi Bo,", "", "here is the page from this morning.", "", "Best,", "Ann", ""),
    ("On Mon, Nov 30, 2026 at 9:12 AM Ann Moss <ann@moss.example> wrote:", ""),
    ("---------- Forwarded message ---------", "From: Ann Moss", "Date: Mon, Nov 30, 2026", ""),
    ("Title: Daily Papers - Hugging Face", "", "URL Source: https://huggingface.co/papers", ""),
    ("https://huggingface.co/papers", ""),
)
NAVIGATION = (
    "Hugging Face",
    "Models",
    "Datasets",
    "Spaces",
    "Docs",
    "Pricing",
    "Log In",
    "Sign Up",
)


def _prefaced(page: Page, chance: Random) -> Page:
    return [*chance.choice(PREFACES), *page]


def _signed(page: Page, _: Random) -> Page:
    return [*page, "", "--", "Ann Moss", "Institute of Moss"]


def _between_pages(page: Page, chance: Random) -> Page:
    return [*page, "", *chance.choice(PREFACES), *page]


def _navigated(page: Page, _: Random) -> Page:
    return [*NAVIGATION, *page, "", *NAVIGATION, "", "System theme", "TOS", "Privacy"]


def _cut_front(page: Page, chance: Random) -> str:
    whole = "\n".join(page)
    return whole[chance.randrange(len(whole) // 2) :]


def _cut_end(page: Page, chance: Random) -> str:
    whole = "\n".join(page)
    return whole[: chance.randrange(len(whole) // 2, len(whole))]


def _cut_both(page: Page, chance: Random) -> str:
    whole = "\n".join(page)
    begin, end = chance.randrange(len(whole) // 3), chance.randrange(len(whole) // 2, len(whole))
    return whole[begin:end]


def _lines_lost(page: Page, chance: Random) -> Page:
    return [line for line in page if chance.random() > 0.02]


def _encoded(encoding: str) -> Callable[[Page, Random], bytes]:
    return lambda page, _: "\n".join(page).encode(encoding, "replace")


def _ended(mark: str) -> Callable[[Page, Random], str]:
    return lambda page, _: mark.join(page)


MUTATIONS: tuple[Mutation, ...] = (
    Mutation("as it is", _joined(lambda page, _: page)),
    Mutation("twice", _joined(lambda page, _: [*page, *page])),
    Mutation("wrapped", _joined(_wrapped)),
    Mutation("wrapped, hanging", _joined(lambda p, c: _wrapped(p, c, subsequent_indent="    "))),
    Mutation(
        "wrapped, indented",
        _joined(lambda p, c: _wrapped(p, c, initial_indent="  ", subsequent_indent="  ")),
    ),
    Mutation("folded", _joined(_folded)),
    Mutation("words broken", _joined(_broken_words)),
    Mutation("without blank lines", _joined(_without_blanks)),
    Mutation("blank lines doubled", _joined(_doubled_blanks)),
    Mutation("a blank line after each", _joined(_all_spaced)),
    Mutation("lines doubled", _joined(lambda page, _: [x for line in page for x in (line, line)])),
    Mutation("indented", _each(lambda line: "    " + line)),
    Mutation("with a tab", _each(lambda line: "\t" + line)),
    Mutation("ragged", _joined(_ragged)),
    Mutation("quoted", _each(lambda line: "> " + line)),
    Mutation("quoted twice", _each(lambda line: ">> " + line)),
    Mutation("quoted and wrapped", _joined(lambda p, c: ["> " + x for x in _wrapped(p, c)])),
    Mutation("tabs for spaces", _each(lambda line: line.replace(" ", "\t"))),
    Mutation("no-break spaces", _each(lambda line: line.replace(" ", "\u00a0"))),
    Mutation("two spaces", _each(lambda line: line.replace(" ", "  "))),
    Mutation("bullets", _each(lambda line: f"- {line}" if line.strip() else line)),
    Mutation("stars", _each(lambda line: f"* {line}" if line.strip() else line)),
    Mutation("dots", _each(lambda line: f"• {line}" if line.strip() else line)),
    Mutation("zero-width spaces", _joined(_sprinkled("\u200b"))),
    Mutation("soft hyphens", _joined(_sprinkled("\u00ad"))),
    Mutation("marks of byte order", _joined(_sprinkled("\ufeff"))),
    Mutation("CRLF", _ended("\r\n")),
    Mutation("CR", _ended("\r")),
    Mutation("line separators", _ended("\u2028")),
    Mutation("paragraph separators", _ended("\u2029")),
    Mutation("next-line marks", _ended("\u0085")),
    Mutation("form feeds", _joined(lambda page, _: ["\f" + x if not n % 50 else x for n, x in enumerate(page)])),
    Mutation("preface", _joined(_prefaced)),
    Mutation("signature", _joined(_signed)),
    Mutation("preface in the middle", _joined(_between_pages)),
    Mutation("navigation", _joined(_navigated)),
    Mutation("cp1252", _encoded("cp1252")),
    Mutation("UTF-16", _encoded("utf-16")),
    Mutation("UTF-16 without a mark", _encoded("utf-16-le")),
    Mutation("UTF-8 with a mark", _encoded("utf-8-sig")),
    Mutation("cut in front", _cut_front, keeps=False),
    Mutation("cut at the end", _cut_end, keeps=False),
    Mutation("cut at both ends", _cut_both, keeps=False),
    Mutation("lines lost", _joined(_lines_lost), keeps=False),
)  # fmt: skip


# --- pages from papers ------------------------------------------------------------------------

Pairs = Sequence[tuple[str, str]]


def _escaped(text: str) -> str:
    return re.sub(r"([*_#\[\]()])", r"\\\1", text)


def _reference_links(pairs: Pairs) -> str:
    told = [f"## [{t}][p{n}]\n\n{a}\n" for n, (t, a) in enumerate(pairs)]
    names = [f"[p{n}]: https://huggingface.co/papers/2609.{n:05}" for n in range(len(pairs))]
    return "\n".join([*told, *names])


def _linked(level: str) -> Callable[[Pairs], str]:
    def page(pairs: Pairs) -> str:
        url = "https://huggingface.co/papers/2609.{:05}"
        told = (f"{level}[{t}]({url.format(n)})\n\n{a}" for n, (t, a) in enumerate(pairs))
        return "# Daily Papers\n\n" + "\n\n".join(told)

    return page


def _crawled_trending(pairs: Pairs) -> str:
    """The trending page as a crawler writes it whose pictures have a text: each card twice."""
    told = ["# Hugging Face - Trending Papers", "", "- Source URL: https://huggingface.co/papers"]
    told += ["", "## Extracted Text", "", "Get trending papers in your email inbox!", ""]
    told += ["# Trending Papers", ""]
    for n, (title, abstract) in enumerate(pairs):
        url = f"https://huggingface.co/papers/2609.{n:05}"
        for on in ("Published on ", ""):
            told += [f"[[图片：无替代文本]]({url})", "", "Submitted by", "", "[图片：无替代文本]"]
            told += ["", f"reader{n}", "", f'<a id="section-{n}"></a>', ""]
            told += [f"### [{title}]({url})", "", "", abstract, ""]
            if n % 2:
                told += ["- [图片：无替代文本]", "", f"- {n + 2} authors", "", f"· {on}Sep 4, 2026"]
            else:
                told += [f"[[图片：moss] Moss Lab](https://huggingface.co/moss) · {on}Sep 4, 2026"]
            told += [
                "",
                f"[Upvote\n\n{n}](https://huggingface.co/login?next=%2Fpapers%2F2609.{n:05})",
            ]
            told += [
                "",
                "[GitHub 1.5k](https://github.com/moss/x) [arXiv Page](https://arxiv.org/abs/2609.00001)",
                "",
            ]
    return "\n".join(told)


def _linked_trending(pairs: Pairs) -> str:
    told = [
        "# What is Trending?",
        "**URL:** https://huggingface.co",
        "**Page Title:** Trending Papers",
    ]
    told += ["-" * 20, "", "Get trending papers in your email inbox!", "", "## Trending Papers", ""]
    for n, (title, abstract) in enumerate(pairs):
        body = "\n".join(textwrap.wrap(abstract, 80)) if n % 3 else abstract
        card = [f"### {title}", "", body, *([f"- {n + 2} authors"] if n % 2 else [])]
        told += [*card, f"[LINK: GitHub {n}.32k](https://github.com/moss/x{n})", ""] * 2
    return "\n".join(told)


def _daily_readme(pairs: Pairs) -> str:
    """A repository that keeps what came out, in a table without abstracts."""
    told = ["# arXiv daily", "", "## Pictures", ""]
    told += ["|Publish Date|Title|Authors|PDF|Code|", "|---|---|---|---|---|"]
    told += [
        f"|**2026-09-{n + 1:02}**|**{title}**|Ann Moss et.al.|"
        f"[2609.{n:05}](http://arxiv.org/abs/2609.{n:05})|null|"
        for n, (title, _) in enumerate(pairs)
    ]
    return "\n".join(told)


def _newsletter(pairs: Pairs) -> str:
    told = ["## Papers of the week", ""]
    for n, (title, abstract) in enumerate(pairs, 1):
        told += [f"### {n}. [{title}](https://arxiv.org/abs/2609.{n:05})", ""]
        told += ["**Authors:** Ann Moss, Bo Reed", "", "**Published:** 2026-09-01", ""]
        told += [
            f"**Abstract:** {abstract}",
            "",
            f"[PDF](https://arxiv.org/pdf/2609.{n:05})",
            "",
            "---",
            "",
        ]
    return "\n".join(told)


def _folded_details(pairs: Pairs) -> str:
    return "# Daily Papers\n\n" + "\n\n".join(
        f"### {t}\n\n<details>\n<summary>Abstract</summary>\n\n{a}\n\n</details>" for t, a in pairs
    )


WRITTEN: dict[str, Callable[[Pairs], str]] = {
    "crawled trending page": _crawled_trending,
    "trending page with links named": _linked_trending,
    "daily readme": _daily_readme,
    "newsletter": _newsletter,
    "details": _folded_details,
    "headings of level 2": lambda ps: "# Papers\n\n" + "\n\n".join(f"## {t}\n\n{a}" for t, a in ps),
    "headings of level 4": lambda ps: "\n\n".join(f"#### {t}\n{a}" for t, a in ps),
    "numbered headings": lambda ps: "\n\n".join(
        f"### {n}. {t}\n\n{a}" for n, (t, a) in enumerate(ps, 1)
    ),
    "underlined headings": lambda ps: "\n\n".join(f"{t}\n{'-' * len(t)}\n\n{a}" for t, a in ps),
    "bold": lambda ps: "\n\n".join(f"**{t}**\n\n{a}" for t, a in ps),
    "bold in a list": lambda ps: "\n".join(f"- **{t}**\n  {a}" for t, a in ps),
    "bold and abstract on a line": lambda ps: "\n".join(f"- **{t}**: {a}" for t, a in ps),
    "escaped": lambda ps: "# Daily Papers\n\n" + "\n\n".join(
        f"### {_escaped(t)}\n\n{_escaped(a)}" for t, a in ps
    ),
    "reference links": _reference_links,
    "linked headings": _linked("### "),
    "linked titles": _linked(""),
    "linked numbered titles": lambda ps: "\n\n".join(
        f"{n}. [{t}](https://arxiv.org/abs/2609.{n:05})\n\n   {a}" for n, (t, a) in enumerate(ps)
    ),
    "images before": lambda ps: "# Daily Papers\n\n" + "\n\n".join(
        f"![](https://cdn.example.org/{n}.png)\n\n### {t}\n\n{a}" for n, (t, a) in enumerate(ps)
    ),
    "labelled": lambda ps: "\n\n".join(f"Title: {t}\nAbstract: {a}" for t, a in ps),
    "bold labels": lambda ps: "\n\n".join(
        f"## {t}\n\n**Authors:** Ann Moss, Bo Reed\n\n**Abstract:** {a}" for t, a in ps
    ),
    "a table": lambda ps: "# Daily Papers\n\n| Title | Abstract |\n| --- | --- |\n" + "\n".join(
        f"| {t} | {a} |" for t, a in ps
    ),
    "a table with numbers and links": lambda ps: "| # | Paper | Votes | Abstract |\n|:-:|---|--:|---|\n"
    + "\n".join(
        f"| {n} | [{t}](https://huggingface.co/papers/2609.{n:05}) | {n * 3} | {a} |"
        for n, (t, a) in enumerate(ps, 1)
    ),
    "tabs": lambda ps: "\n".join(f"{t}\t{a}" for t, a in ps),
    "tabs with numbers": lambda ps: "\n".join(f"{n}\t{t}\t{a}" for n, (t, a) in enumerate(ps, 1)),
    "tabs under a header": lambda ps: "Title\tAbstract\n" + "\n".join(f"{t}\t{a}" for t, a in ps),
    "votes between": lambda ps: "Daily Papers\n\n" + "\n\n".join(
        f"{n * 7}\n\n{t}\n\n{a}" for n, (t, a) in enumerate(ps)
    ),
    "votes below": lambda ps: "Daily Papers\n\n" + "\n\n".join(
        f"{t}\n\n{a}\n\nUpvote\n{n * 7}" for n, (t, a) in enumerate(ps)
    ),
    "a German page": lambda ps: "Daily Papers\n\n" + "\n\n".join(
        f"Eingereicht von\n\nreader{n}\n\n{t}\n\n{a}\n\n{n + 2} Autoren" for n, (t, a) in enumerate(ps)
    ),
    "a French page": lambda ps: "Daily Papers\n\n" + "\n\n".join(
        f"Soumis par\n\nreader{n}\n\n{t}\n\n{a}\n\n{n + 2} auteurs" for n, (t, a) in enumerate(ps)
    ),
    "a Spanish page": lambda ps: "Daily Papers\n\n" + "\n\n".join(
        f"Enviado por\n\nreader{n}\n\n{t}\n\n{a}\n\n{n + 2} autores" for n, (t, a) in enumerate(ps)
    ),
    "a Chinese page": lambda ps: "Daily Papers\n\n" + "\n\n".join(
        f"提交者\n\nreader{n}\n\n{t}\n\n{a}\n\n{n + 2} 位作者" for n, (t, a) in enumerate(ps)
    ),
}  # fmt: skip
