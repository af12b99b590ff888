"""The page as word processors, browsers and converters save it."""

from __future__ import annotations

import plistlib

import pytest

from digest.dumps import formats
from digest.dumps.page.furniture import is_furniture, is_sign
from digest.errors import DumpError
from tests.dumps.pages import NOW, papers, parse, titles

PAIRS = papers(6)
_CARDS = "".join(
    f'<article><h3><a href="/papers/2601.0000{n}">{title}</a></h3><p>{told}</p></article>'
    for n, (title, told) in enumerate(PAIRS)
)
_HTML = f'<!doctype html><html><head><meta charset="utf-8"></head><body>{_CARDS}</body></html>'


def _web_archive(html: bytes, encoding: str, form: plistlib.PlistFormat) -> bytes:
    picture = {"WebResourceData": bytes(range(256)) * 400, "WebResourceMIMEType": "image/png"}
    page = {"WebResourceData": html, "WebResourceTextEncodingName": encoding}
    return plistlib.dumps({"WebSubresources": [picture], "WebMainResource": page}, fmt=form)


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
@pytest.mark.parametrize("encoding", ["UTF-8", "utf-16", "no-such"])
def test_safaris_web_archive_is_read(encoding: str, form: plistlib.PlistFormat) -> None:
    html = _HTML.encode("utf-8" if encoding == "no-such" else encoding)
    dump = formats.read(_web_archive(html, encoding, form), now=NOW)
    assert dump.format == "page-webarchive"
    assert [(r.title, r.source_abstract) for r in dump.records] == PAIRS


@pytest.mark.parametrize(
    "data",
    [
        plistlib.dumps({"WebSubresources": []}, fmt=plistlib.FMT_BINARY),
        plistlib.dumps(["WebMainResource"], fmt=plistlib.FMT_BINARY),
        plistlib.dumps({"WebMainResource": {"WebResourceData": "text"}}),
        b"bplist00" + bytes(range(256)),
        _web_archive(_HTML.encode(), "UTF-8", plistlib.FMT_BINARY)[:5_000],
    ],
)
def test_a_property_list_without_a_page_is_refused(data: bytes) -> None:
    with pytest.raises(DumpError, match=r"web archive|property list"):
        formats.read(data, now=NOW)


@pytest.mark.parametrize(
    "address", ["/papers/2601.0000{n}", "https://huggingface.co/papers/2601.0000{n}"]
)
def test_a_links_address_in_rtf_is_no_title_however_it_is_written(address: str) -> None:
    cards = []
    for n, (title, told) in enumerate(PAIRS):
        link = f'HYPERLINK "{address.format(n=n)}"'
        cards += [rf"{{\field{{\*\fldinst{{{link}}}}}{{\fldrslt{{{title}}}}}}}\par", rf"{told}\par"]
    dump = formats.read(("{\\rtf1\\ansi " + "\n".join(cards) + "}").encode(), now=NOW)
    assert [r.title for r in dump.records] == [title for title, _ in PAIRS]
    assert [r.arxiv_id for r in dump.records] == [f"2601.0000{n}" for n in range(len(PAIRS))]


def test_pandocs_attributes_are_no_part_of_a_heading() -> None:
    cards = [":::", "::: {.flex .flex-1}", "::: flex", "<div>", ""]
    for n, (title, told) in enumerate(PAIRS):
        name = "-".join(title.lower().split())
        heading = f"### [{title}](/papers/2601.0000{n}) {{#{name}\n.text-xl}}"
        cards += [heading, "", told, "", ":::", ""]
    assert titles(parse("\n".join(cards))) == [title for title, _ in PAIRS]


@pytest.mark.parametrize(
    "line",
    [
        *("TOS Privacy About Jobs Hugging Face", "Models Datasets Spaces Pricing Docs"),
        *("Hugging Face's logoHugging Face Search models, datasets, users...",),
        *("[Hugging Face's logo]Hugging Face", "AK and the research community"),
    ],
)
def test_menus_on_one_line_are_the_pages_own(line: str) -> None:
    assert is_furniture(line) or is_sign(line)


@pytest.mark.parametrize(
    "line", ["Models of Moss and Jobs", "Datasets Spaces", "All Papers Comment"]
)
def test_a_few_words_of_the_menu_may_be_a_title(line: str) -> None:
    assert not is_furniture(line)


@pytest.mark.parametrize(
    "line",
    ["Mehr anzeigen", "Iniciar sesión", "Voir plus", "显示更多", "Inscreva-se", "Share on X"],
)
def test_translated_words_of_the_page_are_its_own(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "mark", ["\u200e", "\u200f", "\u202b", "\u2067", "\u200d", "\u00ad", "\ufeff"]
)
def test_marks_that_show_nothing_change_nothing(mark: str) -> None:
    lines = ["Daily Papers", ""]
    for title, told in PAIRS:
        lines += ["Submitted by", "ann", "", "7", "", title, "", told, "", " · 3 authors", ""]
    marked = [f"{mark}{line[:9]}{mark}{line[9:]}{mark}" if line else line for line in lines]
    dump = parse("\n".join(marked))
    assert [(r.title, r.abstract) for r in dump.records] == [
        (r.title, r.abstract) for r in parse("\n".join(lines)).records
    ]
    assert dump.rejections == ()
