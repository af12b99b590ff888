"""RIS as reference managers and publishers write it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from digest.dumps import formats
from digest.dumps.interface import Dump
from digest.papers import Link

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def read(text: str) -> Dump:
    return formats.read(text.encode(), now=NOW, format_name="ris")


def whole(lines: str) -> str:
    return f"TY  - JOUR\nTI  - Kettles\n{lines}\nER  - \n"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("JF  - Journal of Pots\nJA  - J. Pots", {"venue": "Journal of Pots"}),
        ("T2  - Lids &amp; Pots", {"venue": "Lids & Pots"}),
        ("C3  - Proceedings of Pots", {"venue": "Proceedings of Pots"}),
        ("C3  - PUBMED 30000001,EMBASE 600000001\nJA  -  J. Pots", {"venue": "J. Pots"}),
        ("JO  - arXiv preprint arXiv:2601.00041", {"venue": None}),
        ("N1  - 9 pages, accepted at POT 2026", {"venue": "POT 2026"}),
        ("N1  - Erratum", {"venue": None, "comment": "Erratum"}),
        ("DA  - 2026/01/03/", {"published": date(2026, 1, 3)}),
        ("PY  - 2026\nDA  - MAR 5", {"published": date(2026, 3, 5)}),
        ("PY  - 2026///Spring", {"published": None}),
        ("Y1  - 2026/5//", {"published": None}),
        ("DA  - 3 May 2026", {"published": date(2026, 5, 3)}),
        ("A1  - Moss, Ann\nA1  - Li, Bo", {"authors": ("Ann Moss", "Bo Li")}),
        ("A2  - Moss, Ann", {"authors": ("Ann Moss",)}),
        ("M3  - doi:10.1000/POT.1", {"doi": "10.1000/pot.1"}),
        ("UR  - https://doi.org/10.1000/pot.1", {"doi": "10.1000/pot.1"}),
        ("N2  - Pot.\nAB  - An abstract\nof two lines.", {"abstract": "An abstract of two lines."}),
        ("KW  - pots; lids\nKW  - steam", {"keywords": ("pots", "lids", "steam")}),
        ("KW  - *Pots\nKW  - Lids/*therapy", {"keywords": ("Pots", "Lids/therapy")}),
        ("KW - pots\nlids", {"keywords": ("pots", "lids")}),
        ("N1  - Export Date: 15 October 2026\nN1  - Cited By :3", {"comment": None}),
        ("N1  - Date revised - 2026-05-03\nN1  - Oral", {"comment": "Oral"}),
        ("AU  - Moss AB\nAU  - van der Berg J", {"authors": ("A. B. Moss", "J. van der Berg")}),
        ("AU  - Moss, A.B., ann@pot.example", {"authors": ("A.B. Moss",)}),
        ("AD  - Pots, Univ. Lids; Pot Inc", {"organisations": ("Pots, Univ. Lids", "Pot Inc")}),
        ("AD  - A.B. Moss, Univ. Lids\nAD  - Li, Bo: Univ. Pots\nAD  - Li, Bo: bo@pot.example",
         {"organisations": ("Univ. Lids", "Univ. Pots")}),
        ("PMID  - 30000001\nDO  - 10.1000/pot.1\nPMID - 1", {"doi": "10.1000/pot.1"}),
        ("AB  - First.\nAIM - to see. II - too.\nAU - Moss, Ann",
         {"abstract": "First. AIM - to see. II - too.", "authors": ("Ann Moss",)}),
        ("UR  - https://pot.example/1\nhttps://lid.example/2",
         {"links": (Link("paper", "https://pot.example/1"),)}),
        ("AU\t- Moss, Ann", {"authors": ("Ann Moss",)}),
    ],
)  # fmt: skip
def test_fields_are_read_as_their_writers_mean_them(lines: str, told: dict[str, Any]) -> None:
    (record,) = read(whole(lines)).records
    assert {name: getattr(record, name) for name in told} == told


@pytest.mark.parametrize("kind", ["BOOK", "THES", "book"])
def test_a_books_series_is_no_venue(kind: str) -> None:
    (record,) = read(whole("T2  - Pots Unlimited").replace("JOUR", kind)).records
    assert record.venue is None


def test_a_title_among_the_fields_of_its_book_is_no_venue() -> None:
    (record,) = read("TY  - CHAP\nBT  - Kettles\nER  - \n").records
    assert (record.title, record.venue) == ("Kettles", None)


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - A\nER  - \nTY  - JOUR\nTI  - B\nER  -",
        "TY  - JOUR\r\nTI  - A\r\nER  - TY  - JOUR\r\nTI  - B\r\nER  - ",
        "TY - JOUR\nTI - A\nER -\n\ufeffTY - JOUR\nTI - B\nER -\n",
        "Export of 2026\n\nTY  - JOUR\nTI  - A\nER  - \nTY  - JOUR\nTI  - B\nER  - ",
        "TY  - JOUR\nTI  - A\nTY  - JOUR\nTI  - B\nER  - ",
    ],
)
def test_every_record_is_read(text: str) -> None:
    dump = read(text)
    assert [record.title for record in dump.records] == ["A", "B"]
    assert dump.rejections == ()


def test_what_programs_write_around_records_is_no_record() -> None:
    told = read(
        "Provider: Pots Inc\nContent: text/plain\n\n1.\nTY  -  JOUR\nTI  -  A\nER  - \nER  - \n"
        "NL  - J. Pots\n\nLink to the Ovid Full Text or citation: https://pot.example/1\n\n2.\n"
        'Record #2 of 2\nProvider: Pots Inc.\nContent: text/plain; charset="UTF-8"\n\n'
        "TY  - JOUR\nTI  - B\nER  -\n"
    )
    assert ([r.title for r in told.records], told.rejections) == (["A", "B"], ())


def test_other_text_between_records_is_told() -> None:
    told = read(
        "TY  - JOUR\nTI  - A\nER  - \n\nLids, a paper\nof two lines\n\nTY  - JOUR\nTI  - B\nER  - "
    )
    assert [r.title for r in told.records] == ["A", "B"]
    assert [(r.line, r.reason) for r in told.rejections] == [(5, "a line outside of any record")]


def test_a_number_of_pubmed_makes_no_medline_of_it() -> None:
    text = whole("PMID - 30000001")
    assert formats.recognise(text.encode()).name == "ris"
