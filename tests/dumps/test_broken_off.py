"""Downloads that broke off: what came before is read, and the break is said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.dumps import formats
from digest.dumps.broken_off import break_of
from tests.dumps.pages import papers, parse, titles

_NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)
_PAIRS = papers(6)
_CARDS = "".join(
    f'<article><h3><a href="/papers/2601.0000{n}">{title}</a></h3><p>{told}</p></article>\n'
    for n, (title, told) in enumerate(_PAIRS)
)
_HTML = f"<!doctype html>\n<html><body><main>\n{_CARDS}</main></body></html>\n"
_MHTML = (
    "From: <Saved by Blink>\nMIME-Version: 1.0\n"
    'Content-Type: multipart/related;\n\ttype="text/html";\n\tboundary="--Part--7"\n\n'
    f"----Part--7\nContent-Type: text/html; charset=utf-8\n\n{_HTML}\n----Part--7----\n"
)
_RTF = r"{\rtf1\ansi " + r"\par ".join(f"{a}\\par {b}" for a, b in _PAIRS) + "}"


@pytest.mark.parametrize("whole", [_HTML, _MHTML, _RTF])
def test_a_container_that_breaks_off_is_said_and_what_came_before_is_read(whole: str) -> None:
    assert not any(
        "cut off" in note.reason for note in formats.read(whole.encode(), now=_NOW).notes
    )
    at = whole.index(_PAIRS[5][1][:60]) + 200
    dump = formats.read(whole[:at].encode(), now=_NOW)
    assert [record.title for record in dump.records][:5] == [title for title, _ in _PAIRS[:5]]
    assert any("cut off" in note.reason for note in dump.notes)


@pytest.mark.parametrize(
    "data", [b"<!doctype html><title>A</title><p>Moss<p>Reed</p>", b"<html><body>A</body>", b"Moss"]
)
def test_tags_that_may_be_left_out_are_no_break(data: bytes) -> None:
    assert break_of(data) == ""


@pytest.mark.parametrize("length", [60, 150, 400])
def test_a_text_that_breaks_off_in_its_last_abstract_is_said(length: int) -> None:
    *cards, (title, told) = _PAIRS
    told = told[:length].rsplit(" ", 2)[0]
    page = "\n\n".join(f"{a}\n\n{b}" for a, b in [*cards, (title, told)])
    dump = parse(page)
    assert titles(dump) == [name for name, _ in _PAIRS]
    assert [note.reason for note in dump.notes] == [
        "it looks cut off: the last abstract ends in mid-sentence"
    ]
