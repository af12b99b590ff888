"""Control characters in a dump cost no paper, in any format, and are told of once."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.dumps import formats
from digest.dumps.controls import without_controls
from digest.dumps.interface import Dump
from digest.errors import DumpError
from tests.dumps import samples
from tests.dumps.page_forms import FORMS
from tests.dumps.pages import papers

NOW = datetime(2026, 12, 1, tzinfo=UTC)
EXPORTS = Path(__file__).parent / "exports"
NOTHING = ("\x00", "\x01", "\x08", "\x1a", "\x7f", "\x1b[1m")
SPACE = ("\x0b", "\x0c", "\x1e", "\x85", "\u2028")


def dumps() -> dict[str, bytes]:
    found = dict(samples.ALL)
    found |= {path.name: path.read_bytes() for path in sorted(EXPORTS.iterdir())}
    del found["excel.csv"]  # in UTF-16
    for form in ("blank", "markdown", "rtf", "reader mode", "mhtml"):
        page = FORMS[form](papers(4))
        found[f"page: {form}"] = page.encode() if isinstance(page, str) else page
    return found


DUMPS = dumps()


def read(data: bytes) -> Dump:
    return formats.read(data, now=NOW)


def place_in_title(data: bytes, dump: Dump) -> int:
    """Return where a word of a paper's title ends in the bytes, before a blank if there is one."""
    titles = [record.title for record in dump.records]
    for pattern in (r"[A-Za-z]{2,}(?= [A-Za-z])", r"[A-Za-z]{2,}"):
        for title in titles:
            for word in re.finditer(pattern, title):
                found = data.find(title[word.start() : word.end() + 2].encode())
                if found >= 0:
                    return found + len(word[0])
    raise AssertionError("no title in the bytes")


@pytest.mark.parametrize("name", DUMPS)
def test_a_control_character_in_a_title_costs_nothing_and_is_told_with_its_line(name: str) -> None:
    data = DUMPS[name]
    clean = read(data)
    end = place_in_title(data, clean)
    for sign in (*NOTHING, *(SPACE if data[end : end + 1] == b" " else ())):
        put = sign.encode()
        if sign in NOTHING:
            hurt = data[: end - 1] + put + data[end - 1 :]
        else:
            hurt = data[:end] + put + data[end + 1 :]
        dump = read(hurt)
        assert dump.format == clean.format
        assert dump.records == clean.records
        assert dump.rejections == clean.rejections
        [told] = [each for each in dump.notes if each not in clean.notes]
        assert told.line == data[:end].decode("utf-8", "replace").count("\n") + 1
        assert f"a control character (U+{ord(sign[0]):04X}) was taken out" in told.reason


@pytest.mark.parametrize("name", ["ris", "bibtex", "page-text", "pubmed.nbib", "scopus.csv"])
def test_many_are_told_of_in_one_note(name: str) -> None:
    data = DUMPS[name]
    end = place_in_title(data, clean := read(data))
    dump = read(data[: end - 1] + b"\0\0\1" + data[end - 1 :])
    assert dump.records == clean.records
    [told] = [each for each in dump.notes if each not in clean.notes]
    assert told.reason.startswith("3 control characters (the first: U+0000)")


@pytest.mark.parametrize("name", DUMPS)
@pytest.mark.parametrize("fill", [b"\0" * 4_096, b"\x1a", b"\n\x1a\0"])
def test_what_a_system_fills_a_file_with_is_no_part_of_it(name: str, fill: bytes) -> None:
    data, clean = DUMPS[name], read(DUMPS[name])
    dump = read(data + fill)
    assert (dump.records, dump.rejections) == (clean.records, clean.rejections)
    assert dump.notes == clean.notes


@pytest.mark.parametrize("name", ["ris", "bibtex", "page-text", "scopus.csv", "hf-json"])
def test_a_file_of_many_nuls_is_still_refused(name: str) -> None:
    data = DUMPS[name]
    scattered = b"".join(data[at : at + 12] + b"\0" for at in range(0, len(data), 12))
    with pytest.raises(DumpError):
        read(scattered)


def test_utf_16_is_cleaned_in_its_own_letters() -> None:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        text = "One\nĀ\x00 title\x0bhere\n"
        clean = without_controls(mark + text.encode(encoding))
        assert clean.data == mark + "One\nĀ title here\n".encode(encoding)
        assert [note.line for note in clean.notes] == [2]
    data = (EXPORTS / "excel.csv").read_bytes()
    for sign in ("\0", "\x1b"):
        dump = read(data.replace("och".encode("utf-16-le"), f"o{sign}ch".encode("utf-16-le")))
        assert dump.records == read(data).records
        assert len(dump.notes) == 1


def test_page_breaks_and_a_texts_own_line_marks_are_left_without_a_word() -> None:
    paged = without_controls(b"One\n\x0cTwo\x0c\r\n\x0c\x0cThree\n")
    assert (paged.data, paged.notes) == (b"One\n Two \r\n Three\n", ())
    marked = "One\u2028Two\u2028Three".encode()
    assert without_controls(marked).data == marked
    western = "Wait\x85 said they, \xc2\x85".encode("latin-1") + b"\xe9"
    assert without_controls(western).data == western


def test_a_run_of_page_breaks_within_a_line_takes_no_time() -> None:
    clean = without_controls(b"One" + b"\x0c" * 1_000_000 + b"two")
    assert clean.data == b"One two"
    assert clean.notes[0].reason.startswith("1000000 control characters")
