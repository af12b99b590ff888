"""Lists of readers in the encodings that spreadsheets write."""

from __future__ import annotations

import pytest

from subscribers.import_export import Rejected, Row, read_rows
from subscribers.list_text import guess_told, spreadsheet_lines

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


def test_bytes_that_fit_no_code_page_are_no_guess() -> None:
    data = b"email,name\nm@example.org,M\x81\x8d\x90\nb@example.org,Bo\n"
    first, second = read_rows(data)
    assert isinstance(first, Rejected)
    assert "UTF-8" in first.reason
    assert isinstance(second, Row)
    assert guess_told(data) == {}


NAMES = {
    ("cp1250", "Central Europe"): "Łukasz Wałęsa Świątek Paweł Ściegienny Hańcza Żak",
    ("cp1250", "Europe)"): "Dvořák Černý Jiří Růžička Němec Kučera Přemysl Škoda Tomáš",
    ("cp1250", "1250"): "Šarić Živković Marić Čavić Đoković",
    ("cp1252", "Western Europe"): "Müller François Hélène Peña João Conceição Sørensen Škoda",
    ("cp1252", "1252"): "Guðmundsson Þórður Ægir Zoë Åström",
    ("cp1254", "Turkish"): "Işık Çağlar Şahin Gökçe",
    ("cp1251", "Cyrillic"): "Иванов Щукин Шевченко",
    ("cp1253", "Greek"): "Παπαδόπουλος Ελένη Γιώργος",
    ("cp1257", "Baltic"): "Šarūnas Žukauskas Ąžuolas Kazlauskienė",
    ("cp850", "DOS 850"): "Müller René José Hélène",
    ("mac_roman", "Mac Roman"): "Müller René José Peña",
}


@pytest.mark.parametrize(("encoding", "told"), NAMES)
def test_names_are_read_in_the_code_page_of_their_country(encoding: str, told: str) -> None:
    names = NAMES[encoding, told].split()
    text = "email,name\n" + "".join(f"r{n}@x.org,{name}\n" for n, name in enumerate(names))
    data = text.encode(encoding)
    assert [row.fields["name"] for row in read_rows(data) if isinstance(row, Row)] == names
    ((remark, line),) = guess_told(data).items()
    assert line == 2
    assert told in remark
    assert repr(names[0]) in remark


def test_of_utf_8_nothing_is_guessed() -> None:
    assert guess_told("email,name\na@x.org,Dvořák\n".encode()) == {}


def test_nothing_is_nothing() -> None:
    assert spreadsheet_lines(b"") == []
