"""Pages as lynx, w3m, html2text and pandoc write them, and what is said of markups not read."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence

import pytest

from digest.dumps import formats
from digest.dumps.page.light_markup import as_markdown
from digest.errors import DumpError
from tests.dumps.pages import NOW, papers

Pairs = Sequence[tuple[str, str]]

PAIRS = papers(6)
SITE = "https://huggingface.co"
HEADER = ["Get trending papers in your email inbox!", "Daily Papers"]
MENU = ["Models", "Datasets", "Pricing"]
ADDRESSES = [f"{SITE}/papers/2609.000{n:02}" for n in range(len(PAIRS))]


def wrapped(text: str, width: int = 72, indent: str = "") -> str:
    return "\n".join(textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent))


def lynx(pairs: Pairs) -> str:
    """Text is indented, links are numbered, headings are not; the addresses stand at the end."""
    addresses = [f"{SITE}/models", f"{SITE}/datasets"]
    told = ["     * [1]Models", "     * [2]Datasets", "", f"   {HEADER[0]}", ""]
    told += ["     * (BUTTON) Daily", "     * (BUTTON) Weekly", "", "   (BUTTON) Nov 28"]
    for (title, abstract), url in zip(pairs, ADDRESSES, strict=True):
        n = len(addresses)
        addresses += [f"{SITE}/login?next=x", url, f"{SITE}/moss", f"{url}#community"]
        told += [f"   [{n + 1}]7", "", wrapped(f"[{n + 2}]{title}", 60), ""]
        told += [
            wrapped(abstract, indent="   "),
            f"   [{n + 3}]moss lab Moss Lab · Nov 28[{n + 4}]2",
        ]
    told += ["", "References", "", "   Visible links:"]
    return "\n".join([*told, *(f"  {at}. {url}" for at, url in enumerate(addresses, 1))])


def w3m(pairs: Pairs) -> str:
    """Pictures are their names in brackets; menus have boxes and stars."""
    told = [
        "  • Models",
        "      □ Website",
        "          ☆ Tasks",
        "  • ━━━━━━",
        "",
        *HEADER,
        " Nov 28",
    ]
    for n, (title, abstract) in enumerate(pairs):
        byline = (
            ["  • [1]", "  • 4 authors", "", "· Nov 282"]
            if n % 2
            else ["moss labMoss Lab · Nov 282"]
        )
        told += ["[t]", "Submitted by", "[s] ann", "7", "", title, "", wrapped(abstract, 79), ""]
        told += [*byline, "GitHub 31arXiv Page"]
    return "\n".join(told)


def html2text(pairs: Pairs) -> str:
    """Lines are broken within links and bylines; buttons stand glued on one line."""
    told = [
        f"  * [ Models]({SITE}/models)",
        "",
        *HEADER,
        f"[](x)[]({SITE}/papers/date/1)Nov 28",
        "",
    ]
    for (title, abstract), url in zip(pairs, ADDRESSES, strict=True):
        told += [f"[7]({SITE}/login?next=x)", "", f"### [{wrapped(title, 40)}]({url})", ""]
        told += [
            wrapped(abstract),
            "",
            f"[![moss lab]({SITE}/a.png)Moss",
            f"Lab]({SITE}/moss) · Nov",
        ]
        told += [f"28[![](data:image/svg+xml;base64,PHN2ZyAvPg==)2]({url}#community)", ""]
        told += [
            f"[Upvote-]({SITE}/login?next=x)[GitHub",
            f"31]({SITE}/a/b)[arXiv Page]({SITE}/c)",
            "",
        ]
    return "\n".join([*told, f"[Previous]({SITE}/papers)Next"])


def gfm(pairs: Pairs) -> str:
    told = ["<div>", "", *HEADER, "", "</div>", ""]
    for (title, abstract), url in zip(pairs, ADDRESSES, strict=True):
        told += ["<div>", "", f"### [{title}]({url})", "", f"[]({url})", "", wrapped(abstract), ""]
        told += ["<div>", "", f"[Moss Lab]({SITE}/moss) · Oct 3,", f"2025[2]({url}#community)", ""]
        told += ["</div>", "", "</div>", ""]
    return "\n".join(told)


def org(pairs: Pairs) -> str:
    told = [*HEADER, "", f"[[{SITE}/models][Models]]", ""]
    for (title, abstract), url in zip(pairs, ADDRESSES, strict=True):
        told += [f"*** [[{url}][{title}]]", ":PROPERTIES:", ":CUSTOM_ID: moss", ":END:"]
        told += [f"[[{url}][]]", wrapped(abstract), ""]
        told += [
            f"[[{SITE}/moss][[[{SITE}/a.png]]Moss Lab]]",
            "· Nov",
            f"28[[{url}#community][2]]",
            "",
        ]
    return "\n".join(told)


def rst(pairs: Pairs) -> str:
    told = [".. container:: section", "", *(f"   {line}" for line in HEADER), ""]
    for (title, abstract), url in zip(pairs, ADDRESSES, strict=True):
        told += [
            "   .. container::",
            "",
            f"      .. rubric:: `{title} <{url}>`__",
            "         :name: a",
            "",
        ]
        told += [f"      ` <{url}>`__", wrapped(abstract, indent="      "), ""]
        told += ["      `|moss|\\ Moss", f"      Lab <{SITE}/moss>`__\\  · Nov"]
        told += [f"      28\\ `2 <{url}#community>`__", ""]
    return "\n".join([*told, f".. |moss| image:: {SITE}/a.png", f"   :target: {SITE}/moss"])


def pandoc(pairs: Pairs) -> str:
    told = [f"{':' * 40} section", "::: {}", *HEADER, ":::", ""]
    for (title, abstract), url in zip(pairs, ADDRESSES, strict=True):
        told += [
            "::: {.card}",
            f"### [{title}]({url}){{.title}}",
            "",
            wrapped(abstract),
            "",
            ":::",
            "",
        ]
    return "\n".join(told)


def notebook(pairs: Pairs) -> str:
    """Each address is a line of its own; the query stands above the list, the day alone."""
    told = [*HEADER, "by ", "AK", f"{SITE}/akhaliq", " and the research community", "Bash"]
    told += ["Daily", "Weekly", f"{SITE}/papers/date/2026-03-24", "Mar 25"]
    for (title, abstract), url in zip(pairs, ADDRESSES, strict=True):
        told += [" [-] 7", f"{SITE}/login?next=x", title, url, abstract, url, " Moss Lab"]
        told += [f"{SITE}/moss", "·", "Nov 28 ", "2", f"{url}#community"]
    return "\n\n".join(told)


def references(pairs: Pairs) -> str:
    """Links lead to a list at the end; a button's words stand on lines of their own."""
    told = ["# Daily Papers", "", "## by[AK][90] and the research community", "* Daily", "* Weekly"]
    told += ["", "Jun 29"]
    for n, (title, abstract) in enumerate(pairs):
        told += ["[", "-", f"][{n}]", "", f"### [{title}][{n}]", "", abstract, ""]
        told += [f"[![](data:image/svg+xml;base64,PHN2Zz4=)Moss Lab][91] · Nov 28[2][{n + 50}]", ""]
    addresses = dict(enumerate(ADDRESSES))
    addresses |= {n + 50: f"{url}#community" for n, url in enumerate(ADDRESSES)}
    addresses |= {90: f"{SITE}/akhaliq", 91: f"{SITE}/moss"}
    return "\n".join([*told, "", *(f"[{n}]: {url}" for n, url in addresses.items())])


