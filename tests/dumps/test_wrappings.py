"""Every format in other encodings, put together, packed: read, or refused in clear words."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import plistlib
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from digest.dumps import formats
from digest.errors import DumpError
from tests.dumps.pages import blank_separated, papers

_NOW = datetime(2026, 3, 4, tzinfo=UTC)
_ITEM = "<item><title>{}</title><link>https://x.example/{}</link></item>"
_ENTRY = "<entry><title>{0}</title><id>{1}</id><link href='https://x.example/{1}'/></entry>"
_ARTICLE = (
    "<PubmedArticle><MedlineCitation><PMID>{1}</PMID><Article><ArticleTitle>{0}</ArticleTitle>"
    "</Article></MedlineCitation></PubmedArticle>"
)
_DECLARED = "<?xml version='1.0' encoding='{}'?>\n"


def _of(first: int) -> list[tuple[str, int]]:
    return [(f"The Größe of Pond Number {n}", n) for n in range(first, first + 2)]


def _csl(first: int) -> str:
    told = [{"type": "article-journal", "title": title} for title, _ in _of(first)]
    return json.dumps(told, ensure_ascii=False)


def _atom(first: int) -> str:
    entries = "".join(_ENTRY.format(*each) for each in _of(first))
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Ponds</title>{entries}</feed>\n"


def _rss(first: int) -> str:
    items = "".join(_ITEM.format(*each) for each in _of(first))
    return f"<rss version='2.0'><channel><title>Ponds</title>{items}</channel></rss>\n"


def _pubmed(first: int) -> str:
    articles = "".join(_ARTICLE.format(*each) for each in _of(first))
    return f"<PubmedArticleSet>{articles}</PubmedArticleSet>\n"


def _ris(first: int) -> str:
    return "".join(f"TY  - JOUR\nTI  - {title}\nER  - \n" for title, _ in _of(first))


def _bibtex(first: int) -> str:
    return "".join(f"@misc{{k{n}, title={{{title}}}}}\n" for title, n in _of(first))


def _csv(first: int) -> str:
    rows = "".join(f"Moss A.,{title},2020,,\n" for title, _ in _of(first))
    return f"Authors,Title,Year,DOI,Link\n{rows}"


def _nbib(first: int) -> str:
    return "".join(f"PMID- {n}\nTI  - {title}\n\n" for title, n in _of(first))


def _html(first: int) -> str:
    told = "We ask what a pond does. We watch it for a year. It does nothing that we saw. " * 4
    cards = "".join(f"<h3>{title}</h3><p>{told}</p>" for title, _ in _of(first))
    return f"<!doctype html><html><body><h1>Daily Papers</h1>{cards}</body></html>"


def _page(_: int) -> str:
    return blank_separated([(f"Größe {title}", told) for title, told in papers(4)])


_XML = {"rss": _rss, "atom": _atom, "pubmed": _pubmed}
_TEXTS = {
    **_XML, "csl": _csl, "ris": _ris, "bibtex": _bibtex, "csv": _csv, "nbib": _nbib, "html": _html,
    "page": _page,
}  # fmt: skip
_ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"),
    "utf-32-be",
)


def _titles(data: bytes) -> list[str]:
    dump = formats.read(data, now=_NOW)
    assert dump.rejections == ()
    return [record.title for record in dump.records]


@pytest.mark.parametrize("encoding", _ENCODINGS)
@pytest.mark.parametrize("name", _TEXTS)
def test_every_format_is_read_in_every_encoding_of_unicode(name: str, encoding: str) -> None:
    told = _TEXTS[name](1)
    data = told.encode(encoding)
    assert _titles(data) == _titles(told.encode())
    assert "Größe" in _titles(data)[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", _XML)
def test_xml_that_declares_utf_16_is_read(name: str, encoding: str) -> None:
    data = (_DECLARED.format("UTF-16") + _XML[name](1)).encode(encoding)
    assert _titles(data) == [title for title, _ in _of(1)]


@pytest.mark.parametrize("declaration", ["", _DECLARED.format("utf-8")])
@pytest.mark.parametrize("name", _XML)
def test_xml_documents_one_behind_another_are_all_read(name: str, declaration: str) -> None:
    data = "".join(declaration + _XML[name](first) for first in (1, 3, 5)).encode()
    assert _titles(data) == [title for first in (1, 3, 5) for title, _ in _of(first)]
    records = formats.read(data, now=_NOW).records
    lines = data.decode().split("\n")
    for record in records:
        assert record.line is not None
        assert record.title in lines[record.line - 1]


def test_a_broken_document_behind_a_whole_one_is_told_of() -> None:
    data = (_pubmed(1) + _pubmed(3)[:-40]).encode()
    dump = formats.read(data, now=_NOW)
    assert len(dump.records) >= 3
    assert [each.line for each in dump.rejections] == [2]
    other = formats.read((_pubmed(1) + _rss(3)).encode(), now=_NOW)
    assert len(other.records) == 2
    assert "another document" in other.rejections[0].reason


def _zipped(data: bytes, name: str = "page.txt") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # stored: its text can be seen
        archive.writestr(name, data)
    return file.getvalue()


_PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zip": _zipped,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "web archive": lambda data: b"bplist00\xd1\x01\x02_\x10\x0fWebMainResource" + data,
    "property list": lambda data: plistlib.dumps({"text": data}, fmt=plistlib.FMT_BINARY),
    "Word": lambda data: _zipped(data, "word/document.xml"),
    "OpenDocument": lambda data: _zipped(
        b"application/vnd.oasis.opendocument.text" + data, "mimetype"
    ),
    "Excel": lambda data: _zipped(data, "xl/workbook.xml"),
    "PDF": lambda data: b"%PDF-1.7\n" + data,
}


@pytest.mark.parametrize("name", _PACKED)
@pytest.mark.parametrize("text", ["page", "ris", "csl"])
def test_what_is_packed_is_refused_by_its_name(name: str, text: str) -> None:
    with pytest.raises(DumpError, match=name):
        formats.read(_PACKED[name](_TEXTS[text](1).encode()), now=_NOW)


def test_an_object_a_line_of_hugging_face_is_read_past_a_bad_line() -> None:
    told = [{"paper": {"id": f"2601.0000{n}", "title": t, "summary": "x"}} for t, n in _of(1)]
    first, last = map(json.dumps, told)
    assert _titles(f"{first}\n{last}\n".encode()) == [title for title, _ in _of(1)]
    dump = formats.read(f'{first}\n{{"paper": {{"id": bad}}}}\n{last}\n'.encode(), now=_NOW)
    assert [record.title for record in dump.records] == [title for title, _ in _of(1)]
    assert [each.line for each in dump.rejections] == [2]


def test_a_wrapped_list_of_hugging_faces_papers_is_read() -> None:
    told = [{"id": f"2601.0000{n}", "title": title, "summary": "x"} for title, n in _of(1)]
    data = json.dumps({"date": "2026-01-02", "papers": [{"paper": each} for each in told]})
    assert _titles(data.encode()) == [title for title, _ in _of(1)]
