"""Lists of readers in the encodings that spreadsheets write."""

from __future__ import annotations

import pytest

from subscribers.import_export import Rejected, Row, read_rows
from subscribers.list_text import spreadsheet_lines

TEXT = "E-Mail-Adresse;Vorname;Nachname\r\nmia@example.org;Mia;Müller\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_a_list_is_read_in_every_encoding_of_spreadsheets(encoding: str) -> None:
    (row,) = read_rows(TEXT.encode(encoding))
    assert isinstance(row, Row), row
    assert (row.line, row.fields["email"], row.fields["name"]) == (
        2,
        "mia@example.org",
        "Mia Müller",
    )


def test_utf_16_from_the_other_end_is_read() -> None:
    assert spreadsheet_lines(b"\xfe\xff" + "ä\r\nb".encode("utf-16-be")) == ["ä\n", "b"]
    assert spreadsheet_lines("ab\rc".encode("utf-16-be")) == ["ab\n", "c"]


def test_a_byte_that_windows_1252_lacks_is_no_guess() -> None:
    first, second = read_rows(b"email,name\nm@example.org,M\x81\nb@example.org,Bo\n")
    assert isinstance(first, Rejected)
    assert "UTF-8" in first.reason
    assert isinstance(second, Row)


def test_nothing_is_nothing() -> None:
    assert spreadsheet_lines(b"") == []