FORMS: dict[str, Callable[[Pairs], str]] = {
    each.__name__: each
    for each in (lynx, w3m, html2text, gfm, org, rst, pandoc, notebook, references)
}


@pytest.mark.parametrize("form", FORMS)
def test_the_page_is_read_without_a_rejection(form: str) -> None:
    dump = formats.read(FORMS[form](PAIRS).encode(), now=NOW)
    assert dump.rejections == ()
    assert [record.source_title for record in dump.records] == [title for title, _ in PAIRS]
    told = [re.sub(r"\W", "", record.source_abstract) for record in dump.records]
    assert told == [re.sub(r"\W", "", abstract) for _, abstract in PAIRS]
    if form not in ("w3m", "pandoc"):
        assert [record.arxiv_id for record in dump.records] == [url[-10:] for url in ADDRESSES]
        assert {record.organisations for record in dump.records} == {("Moss Lab",)}
        assert {record.comments for record in dump.records} == {2}
    if form == "w3m":
        assert {record.submitter for record in dump.records} == {"ann"}
        assert {record.github_stars for record in dump.records} == {31}


@pytest.mark.parametrize("mark", ["**{}**", "__{}__", "**[{}](https://x.org/a)**", "[**{}**](/b)"])
@pytest.mark.parametrize("width", [400, 40])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_titles_in_bold_or_linked_are_whole_though_a_line_end_breaks_them(
    mark: str, width: int, gap: str
) -> None:
    told = [HEADER[0]]
    for title, abstract in PAIRS:
        told += [wrapped(mark.format(title), width), abstract]
    dump = formats.read(gap.join(told).encode(), now=NOW)
    assert [record.source_title for record in dump.records] == [title for title, _ in PAIRS]
    assert dump.rejections == ()


@pytest.mark.parametrize("address", ["http://[x", "https://[::1", "https://huggingface.co]/a"])
def test_an_address_that_is_none_costs_nothing(address: str) -> None:
    told = [HEADER[0], *(text for pair in PAIRS for text in (*pair, address, "Nov 28"))]
    dump = formats.read("\n\n".join(told).encode(), now=NOW)
    assert [record.source_title for record in dump.records] == [title for title, _ in PAIRS]


UNREAD: dict[str, Callable[[str, str, str], str]] = {
    "AsciiDoc": lambda title, abstract, url: f"==== {url}[{title}]\n\n{url}[{abstract}]\n",
    "Jira's markup": lambda title, abstract, url: f"h3. [{title}|{url}]\n[{abstract}|{url}]\n",
    "Textile": lambda title, abstract, url: f'h3. "{title}":{url}\n\n"{abstract}":{url}\n',
    "MediaWiki's markup": lambda title, abstract, url: (
        f"=== [{url} {title}] ===\n[{url} {abstract}]\n"
    ),
    "DocBook": lambda title, abstract, url: (
        f'<para><link href="{url}">{title}</link></para><para>{abstract}</para>'
    ),
}


@pytest.mark.parametrize("markup", UNREAD)
def test_a_refusal_names_the_markup_and_says_what_to_do(markup: str) -> None:
    cards = (
        UNREAD[markup](title, abstract, url)
        for (title, abstract), url in zip(PAIRS, ADDRESSES, strict=True)
    )
    page = "\n".join(["<div>" if markup == "Textile" else "new", HEADER[0], *cards])
    page = page.replace("new\n", "<para>new</para>\n") if markup == "DocBook" else page
    said = f"a page of papers in a markup that is not read: {markup}; save it as HTML or copy it"
    with pytest.raises(DumpError, match=said):
        formats.read(page.encode(), now=NOW)


@pytest.mark.parametrize("text", ["a [[link]] and `code <x>`__", "* bold *\n:::\n", "1. [1] [2]"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert as_markdown(text.split("\n")) == text.split("\n")
